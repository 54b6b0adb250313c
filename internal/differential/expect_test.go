package differential

import (
	"fmt"
	"time"
)

// asksForBody is a client that keeps its request's body back until it is asked for it, and a section that wants it before there is a server.
func asksForBody(name, lines string) Case {
	return Case{
		Name:   "expect-" + name,
		Config: one("    timeout http-request 200ms\n" + lines),
		Play: func(s *Side) {
			for _, expects := range []string{"100-continue", "100-Continue", "x", "100-continue, x", "x, 100-continue", "100-continue\r\nExpect: 100-continue", "x\r\nExpect: 100-continue", "100-continue;a"} {
				for _, version := range []string{"1.1", "1.0"} {
					for _, body := range []string{"abcde", "", "5\r\nabcde\r\n0\r\n\r\n"} {
						framing := fmt.Sprintf("Content-Length: %d", len(body))
						if len(body) > 5 {
							framing = "Transfer-Encoding: chunked"
						}
						head := fmt.Sprintf("POST / HTTP/%s\r\nHost: a\r\nExpect: %s\r\n%s\r\nConnection: close\r\n\r\n", version, expects, framing)
						s.Dial("web").Send(head + body).Rest()
						c := s.Dial("web").Send(head)
						time.Sleep(20 * time.Millisecond) // for the program to see the head alone
						c.Send(body).Rest()
						s.Logs(2)
						if body != "" {
							s.Dial("web").Send(head).Rest()
							s.Logs(1)
						}
					}
				}
			}
			s.Server("s1").Reached(len(s.Server("s1").reachedNow()))
		},
	}
}

var expectCases = []Case{
	asksForBody("buffered", "    option http-buffer-request\n"),
	asksForBody("waited-for", "    http-request wait-for-body time 200ms\n"),
	asksForBody("both", "    option http-buffer-request\n    http-request wait-for-body time 200ms at-least 2\n    http-request set-header X-Expect %[req.hdr(expect)]\n"),
	asksForBody("denied", "    http-request wait-for-body time 200ms\n    http-request deny if { req.body_len gt 4 }\n"),
}
