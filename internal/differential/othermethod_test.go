package differential

import (
	"fmt"
	"strings"
	"time"
)

// shapes are responses to a GET, and how much of each is the head.
var shapes = []string{
	"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n|hello",
	"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n|",
	"HTTP/1.1 200 OK\r\nX: y\r\n\r\n|hello",
	"HTTP/1.0 200 OK\r\nX: y\r\n\r\n|hello",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n|5\r\nhello\r\n0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n|zz\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n|hello",
	"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n|" + strings.Repeat("x", 300000),
	"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n|",
	"HTTP/1.1 204 No Content\r\n\r\n|",
}

// otherMethod is a HEAD that a rule makes a GET, and the other way: the server's response has a body that the client does not
// wait for, or has none where it does.
var otherMethod = Case{
	Name: "other-method",
	Config: one("    timeout server 500ms\n    retries 0\n    http-request set-method GET if { path /get }\n    http-request set-method HEAD if { path /head }\n" +
		"    http-response set-header X-Body %[res.len] if { req.hdr(x-look) -m found }\n"),
	Play: func(s *Side) {
		for _, shape := range shapes {
			head, body, _ := strings.Cut(shape, "|")
			s.Server("s1").Do(func(c *Conn, request string) {
				c.Say(head)
				if !strings.HasPrefix(request, "HEAD ") {
					c.Sleep(20 * time.Millisecond)
					c.Say(body)
				}
				if !strings.Contains(head, "Content-Length: 5") && !strings.Contains(head, "chunked") {
					_ = c.Close()
				}
			})
			for _, line := range []string{"HEAD /get", "GET /head"} {
				for _, version := range []string{"1.1", "1.0"} {
					s.Note("%s HTTP/%s: %.70q", line, version, shape)
					c := s.Dial("web").Send(fmt.Sprintf("%s HTTP/%s\r\nHost: a\r\nConnection: keep-alive\r\n\r\n", line, version)).Quiet(300 * time.Millisecond)
					c.Send("GET / HTTP/1.0\r\nHost: a\r\n\r\n").Rest().Close()
				}
			}
		}
		s.Logs(4 * len(shapes))
		s.Stat("web/a", "hrsp_2xx", "hrsp_5xx", "eresp", "bout")
		s.Stat("web/FRONTEND", "hrsp_2xx", "hrsp_5xx", "bout")
	},
}
