package differential

import (
	"fmt"
	"strings"
)

// badRequests are refused at their head, or in what comes with it.
var badRequests = []string{
	"junk\r\n\r\n",
	"\rGET / HTTP/1.1\r\n\r\n",
	"G\x01T / HTTP/1.1\r\n\r\n",
	"GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET /#x HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET /a b c HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET / HT\x01P/1.1\r\n\r\n",
	"GET / FTP/1.1\r\nHost: a\r\n\r\n",
	"GET / HTTP/2.X\r\nHost: a\r\n\r\n",
	"GET / HTTP/1.1\rX\r\n",
	"GET / HTTP/1.1\r\n X: b\r\n\r\n",
	"GET / HTTP/1.1\r\n: b\r\n\r\n",
	"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\nFoo\x01: b\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\nFoo: b\rc\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\nFoo: b\r\n folded\r\nBar\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\n\rX",
	"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\nX-Tab:\t\\\x1b\xff\r\nContent-Length: x\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: foo\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
	"GET / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc",
	"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
	"CONNECT /x HTTP/1.1\r\nHost: a\r\n\r\n",
	"CONNECT b:80 HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("X: y\r\n", 130) + "\r\n",
	"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
	"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcX",
}

// badResponses follow the same way.
var badResponses = []string{
	"junk\r\n\r\n",
	"HTTP/1.1 2x0 OK\r\n\r\n",
	"HTTP/1.1  200 O\rK\r\n\r\n",
	"HTTP/1.1 200 OK\r\nFoo : b\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcX",
	"HTTP/1.1 200\r\nX: " + strings.Repeat("y", 20000) + "\r\n\r\n",
}

// captured waits until so many messages have been captured, and notes what is told of the last one.
func captured(s *Side, n int, command string) {
	s.Until(fmt.Sprintf("capture %d", n), func() bool {
		text, err := s.ask("show errors")
		s.must(err, "show errors")
		return strings.Contains(text, fmt.Sprintf("] : %d\n", n))
	})
	s.CLI(command)
}

var captureCases = []Case{{
	Name:   "show-errors",
	Config: one("    option redispatch\n"),
	Play: func(s *Side) {
		s.Mask(`wraps at \d+`, "wraps at (n)") // each program's memory
		s.Mask(`(?m)^  \d+\+ y+\n`, "")
		n := 0
		answer := ""
		s.Server("s1").Do(func(c *Conn, _ string) { c.Say(answer); c.Hang() })
		for _, r := range badRequests {
			s.Note("%q", r)
			s.Dial("web").Send(r).Rest().Close()
			n++
			captured(s, n, "show errors web request")
		}
		for _, answer = range badResponses {
			s.Note("%.60q", answer)
			s.Dial("web").Send(Request("/", "Connection: close")).Rest()
			n++
			captured(s, n, "show errors web response")
		}
		s.CLI("show errors")
		s.CLI("show errors zz")
		s.CLI("show errors 99")
		s.CLI("user;show errors")
	},
}}
