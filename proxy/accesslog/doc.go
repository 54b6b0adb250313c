// Package accesslog writes what HAProxy would log: a line for each request (httplog, tcplog, CLF or the short default)
// and one for each change of a proxy's or a server's state, over syslog in any of HAProxy's framings.
//
//	logs, err := accesslog.New(cfg, accesslog.Options{})
//	if err != nil { … }
//	defer logs.Close()
//	logs.Request(proxy, accesslog.Info, &accesslog.Record{…})
//	logs.Event(backend, accesslog.Alert, "Server http_back/cluster2 is DOWN, …")
//
// Nothing blocks: a datagram that the system does not take at once is dropped and counted (Dropped), as HAProxy does. A
// request costs no allocation. The formats are those of the configuration manual, section 8.2.
package accesslog
