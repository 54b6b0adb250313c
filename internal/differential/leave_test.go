package differential

import "fmt"

// leaveCases are about a client that leaves, with option abortonclose, before it has an answer: while a server is connected to, while
// the server is silent, and amid its own request.
func leaveCases() (list []Case) {
	const post = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"
	for _, x := range []struct {
		name, ask, mode string
		deaf            bool
	}{
		{"connecting", Request("/"), "http", true},
		{"waiting", Request("/"), "http", false},
		{"sending", post, "http", false},
		{"connecting-tcp", "ahoy", "tcp", true},
	} {
		list = append(list, Case{
			Name:   "leaves-" + x.name,
			Config: one(fmt.Sprintf("    mode %s\n    option %slog\n    option abortonclose\n", x.mode, x.mode)),
			Play: func(s *Side) {
				srv := s.Server("s1").Greets(func(c *Conn) { c.Saw(hear(c, 4)); c.Hang() })
				if x.deaf {
					srv.Deaf()
				}
				c := s.Dial("web").Send(x.ask)
				if s.UntilStat("web/BACKEND", "scur", "1"); !x.deaf {
					srv.Reached(1)
				}
				c.Close()
				s.Logs(1)
				for _, row := range []string{"web/FRONTEND", "web/BACKEND", "web/a"} {
					s.Stat(row, "scur", "cli_abrt", "srv_abrt", "econ", "eresp", "hrsp_4xx", "hrsp_other", "bout")
				}
			},
		})
	}
	return list
}
