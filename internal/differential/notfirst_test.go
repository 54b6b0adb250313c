package differential

import (
	"strings"
	"time"
)

// notFirst is a server that ends without an answer. To a client whose connection has served before HAProxy says nothing: the client
// repeats its request. lines are the section's own.
func notFirst(name, lines string) Case {
	endings := []string{"/close", "/half", "/break", "/junk", "/hang"}
	if !strings.Contains(lines, "retry-on") { // with it HAProxy answers 500 of its own to what follows an interim response
		endings = append(endings, "/interim")
	}
	return Case{
		Name:   "not-first-" + name,
		Config: one("    timeout server 500ms\n" + lines),
		Play: func(s *Side) {
			s.Server("s1").Do(func(c *Conn, request string) {
				switch path, _, _ := strings.Cut(request[strings.Index(request, "/"):], " "); path {
				case "/ok", "/ok?last":
					c.Say(OK(""))
				case "/end":
					c.Say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
					_ = c.Close()
				case "/half":
					c.Say("HTTP/1.1 200")
					fallthrough
				case "/close":
					c.Sleep(20 * time.Millisecond)
					_ = c.Close()
				case "/interim":
					c.Say("HTTP/1.1 103 Early\r\nX: y\r\n\r\n")
					c.Sleep(20 * time.Millisecond)
					_ = c.Close()
				case "/break":
					c.Sleep(20 * time.Millisecond)
					c.Break()
				case "/junk":
					c.Say("hello\r\n\r\n")
				case "/hang":
					c.Hang()
				}
			})
			for _, first := range []string{"", "/ok", "/end"} {
				for _, then := range endings {
					for _, body := range []string{"", "Content-Length: 3\r\n\r\nabc", "Content-Length: 5\r\n\r\nabc"} {
						s.Note("%q, then %s %q", first, then, body)
						c := s.Dial("web")
						if first != "" {
							c.Send(Request(first)).Answer()
						}
						c.Send("POST " + then + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + body)
						if body == "" {
							c.Send("\r\n")
						}
						c.Rest().Close()
						s.Dial("web").Send(Request("/ok?last", "Connection: close")).Rest()
						s.LogsTo("?last")
						s.Stat("web/a", "eresp", "econ", "wretr", "srv_abrt", "cli_abrt", "hrsp_5xx")
						s.Stat("web/FRONTEND", "hrsp_5xx", "hrsp_4xx", "req_tot", "ereq")
						s.CLI("clear counters all")
					}
				}
			}
		},
	}
}

var notFirstCases = []Case{
	notFirst("plain", "    retries 0\n"),
	notFirst("server-close", "    retries 0\n    option http-server-close\n"),
	notFirst("always", "    retries 0\n    http-reuse always\n"),
	notFirst("retry-empty", "    retries 1\n    retry-on empty-response\n"),
	notFirst("retry-junk", "    retries 1\n    retry-on junk-response\n"),
}
