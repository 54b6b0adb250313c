package differential

import "fmt"

// priorityCases ask in which order those who wait are let in (section 4.2, "http-request set-priority-class").
var priorityCases = []Case{
	{
		Name: "queue-priority",
		Config: Head + "    timeout queue 10s\n    log-format \"%r %ST %sq/%bq %[prio_class] %[prio_offset]\"\n" +
			"listen web\n    bind {web}\n    cookie S insert indirect\n    http-request set-priority-class req.hdr(class)\n" +
			"    http-request set-priority-offset req.hdr(offset) mul(1000) if { req.hdr(offset) -m found }\n    server a {s1} maxconn 1 cookie a\n",
		Play: func(s *Side) {
			s.queueUp("web/", func(path string, p priority) string {
				return Request(path, append(p.fields(), "Connection: close")...)
			}, []priority{
				{}, {class: "0"}, {class: "-1"}, {class: "-3", own: true}, {class: "-99999"}, {class: "7"}, {class: "99999", offset: "-600"}, {offset: "-200"},
				{offset: "400"}, {offset: "-100", own: true}, {class: "x", offset: "-300"}, {class: "-2047", own: true}, {class: "2047", offset: "600"}, {own: true},
			})
		},
	},
	{
		Name: "queue-priority-tcp",
		Config: Head + "    timeout queue 10s\n    mode tcp\n    log-format \"%ST %sq/%bq %[prio_class] %[prio_offset]\"\n" +
			"frontend web\n    bind {web}\n    default_backend app\nbackend app\n    tcp-request inspect-delay 5s\n" +
			"    tcp-request content set-priority-class req.payload(0,1),lower,sub(5) if { req.len ge 2 }\n" +
			"    tcp-request content set-priority-offset req.payload(1,1),lower,mul(-50000)\n    tcp-request content accept\n    server a {s1} maxconn 1\n",
		Play: func(s *Side) {
			s.Server("s1").Greets(func(c *Conn) {})
			s.queueUp("app/", func(path string, p priority) string { return p.class + p.offset + path + "\n" },
				[]priority{{class: "5", offset: "0"}, {class: "5", offset: "1"}, {class: "9", offset: "0"}, {class: "0", offset: "0"}, {class: "5", offset: "0"}, {class: "9", offset: "4"}})
		},
	},
}

// priority is how one of those who wait asks to be let in; own: by server a alone.
type priority struct {
	class, offset string
	own           bool
}

func (p priority) fields() (list []string) {
	if p.class != "" {
		list = append(list, "Class: "+p.class)
	}
	if p.offset != "" {
		list = append(list, "Offset: "+p.offset)
	}
	if p.own {
		list = append(list, "Cookie: S=a")
	}
	return list
}

// queueUp lets all of them come one after the other while the first has the only place, and notes in which order they have it.
func (s *Side) queueUp(rows string, say func(path string, p priority) string, list []priority) {
	over := make(chan struct{})
	s.Server("s1").Do(func(c *Conn, _ string) { <-over; c.Say(OK("a")) }).greetsLines(over)
	clients := []*Client{s.Dial("web").Send(say("/first", list[0]))}
	s.Server("s1").Reached(1)
	own, any := 0, 0
	for i, p := range list {
		clients = append(clients, s.Dial("web").Send(say(fmt.Sprintf("/%d", i), p)))
		if p.own {
			own++
			s.UntilStat(rows+"a", "qcur", fmt.Sprint(own))
		} else {
			any++
			s.UntilStat(rows+"BACKEND", "qcur", fmt.Sprint(any))
		}
	}
	close(over)
	for _, c := range clients {
		c.Rest()
	}
	s.Server("s1").Reached(len(clients))
	s.Logs(len(clients))
}

// greetsLines makes a server that greets read a line of each connection, and end it when it is told to.
func (srv *Server) greetsLines(over <-chan struct{}) {
	srv.mu.Lock()
	greets := srv.greet != nil
	srv.mu.Unlock()
	if greets {
		srv.Greets(func(c *Conn) {
			line, _ := c.R.ReadString('\n')
			c.Saw(line)
			<-over
			c.Break() // the client goes on listening to no end
		})
	}
}
