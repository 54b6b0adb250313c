package differential

import (
	"syscall"
	"time"
)

// cookied is a section with three servers of which the last has no cookie.
func cookied(name, cookie string, more ...string) Case {
	return Case{
		Name: "cookie-" + name,
		Config: Head + "listen web\n    bind {web}\n    balance roundrobin\n    cookie " + cookie +
			"\n    server a {s1} cookie A\n    server b {s2} cookie B\n    server c {s3}\n",
		Play: func(s *Side) {
			s.Mask(`\|[A-Za-z0-9_-]{5}`, "|(date)")
			for _, n := range []string{"s1", "s2", "s3"} {
				s.Server(n).Answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: S=" + n + "; path=/\r\nSet-Cookie: T=u\r\n\r\n" + n)
			}
			for _, fields := range [][]string{nil, nil, nil, {"Cookie: S=A"}, {"Cookie: t=1; S=B; u=2"}, {"Cookie: S=B~x; v=3"}, {"Cookie: S=none"}} {
				s.Get("web", "/", fields...)
			}
			s.Server("s2").Do(nil)
			for _, field := range more {
				s.Get("web", "/", field)
			}
			s.Logs(7 + len(more))
			for _, n := range []string{"s1", "s2", "s3"} {
				s.Server(n).Reached(1)
			}
		},
	}
}

