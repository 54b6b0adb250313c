package differential

import "strings"

// ends shows a client's addresses as a connection, its session and a request have them (section 7.3.3, "src" and "fc_src").
const ends = "%[src] %[dst] %[fc_src] %[fc_dst]"

// endCases are the levels on which set-src, set-dst and the PROXY protocol change a client's addresses.
var endCases = []Case{
	{
		Name: "ends-http",
		Config: Head + "listen web\n    bind {web}\n    log-format \"%ci %fi " + ends + " %[var(txn.port)] %HU\"\n    option forwardfor\n    option originalto\n" +
			"    http-request set-src ipv4(10.9.0.1) if { path /set }\n    http-request set-dst ipv4(10.9.0.2) if { path /set }\n" +
			"    http-request set-dst-port int(77) if { path /set }\n    http-request set-var(txn.port) dst_port if { path /set }\n    http-request deny if { hdr(x-deny) 1 }\n" +
			"    http-after-response set-header x-ends \"" + ends + "\"\n    server a {s1}\n",
		Play: func(s *Side) {
			for _, path := range []string{"/set", "/plain", "/set"} {
				s.Get("web", path, "Connection: close")
			}
			s.Get("web", "/set", "X-Deny: 1")
			c := s.Dial("web").Send(Request("/set", "X-Deny: 0")).Answer().Send(Request("/plain", "X-Deny: 0")).Answer()
			c.Close()
			s.Logs(6)
		},
	},
	{
		Name: "ends-session",
		Config: Head + "frontend web\n    bind {web} accept-proxy\n    tcp-request connection set-src ipv4(10.1.0.1)\n    tcp-request connection set-dst ipv4(10.1.0.2)\n" +
			"    tcp-request connection set-src-port int(5)\n    tcp-request connection set-dst-port int(6)\n" +
			"    tcp-request session set-src ipv4(10.2.0.1) if { src 1.1.1.2 }\n" +
			"    tcp-request session set-var(sess.src) src\n    tcp-request session set-var(sess.fc_src) fc_src\n" +
			"    http-request set-src hdr(x-src) if { req.hdr(x-src) -m found }\n    log-format \"%ci %cp %fi %fp " + ends + "\"\n" +
			"    http-request return status 200 content-type text/plain lf-string \"" + ends + " %[dst_port] %[var(sess.src)] %[var(sess.fc_src)]\"\n",
		Play: func(s *Side) {
			for _, header := range []string{"PROXY TCP4 1.1.1.1 2.2.2.2 11 22", "PROXY TCP4 1.1.1.2 2.2.2.2 11 22", "PROXY UNKNOWN"} {
				c := s.Dial("web").Send(header + "\r\n" + Request("/")).Answer()
				c.Send(Request("/", "X-Src: 1.2.3.4")).Answer().Send(Request("/")).Answer().Close()
			}
			s.Logs(9)
		},
	},
	{
		Name: "ends-tcp",
		Config: Head + "listen web\n    mode tcp\n    bind {web} accept-proxy\n    log-format \"%ci %cp %fi %fp " + ends + "\"\n" +
			"    tcp-request content set-src ipv4(10.5.0.1) if { src 1.1.1.2 }\n    tcp-request content set-dst ipv4(10.5.0.2) if { src 10.5.0.1 }\n" +
			"    server a {s1} send-proxy\n",
		Play: func(s *Side) {
			const ask = "hello there\n"
			s.Server("s1").Greets(func(c *Conn) {
				for range 2 {
					line, _ := c.R.ReadString('\n')
					c.Saw(line)
				}
				c.Say("bye\n")
				c.Shut()
			})
			for _, from := range []string{"1.1.1.1", "1.1.1.2"} { // in one piece with what comes behind it
				s.Dial("web").Send("PROXY TCP4 " + from + " 2.2.2.2 11 22\r\n" + ask).Rest()
			}
			s.Logs(2)
		},
	},
	{
		Name: "ends-families",
		Config: Head + "listen web\n    bind {web}\n    http-request set-src hdr(x-src)\n    http-request set-dst ipv6(::1)\n    server a {s1} send-proxy\n" +
			"    server b {s2} send-proxy-v2\n",
		Play: func(s *Side) {
			seen := func(c *Conn) { c.Saw(hear(c, 44)) }
			s.Server("s1").Greets(seen)
			s.Server("s2").Greets(seen)
			for _, from := range []string{"1.2.3.4", "1.2.3.4", "::2", "::2"} {
				s.Get("web", "/", "X-Src: "+from, "Connection: close")
			}
		},
	},
	{
		Name: "set-var-exists",
		Config: Head + "frontend web\n    bind {web}\n" + strings.Join([]string{"",
			"set-var(proc.a,ifexists) int(1)", "set-var(proc.b,ifnotexists) int(1)", "set-var(proc.c,ifnotset) int(1)", "set-var(proc.d,ifset) int(1)",
			"set-var-fmt(proc.e,ifexists) v", "set-var(txn.f) int(1),set-var(proc.g,ifexists)", "set-var(txn.h) int(1),set-var(txn.i,ifexists)",
			"set-var(txn.j) int(1),set-var(proc.k,ifnotexists)", "set-var(sess.l,ifexists) int(1)", "set-var(sess.m,ifnotexists) int(1)",
			"set-var(txn.n) req.body,json_query('$.n','int'),add(1)", "set-var(txn.o) req.body,set-var(txn.p),length",
		}, "\n    http-request ") + "\n    http-request return status 200 content-type text/plain lf-string \"" +
			"%[var(proc.a)] %[var(proc.b)] %[var(proc.c)] %[var(proc.d)] %[var(proc.e)] %[var(txn.f)] %[var(proc.g)] %[var(txn.h)] %[var(txn.i)] %[var(txn.j)] " +
			"%[var(proc.k)] %[var(sess.l)] %[var(sess.m)] %[var(txn.n)] %[var(txn.o)]\"\n",
		Play: func(s *Side) {
			s.Dial("web").Send(Request("/")).Answer().Send(Request("/")).Answer().Close()
		},
	},
}
