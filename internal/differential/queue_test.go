package differential

// queued is a case in which server a serves one request and others wait for it, because of their cookie, when it is taken out of service
// by hand.
type queued struct {
	name, lines string
	targets     []string // of those that wait
	command     string   // to the runtime socket; "": none
	moved       bool     // the first that waits goes elsewhere at once
}

// queueCases ask what becomes of who waits.
func queueCases() (list []Case) {
	for _, q := range []queued{
		{"stays", "", []string{"/"}, "set server web/a state maint", false},
		{"moves", "    option redispatch\n", []string{"/"}, "set server web/a state maint", true},
		{"stays-persistent", "    option redispatch\n    option persist\n", []string{"/"}, "set server web/a state maint", false},
		{"stays-forced", "    option redispatch\n    force-persist if { path /force }\n", []string{"/", "/force"}, "set server web/a state maint", true},
		{"drains", "", []string{"/"}, "set server web/a state drain", false},
		{"drains-redispatch", "    option redispatch\n", []string{"/"}, "set server web/a state drain", true},
		{"stops", "    option redispatch\n", []string{"/"}, "set server web/a health stopping", true},
		{"is-let-in", "", []string{"/", "/2"}, "", false},
	} {
		list = append(list, Case{
			Name: "queue-" + q.name,
			Config: Head + "listen web\n    bind {web}\n    timeout queue 10s\n    cookie S insert indirect\n" + q.lines +
				"    server a {s1} maxconn 1 cookie a\n    server b {s2} cookie b\n",
			Play: q.play,
		})
	}
	return append(append(list, queueAlone, queueGivenUp, queueChosen), priorityCases...)
}

func (q *queued) play(s *Side) {
	over := make(chan struct{})
	s.Server("s1").Do(func(c *Conn, _ string) { <-over; c.Say(OK("a")) })
	var list []*Client
	for i, target := range append([]string{"/first"}, q.targets...) {
		list = append(list, s.Dial("web").Send(Request(target, "Cookie: S=a", "Connection: close")))
		if i == 0 {
			s.Server("s1").Reached(1)
			continue
		}
		s.UntilStat("web/a", "qmax", []string{"0", "1", "2"}[i])
	}
	waiting := list[1:]
	if q.command != "" {
		s.CLI(q.command)
		s.Logs(1)
	}
	if q.moved {
		waiting[0].Rest()
		s.Logs(1)
		waiting = waiting[1:]
	}
	s.Stat("web/a", "qcur", "scur", "wredis", "lbtot")
	close(over)
	list[0].Rest()
	for _, c := range waiting {
		c.Rest()
	}
	s.Logs(1 + len(waiting))
	for _, row := range []string{"web/a", "web/b", "web/BACKEND"} {
		s.Stat(row, "qcur", "qmax", "scur", "stot", "econ", "wretr", "wredis", "lbtot", "bin", "bout")
	}
}

// queueAlone: who waits for the only server has nowhere to go when that leaves.
var queueAlone = Case{
	Name: "queue-alone",
	Config: Head + "listen web\n    bind {web}\n    timeout queue 10s\n    cookie S insert indirect\n    option redispatch\n" +
		"    server a {s1} maxconn 1 cookie a\n",
	Play: func(s *Side) {
		s.Server("s1").Do(func(c *Conn, _ string) { c.Hang() })
		first := s.Dial("web").Send(Request("/first", "Cookie: S=a"))
		s.Server("s1").Reached(1)
		second := s.Dial("web").Send(Request("/", "Cookie: S=a", "Connection: close"))
		s.UntilStat("web/a", "qcur", "1")
		s.CLI("set server web/a state maint")
		second.Rest()
		s.Logs(3)
		first.Close()
		s.Stat("web/a", "qmax", "econ", "wredis", "lbtot", "bin")
		s.Stat("web/BACKEND", "qmax", "econ", "wredis", "lbtot")
	},
}

// queueGivenUp: who waits for one server is that server's, also where the place does not come in time, or where he leaves.
var queueGivenUp = Case{
	Name: "queue-given-up",
	Config: Head + "listen web\n    bind {web}\n    timeout queue 300ms\n    cookie S insert indirect\n    option abortonclose\n" +
		"    server a {s1} maxconn 1 cookie a\n",
	Play: func(s *Side) {
		s.Server("s1").Do(func(c *Conn, _ string) { c.Hang() })
		first := s.Dial("web").Send(Request("/first", "Cookie: S=a"))
		s.Server("s1").Reached(1)
		s.Get("web", "/second", "Cookie: S=a")
		s.Logs(1)
		third := s.Dial("web").Send(Request("/third", "Cookie: S=a"))
		s.UntilStat("web/a", "qcur", "1")
		third.Close()
		s.Logs(1)
		s.Stat("web/a", "qcur", "qmax", "econ", "cli_abrt", "lbtot")
		s.Stat("web/BACKEND", "qcur", "qmax", "econ", "cli_abrt", "lbtot")
		first.Close()
	},
}

// queueChosen: a place in the queue of a server that the balancing has chosen counts as its choice.
var queueChosen = Case{
	Name:   "queue-chosen",
	Config: Head + "listen web\n    bind {web}\n    timeout queue 10s\n    balance source\n    server a {s1} maxconn 1\n",
	Play: func(s *Side) {
		over := make(chan struct{})
		s.Server("s1").Do(func(c *Conn, _ string) { <-over; c.Say(OK("a")) })
		first := s.Dial("web").Send(Request("/first", "Connection: close"))
		s.Server("s1").Reached(1)
		second := s.Dial("web").Send(Request("/second", "Connection: close"))
		s.UntilStat("web/a", "qcur", "1")
		s.Stat("web/a", "lbtot")
		close(over)
		first.Rest()
		second.Rest()
		s.Logs(2)
		s.Stat("web/a", "qmax", "lbtot", "stot")
	},
}
