// Package proxy is a running director: it gives a configuration its engine, logs, statistics page and runtime sockets,
// and opens and hands over their listeners. What is a process's own (flags, daemon, master and worker) is cmd/proxy.
//
//	cfg, report := config.Parse(files, config.Options{})
//	d, err := proxy.New(cfg, proxy.Options{})
//	if err != nil { … }
//	if err := d.Listen(nil); err != nil { … } // *proxy.ListenError: every address that could not be opened
//	go func() { <-term; d.SoftStop() }()
//	err = d.Run() // until the last session has ended
package proxy
