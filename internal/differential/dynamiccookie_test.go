package differential

// dynamicCookieCases compare the cookies that servers get of a secret and of where they are.
var dynamicCookieCases = []Case{{
	Name: "cookie-dynamic",
	Config: Head + `
listen web
    bind {web}
    balance roundrobin
    cookie S insert dynamic
    dynamic-cookie-key one
    server a 127.0.0.1:8
    server b 127.0.0.1:9 cookie own
    server c [::1]:8 backup
backend none
    cookie S insert
    server a 127.0.0.1:8
frontend other
    bind {other}
    http-request return status 200
`,
	Play: func(s *Side) {
		s.Mask(absent, "")
		look := func() {
			for _, row := range []string{"web/a", "web/b", "web/c", "none/a"} {
				s.Note("%s %s", row, s.Field(row, "cookie"))
			}
		}
		look()
		for _, c := range []string{
			"disable dynamic-cookie", "disable dynamic-cookie backend", "disable dynamic-cookie backend zz", "disable dynamic-cookie backend other",
			"enable dynamic-cookie backend none", "set dynamic-cookie-key", "set dynamic-cookie-key backend", "set dynamic-cookie-key backend none",
			"set dynamic-cookie-key backend none two", "set dynamic-cookie-key backend zz two", "set dynamic-cookie-key backend web three",
			"disable dynamic-cookie backend web", "enable dynamic-cookie backend web", "set server web/a addr 127.0.0.2 port 10",
			"operator;enable dynamic-cookie backend web;set dynamic-cookie-key backend web four", "help set dynamic-cookie-key", "show schema",
		} {
			command(s, c)
			look()
		}
	},
}, {
	Name: "cookie-dynamic-persistence",
	Config: Head + `
listen web
    bind {web}
    balance roundrobin
    cookie S insert dynamic
    dynamic-cookie-key one
    server a {s1}
    server b {s2}
`,
	Play: func(s *Side) {
		a, b := s.Field("web/a", "cookie"), s.Field("web/b", "cookie")
		s.Note("different %v, of %d and %d digits", a != b, len(a), len(b))
		for range 3 {
			s.Note("%s %s", s.Who("web", "/", "Cookie: S="+a), s.Who("web", "/", "Cookie: S="+b))
		}
		command(s, "set dynamic-cookie-key backend web other")
		s.Mask(`S=[0-9a-f]{16}`, "S=(id)")
		s.Get("web", "/", "Cookie: S="+a)
		s.Logs(7)
	},
}}

// muxCase compares the counters of the multiplexers and of the connections that are kept, whenever nothing is under way.
var muxCase = Case{
	Name: "stats-h1",
	Config: Head + `
frontend web
    bind {web}
    http-request deny if { path /deny }
    default_backend app
backend app
    server a {s1}
`,
	Play: func(s *Side) {
		look := func() {
			h1 := []string{"h1_open_connections", "h1_open_streams", "h1_total_connections", "h1_total_streams", "h1_bytes_in", "h1_bytes_out"}
			s.Stat("web/FRONTEND", h1...)
			s.Stat("app/BACKEND", h1...)
			s.Stat("app/a", "srv_icur", "idle_conn_cur", "safe_conn_cur", "used_conn_cur", "need_conn_est")
			command(s, "show servers conn app")
		}
		s.Mask(`127\.0\.0\.1 \d+ - `, "127.0.0.1 (port) - ")
		c := s.Dial("web")
		look()
		for _, path := range []string{"/one", "/two", "/deny"} {
			c.Send(Request(path)).Answer()
			look()
		}
		c.Send("GET /ha")
		s.UntilStat("web/FRONTEND", "h1_open_streams", "1")
		c.Send("lf HTTP/1.1\r\nHost: www\r\n\r\n").Answer().Close()
		s.UntilStat("web/FRONTEND", "h1_open_connections", "0")
		look()
		s.Dial("web").Send("junk\r\n\r\n").Rest().Close()
		s.Server("s1").Do(func(c *Conn, _ string) { c.Say("HTTP/1.1 200 OK\r\n\r\nto the end"); _ = c.Close() })
		s.Get("web", "/until")
		s.UntilStat("web/FRONTEND", "h1_open_connections", "0")
		look()
	},
}