var httpCases = []Case{
	cookied("seen", "S"),
	cookied("insert", "S insert"),
	cookied("insert-indirect", "S insert indirect nocache httponly secure domain .example.org domain .example.net"),
	cookied("insert-preserve", "S insert indirect preserve"),
	cookied("insert-postonly", "S insert postonly"),
	cookied("rewrite", "S rewrite"),
	cookied("prefix", "S prefix"),
	cookied("dated", "S insert indirect maxidle 1h maxlife 8h", "Cookie: S=B|AAAAA|AAAAB", "Cookie: S=B"),
	{
		Name:   "expect-100",
		Config: one(""),
		Play: func(s *Side) {
			s.Server("s1").Do(func(c *Conn, _ string) {
				c.Say("HTTP/1.1 100 Continue\r\n\r\n")
				c.Say(OK("done"))
			})
			c := s.Dial("web")
			c.Send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc").Answer().Answer()
			c.Close()
			s.Logs(1)
			s.Server("s1").Reached(1)
		},
	},
	{
		Name:   "upgrade",
		Config: one("    timeout tunnel 5s\n"),
		Play: func(s *Side) {
			s.Server("s1").Do(func(c *Conn, _ string) {
				c.Say("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n")
				c.Saw(hear(c, 4))
				c.Say("pong")
				c.Close()
			})
			c := s.Dial("web")
			c.Send(Request("/", "Connection: Upgrade", "Upgrade: chat")).Answer()
			c.Send("ping").Rest()
			s.Logs(1)
			s.Server("s1").Reached(2)
		},
	},
	{
		Name:   "keep-alive-timeout",
		Config: one("    timeout http-keep-alive 200ms\n    timeout http-request 300ms\n"),
		Play: func(s *Side) {
			c := s.Dial("web")
			c.Send(Request("/")).Answer().Rest()
			c = s.Dial("web")
			c.Send("GET / HT").Rest()
			s.Dial("web").Rest()
			s.Logs(3)
		},
	},
	{
		Name:   "client-timeout",
		Config: one("    timeout client 300ms\n"),
		Play: func(s *Side) {
			c := s.Dial("web")
			c.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc").Rest()
			s.Logs(1)
		},
	},
	{
		Name:   "queue-timeout",
		Config: Head + "listen web\n    bind {web}\n    timeout queue 300ms\n    server a {s1} maxconn 1\n",
		Play: func(s *Side) {
			s.Server("s1").Do(func(c *Conn, _ string) { c.Hang() })
			c := s.Dial("web").Send(Request("/first"))
			s.Server("s1").Reached(1)
			s.Get("web", "/second")
			s.Logs(1)
			c.Close()
			s.Stat("web/a", "qcur", "qmax", "scur", "smax", "slim", "lbtot", "econ")
			s.Stat("web/BACKEND", "qcur", "qmax", "hrsp_5xx", "econ")
		},
	},
	{
		Name:   "maxqueue",
		Config: Head + "listen web\n    bind {web}\n    balance source\n    timeout queue 1s\n    server a {s1} maxconn 1 maxqueue 1\n    server b {s2} maxconn 1 maxqueue 1\n",
		Play: func(s *Side) {
			for _, n := range []string{"s1", "s2"} {
				s.Server(n).Do(func(c *Conn, _ string) { c.Sleep(400 * time.Millisecond); c.Say(OK(n)) })
			}
			var list []*Client
			for range 3 {
				list = append(list, s.Dial("web").Send(Request("/", "Connection: close")))
				time.Sleep(50 * time.Millisecond)
			}
			for _, c := range list {
				c.Rest()
			}
			s.Stat("web/BACKEND", "hrsp_2xx", "hrsp_5xx")
		},
	},
	{
		Name:   "errorloc",
		Config: one("    errorloc302 503 http://sorry.example/\n    errorloc303 502 /bad\n    retries 0\n"),
		Play: func(s *Side) {
			s.Server("s1").Do(func(c *Conn, _ string) { c.Close() })
			s.Get("web", "/")
			s.Server("s1").Down()
			s.Get("web", "/")
			s.Logs(2)
		},
	},
	{
		Name:   "monitor-uri",
		Config: one("    monitor-uri /alive\n"),
		Play: func(s *Side) {
			s.Get("web", "/alive")
			s.Get("web", "/alive/not")
			s.Logs(1)
			s.Stat("web/FRONTEND", "stot", "req_tot", "hrsp_2xx")
		},
	},
	{
		Name:   "stats-auth",
		Config: one("    stats uri /stats\n    stats auth me:secret\n    stats realm Here\n"),
		Play: func(s *Side) {
			s.Get("web", "/stats;csv")
			s.Get("web", "/stats;csv", "Authorization: Basic bWU6d3Jvbmc=")
			s.Logs(2)
			s.Note("let in: %v", len(s.Who("web", "/stats", "Authorization: Basic bWU6c2VjcmV0")) > 100)
		},
	},
	{
		Name:   "connections-httpclose",
		Config: one("    option httpclose\n"),
		Play: func(s *Side) {
			s.Dial("web").Send(Request("/1") + Request("/2")).Rest()
			s.Get("web", "/3")
			s.Logs(2)
			s.Server("s1").Reached(2)
			s.Stat("web/a", "connect", "reuse", "stot")
		},
	},
	modes("server-close", "    option http-server-close\n"),
	modes("keep-alive", "    option http-keep-alive\n"),
	modes("reuse-never", "    http-reuse never\n"),
	modes("reuse-always", "    http-reuse always\n"),
	{
		Name:   "tcp",
		Config: Head + "listen web\n    bind {web}\n    mode tcp\n    option tcplog\n    server a {s1}\n",
		Play: func(s *Side) {
			s.Server("s1").Greets(func(c *Conn) { c.Saw(hear(c, 4)); c.Say("back"); c.Close() })
			s.Dial("web").Send("ahoy").Rest()
			s.Server("s1").Down()
			s.Dial("web").Send("ahoy").Rest()
			s.Logs(2)
			s.Server("s1").Reached(1)
		},
	},
	{
		Name: "proxy-protocol",
		Config: Head + "listen web\n    bind {web}\n    server a {inner} send-proxy\nlisten inner\n    bind {inner} accept-proxy\n    option forwardfor\n" +
			"    server a {s1}\n",
		Play: func(s *Side) {
			s.GetFrom("127.0.0.9", "web", "/")
			s.Server("s1").Reached(1)
		},
	},
	{
		Name: "expect-proxy",
		Config: Head + "listen web\n    bind {web}\n    option httplog\n    tcp-request connection expect-proxy layer4 if { src 127.0.0.9 }\n" +
			"    tcp-request connection set-dst-port int(99)\n    tcp-request connection reject if { src 127.0.0.10 }\n" +
			"    http-request return status 200 content-type text/plain lf-string \"%[dst_port] %[fc_rcvd_proxy]\"\n",
		Play: func(s *Side) {
			const known = "PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n"
			ask := Request("/", "Connection: close")
			for _, first := range []string{known, "PROXY UNKNOWN\r\n", "PROXY junk\r\n", known + known, ""} {
				for _, from := range []string{"127.0.0.9", "127.0.0.11"} {
					s.DialFrom(from, "web").Send(first + ask).Rest()
					s.Logs(1)
				}
			}
			s.DialFrom("127.0.0.9", "web").Shut().Rest()
			s.Logs(1)
			unwelcome(s, "127.0.0.10", "web")
			s.UntilStat("web/FRONTEND", "dcon", "1")
			s.Stat("web/FRONTEND", "stot", "ereq", "dcon", "dses", "conn_tot", "hrsp_2xx", "hrsp_4xx")
		},
	},
	{
		Name:   "soft-stop",
		Config: one(""),
		Play: func(s *Side) {
			s.Server("s1").Do(func(c *Conn, _ string) { c.Sleep(300 * time.Millisecond); c.Say(OK("late")) })
			c := s.Dial("web").Send(Request("/"))
			s.Server("s1").Reached(1)
			s.Signal(syscall.SIGUSR1)
			c.Rest()
			s.Exit()
			s.TryDial("web")
			s.UntilLog("GET /")
		},
	},
	{
		Name:   "reload",
		Config: one(""),
		Play: func(s *Side) {
			reloaded := make(chan struct{})
			s.Server("s1").Do(func(c *Conn, _ string) {
				<-reloaded
				c.Sleep(300 * time.Millisecond) // the old process is to know of it
				c.Say(OK("late"))
			})
			c := s.Dial("web").Send(Request("/"))
			s.Server("s1").Reached(1)
			s.Reload(one("    http-request return status 200 content-type text/plain string new\n"))
			close(reloaded)
			c.Rest()
			s.ExitBefore()
			s.Get("web", "/")
		},
	},
	{
		Name:   "bind-failure",
		Config: Head + "listen web\n    bind {s1}\n    server a 127.0.0.1:1\n",
		Fails:  true,
	},
	{
		Name:   "no-listener",
		Config: "backend web\n    server a 127.0.0.1:1\n",
		Fails:  true,
	},
	{
		Name:   "track-nobody",
		Config: Head + "backend web\n    server a {s1} track b\n    server c {s1} track other/x\n",
		Fails:  true,
	},
}

// modes gives a case about what goes over which connection.
func modes(name, lines string) Case {
	return Case{
		Name:   "connections-" + name,
		Config: one(lines),
		Play: func(s *Side) {
			c := s.Dial("web")
			c.Send(Request("/1")).Answer()
			c.Send(Request("/2")).Answer()
			c.Close()
			s.Get("web", "/3")
			s.Logs(3)
			s.Server("s1").Reached(3)
			s.Stat("web/a", "connect", "reuse", "stot")
		},
	}
}
