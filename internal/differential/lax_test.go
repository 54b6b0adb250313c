package differential

import (
	"strings"
)

// oddRequests are what only option accept-invalid-http-request lets pass, and some of what it does not.
var oddRequests = []string{
	"GET \t/ \tHTTP/1.1\r\nHost: a\r\n\r\n",
	"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET /\r\n",
	"OPTIONS / RTSP/1.0\r\nHost: a\r\n\r\n",
	"GET / HTTX/1.1\r\nHost: a\r\n\r\n",
	"GET / HTTP/1.10\r\nHost: a\r\n\r\n",
	"GET / HTTP\r\nHost: a\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\nfoo bar(\x01: x\r\nFoo : y\r\n\r\n",
	"GET / HTTP/1.1\r\n foo: x\r\nHost: a\r\n\r\n",
	"GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET foo HTTP/1.1\r\nHost: a\r\n\r\n",
	"POST /#x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
	"POST /#x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
	"POST /\r\n",
	"GET / http/1.1\r\nHost: a\r\n\r\n",
	"GET /#\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET /#x HTTP/1.1\r\nHost: a\r\nfoo\r\n\r\n",
	"GET /#x HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
}

// oddResponses are the same of option accept-invalid-http-response.
var oddResponses = []string{
	"ICY 200 OK\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.10 200 OK\r\nContent-Length: 0\r\n\r\n",
	"HTTX/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nfoo(bar) \xff: x\r\n\r\n",
	"HTTP/1.1 200 OK\r\nfoo : x\r\nContent-Length: 3\r\n\r\nabc",
	"HTTP/1.1 200 OK\r\n foo: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nfoo\r\n\r\n",
	"hello\r\n\r\n",
}

// laxCase plays both, with the options on or off, and with or without rules, which have a view of their own of messages.
func laxCase(name, lines string) Case {
	return Case{
		Name:   "accept-invalid-" + name,
		Config: one("    timeout client 500ms\n    retries 0\n" + lines),
		Play: func(s *Side) {
			s.Mask(`wraps at \d+`, "wraps at (n)") // each program's memory
			for _, r := range oddRequests {
				s.Note("%q", r)
				s.Dial("web").Send(strings.Replace(r, "Host: a\r\n", "Host: a\r\nConnection: close\r\n", 1)).Rest()
				s.Logs(1)
				s.CLI("show errors web request")
			}
			s.Server("s1").Reached(len(s.Server("s1").reachedNow()))
			answer := ""
			s.Server("s1").Do(func(c *Conn, _ string) { c.Say(answer); c.Hang() })
			for _, answer = range oddResponses {
				s.Note("%q", answer)
				s.Dial("web").Send(Request("/", "Connection: close")).Rest()
				s.Logs(1)
				s.CLI("show errors web response")
			}
			stats(s, "web/FRONTEND", "web/BACKEND")
		},
	}
}

var laxCases = []Case{
	laxCase("on", "    option accept-invalid-http-request\n    option accept-invalid-http-response\n"),
	laxCase("off", ""),
	laxCase("rules", "    option accept-invalid-http-request\n    option accept-invalid-http-response\n"+
		"    http-request set-header x-version %[req.ver]\n    http-response set-header x-version %[res.ver]\n"),
}
