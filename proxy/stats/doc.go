// Package stats shows a running director to its operator: the statistics page (HTML, CSV, JSON) and the runtime socket's
// commands, in the formats of HAProxy 2.6, so that the tools and habits of its users work unchanged.
//
//	page := stats.NewPage(proxy, source, admin)
//	resp := page.Respond(stats.Request{Method: "GET", URI: "/haproxy_stats;csv"})
//
//	srv := stats.NewServer(stats.NewCLI(source, admin), stats.ServerOptions{Timeout: 10 * time.Second})
//	go srv.Serve(listener, config.LevelAdmin)
//	defer srv.Close()
//
// The package knows neither the engine nor the network: it reads a Source and asks a ServerAdmin for changes.
package stats
