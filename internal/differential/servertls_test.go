package differential

import "strings"

// setServerTLS turns TLS to servers on and off while the program runs, with and without connections that are kept.
var setServerTLS = Case{
	Name: "set-server-ssl",
	Config: Head + "listen web\n    bind {web}\n    http-reuse always\n    retries 0\n    default-server ssl verify none sni str(a)\n" +
		"    server a {s1} no-ssl\n    server b {s2} disabled\n    server c {s3} check inter 100ms disabled\n" +
		"listen none\n    bind {none}\n    server a {s1}\n    server b {s2} no-ssl\n    server c {s3} ssl verify none no-ssl\n" +
		"    server d {s4} check-ssl check inter 100ms verify none\n",
	Before: func(s *Side) { s.Server("s1"); s.Server("s4").Greets(func(c *Conn) { c.Hang() }) },
	Play: func(s *Side) {
		for _, server := range []string{"web/a", "web/b", "none/a", "none/b", "none/c", "none/d", "web/x", "x/a"} {
			for _, to := range []string{"", " On", " off on", " off"} {
				s.CLI("set server " + server + " ssl" + to)
			}
		}
		s.CLI("set severity-output number; set server web/a ssl off; set server web/a ssl x; set server none/a ssl on")
		c := s.Dial("web").Send(Request("/1")).Answer()
		s.Server("s1").Reached(1)
		s.Logs(1)
		s.Server("s1").Greets(func(c *Conn) {
			if hello := hear(c, 6); len(hello) == 6 && hello[0] == 22 && hello[5] == 1 { // RFC 8446, section 5.1: a handshake's record, a ClientHello
				c.Saw("a ClientHello")
			}
			_ = c.Close()
		})
		s.CLI("set server web/a ssl on")
		s.tlsBits("web")
		c.Send(Request("/2", "Connection: close")).Rest().Close()
		s.Dial("web").Send(Request("/3", "Connection: close")).Rest()
		s.Server("s1").Reached(2)
		s.Logs(1)
		s.CLI("set server web/a ssl off")
		s.Server("s1").Greets(nil)
		s.Dial("web").Send(Request("/4", "Connection: close")).Rest()
		s.Server("s1").Reached(1)
		s.Logs(1)
		s.tlsBits("web")
		s.Stat("web/a", "eresp", "econ", "srv_abrt", "hrsp_2xx", "hrsp_5xx", "connect", "reuse")
	},
}

// tlsBits notes which servers of a section are spoken to over TLS, as the state file has it.
func (s *Side) tlsBits(section string) {
	text, err := s.ask("show servers state " + section)
	s.must(err, "show servers state")
	for _, l := range strings.Split(text, "\n") {
		if f := strings.Fields(l); len(f) == 25 {
			s.Note("%s/%s over TLS %s", f[1], f[3], f[20])
		}
	}
}
