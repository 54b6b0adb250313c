package differential

import "strings"

// redirectRequests are requests with and without a body.
const redirectRequests = `
GET /redir HTTP/1.1||
HEAD /redir HTTP/1.1||
POST /redir HTTP/1.1||
POST /redir HTTP/1.1|Content-Length: 0|
POST /redir HTTP/1.1|Content-Length: 5|hello
POST /redir HTTP/1.1|Content-Length: 5|hel
GET /redir HTTP/1.1|Content-Length: 5|hello
POST /redir HTTP/1.1|Transfer-Encoding: chunked|0\r\n\r\n
DELETE /redir HTTP/1.1||
POST /prefix HTTP/1.1|Content-Length: 5|hello
GET /prefix HTTP/1.1||
POST /deny HTTP/1.1|Content-Length: 5|hello
POST /return HTTP/1.1|Content-Length: 5|hello
`

var redirectCases = []Case{{
	Name: "redirect-bodies",
	Config: one("    timeout client 1s\n    timeout http-keep-alive 300ms\n    http-request redirect location /x if { path /redir }\n" +
		"    http-request redirect prefix http://y code 301 if { path /prefix }\n    http-request deny if { path /deny }\n" +
		"    http-request return status 200 content-type text/plain string hello if { path /return }\n"),
	Play: func(s *Side) {
		for _, r := range strings.Split(strings.TrimSpace(redirectRequests), "\n") {
			part := strings.Split(r, "|")
			if part[1] != "" {
				part[1] += "\r\n"
			}
			s.Note("$ %s", r)
			c := s.Dial("web")
			c.Send(part[0] + "\r\nHost: x\r\n" + part[1] + "\r\n" + strings.ReplaceAll(part[2], `\r\n`, "\r\n")).Rest()
			c.Close()
			s.Logs(1)
		}
	},
}}
