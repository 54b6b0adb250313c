package differential

import (
	"fmt"
)

// checked is a backend whose one server is checked quickly, and the lines in between.
func checked(lines string, settings string) string {
	return Head + "backend web\n    option log-health-checks\n" + lines +
		"    server a {s1} check inter 100ms rise 1 fall 1 " + settings + "\n"
}

// dialogue plays a check of the given lines against a server that does what greet says: the first line that is logged, what
// the statistics then show.
func dialogue(name, lines string, greet func(c *Conn)) Case {
	return Case{
		Name:   name,
		Config: checked(lines, ""),
		Play: func(s *Side) {
			s.Logs(1)
			s.Server("s1").First()
			s.Stat("web/a", checkColumns...)
			s.Stat("web/BACKEND", "status", "act")
		},
	}.with(greet)
}

// with lets the first server greet from the beginning.
func (c Case) with(greet func(c *Conn)) Case {
	c.Before = func(s *Side) { s.Server("s1").Greets(greet) }
	return c
}

func hear(c *Conn, n int) string {
	b := make([]byte, n)
	for i := range b {
		x, err := c.R.ReadByte()
		if err != nil {
			return string(b[:i])
		}
		b[i] = x
	}
	return string(b)
}

// answering is a greeting that reads an HTTP request and answers it.
func answering(text string) func(c *Conn) {
	return func(c *Conn) {
		r, _ := readMessage(c.R, true)
		c.Saw(r)
		c.Say(text)
	}
}

func say(text string) func(c *Conn) {
	return func(c *Conn) { c.Say(text); c.Hang() }
}

func sayAndClose(text string) func(c *Conn) {
	return func(c *Conn) { c.Say(text) }
}

func http(status, fields, body string) string {
	return fmt.Sprintf("HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s", status, fields, len(body), body)
}

// observing gives a case in which live traffic tells of a server, while its checks pass.
func observing(name, settings, answer string) Case {
	return Case{
		Name:   name,
		Config: Head + "listen web\n    bind {web}\n    option log-health-checks\n    option httpchk GET /check\n    server a {s1} " + settings + "\n",
		Before: func(s *Side) { s.Server("s1").Ignores("/check") },
		Play: func(s *Side) {
			s.UntilStat("web/a", "check_status", "L7OK")
			s.UntilLog("succeeded")
			s.Server("s1").Answers(answer)
			for range 3 {
				s.Get("web", "/")
			}
			s.UntilLog("Health")
			s.Stat("web/a", append(checkColumns, "hanafail")...)
		},
	}
}
