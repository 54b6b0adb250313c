package differential

import "time"

// two is a section with two servers, and the lines in between.
func two(lines string) string {
	return Head + "listen web\n    bind {web}\n" + lines + "    server a {s1}\n    server b {s2}\n"
}

// one is a section with one server.
func one(lines string) string {
	return Head + "listen web\n    bind {web}\n" + lines + "    server a {s1}\n"
}

// counted are the columns that tell of attempts.
var counted = []string{"stot", "econ", "eresp", "wretr", "wredis", "lbtot", "hrsp_2xx", "hrsp_5xx", "status"}

func stats(s *Side, rows ...string) {
	for _, r := range rows {
		s.Stat(r, counted...)
	}
}

// failing gives a case in which the first server answers in a way that retry-on may know.
func failing(on, lines string, first func(c *Conn, _ string)) Case {
	return Case{
		Name:   "retry-on-" + on,
		Config: two("    balance roundrobin\n    option redispatch\n    retry-on " + on + "\n" + lines),
		Play: func(s *Side) {
			s.Server("s1").Do(first)
			c := s.Dial("web")
			c.Send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").Answer()
			c.Send("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc").Answer()
			c.Close()
			s.Logs(2)
			stats(s, "web/a", "web/b", "web/BACKEND")
		},
	}
}

func status(line string) func(c *Conn, _ string) {
	return func(c *Conn, _ string) { c.Say("HTTP/1.1 " + line + "\r\nContent-Length: 0\r\n\r\n") }
}

var retryCases = []Case{
	{
		Name:   "redispatch",
		Config: two("    option redispatch\n"),
		Play: func(s *Side) {
			s.Server("s1").Down()
			for range 3 {
				s.Get("web", "/")
			}
			s.Logs(3)
			s.Server("s2").Reached(3)
			stats(s, "web/a", "web/b", "web/BACKEND", "web/FRONTEND")
		},
	},
	{
		Name:   "no-redispatch",
		Config: one("    retries 1\n"),
		Play: func(s *Side) {
			s.Server("s1").Down()
			s.Get("web", "/")
			s.Logs(1)
			stats(s, "web/a", "web/BACKEND")
		},
	},
	{
		Name:   "redispatch-every",
		Config: two("    balance source\n    retries 3\n    option redispatch 1\n"),
		Play: func(s *Side) {
			s.Server("s1").Down()
			s.Server("s2").Down()
			s.Get("web", "/")
			s.Logs(1)
			stats(s, "web/a", "web/b", "web/BACKEND")
		},
	},
	{
		Name:   "connect-timeout",
		Config: one("    timeout connect 300ms\n    retries 1\n"),
		Play: func(s *Side) {
			s.Server("s1").Deaf()
			s.Get("web", "/")
			s.Logs(1)
			stats(s, "web/a", "web/BACKEND")
		},
	},
	{
		Name:   "closes-early",
		Config: one(""),
		Play: func(s *Side) {
			s.Server("s1").Do(func(c *Conn, _ string) { c.Close() })
			s.Get("web", "/")
			s.Stat("web/a", "eresp", "srv_abrt")
			s.Server("s1").Do(func(c *Conn, _ string) { c.Break() })
			s.Get("web", "/")
			s.Stat("web/a", "eresp", "srv_abrt")
			s.Server("s1").Do(func(c *Conn, _ string) { c.Say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"); c.Close() })
			s.Get("web", "/")
			s.Stat("web/a", "eresp", "srv_abrt")
			s.Server("s1").Do(func(c *Conn, _ string) { c.Say("HTTP/1.1 200 O"); c.Close() })
			s.Get("web", "/")
			s.Logs(4)
			stats(s, "web/a", "web/BACKEND", "web/FRONTEND")
		},
	},
	failing("empty-response", "", func(c *Conn, _ string) { c.Close() }),
	failing("junk-response", "", func(c *Conn, _ string) { c.Say("junk\r\n\r\n"); c.Close() }),
	failing("response-timeout", "    timeout server 300ms\n", func(c *Conn, _ string) { c.Hang() }),
	failing("all-retryable-errors", "", status("503 No")),
	failing("500", "", status("500 No")),
	failing("404", "", status("404 No")),
	failing("none", "", func(c *Conn, _ string) { c.Close() }),
	failing("conn-failure", "", func(c *Conn, _ string) { c.Close() }),
	{
		Name:   "retry-keeps-404",
		Config: one("    retry-on 404\n    retries 2\n"),
		Play: func(s *Side) {
			s.Server("s1").Do(status("404 Never"))
			s.Get("web", "/")
			s.Logs(1)
			s.Server("s1").Reached(3)
			stats(s, "web/a", "web/BACKEND")
		},
	},
	{
		Name:   "disable-l7-retry",
		Config: two("    retry-on empty-response\n    option redispatch\n    http-request disable-l7-retry if { method POST }\n"),
		Play: func(s *Side) {
			s.Server("s1").Do(func(c *Conn, _ string) { c.Close() })
			s.Get("web", "/")
			s.Get("web", "/")
			c := s.Dial("web")
			c.Send("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc").Rest()
			s.Logs(3)
			stats(s, "web/a", "web/b", "web/BACKEND")
		},
	},
	{
		Name:   "redispatch-cookie",
		Config: Head + "listen web\n    bind {web}\n    option redispatch\n    cookie S insert indirect\n    server a {s1} cookie A\n    server b {s2} cookie B\n",
		Play: func(s *Side) {
			s.Get("web", "/")
			s.Get("web", "/", "Cookie: S=A")
			s.Server("s1").Down()
			s.Get("web", "/", "Cookie: S=A")
			s.Get("web", "/", "Cookie: S=nobody; t=1")
			s.Logs(4)
			stats(s, "web/a", "web/b", "web/BACKEND")
		},
	},
	{
		Name:   "server-timeout",
		Config: one("    timeout server 300ms\n"),
		Play: func(s *Side) {
			s.Server("s1").Do(func(c *Conn, _ string) { c.Hang() })
			s.Get("web", "/")
			s.Server("s1").Do(func(c *Conn, _ string) { c.Say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"); c.Hang() })
			s.Get("web", "/")
			s.Logs(2)
			stats(s, "web/a", "web/BACKEND", "web/FRONTEND")
		},
	},
	{
		Name:   "slow-server",
		Config: one("    timeout server 2s\n"),
		Play: func(s *Side) {
			s.Server("s1").Do(func(c *Conn, _ string) {
				for _, p := range []string{"HTTP/1.1 200", " OK\r\nContent-", "Length: 4\r\n\r", "\nab", "cd"} {
					c.Say(p)
					c.Sleep(20 * time.Millisecond)
				}
			})
			s.Get("web", "/")
			s.Logs(1)
		},
	},
}
