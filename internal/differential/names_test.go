package differential

import "strings"

// spellings are for those who insist on capitals.
const spellings = `global
    h1-case-adjust host HoSt
    h1-case-adjust x-foo X-FoO
    h1-case-adjust content-length Content-LENGTH
    h1-case-adjust connection ConnectioN
    h1-case-adjust upgrade UPGRADE
    h1-case-adjust x-forwarded-for X-ForwardeD-For
    h1-case-adjust x-name X-NAME
    h1-case-adjust Foo-Bar FOO-bar
    h1-case-adjust cache-control CACHE-control
    h1-case-adjust link LINK
`

// spelt plays requests, answers of all kinds, a tunnel and a check.
func spelt(name, lines string) Case {
	return Case{
		Name:   "h1-case-adjust-" + name,
		Config: spellings + strings.TrimSuffix(one("    option forwardfor\n    option httpchk GET /check\n    http-check send hdr x-foo 1 hdr Host a\n"+lines), "\n") + " check inter 100s\n",
		Play: func(s *Side) {
			s.Server("s1").Do(func(c *Conn, request string) {
				switch {
				case strings.Contains(request, "/chat"):
					c.Say("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\nX-Foo: 1\r\n\r\n")
				case strings.Contains(request, "/early"):
					c.Say("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-foo: 2\r\n\r\n")
				default:
					c.Say("HTTP/1.1 200 OK\r\nX-FOO: 1\r\nFoo-Bar: 2\r\nContent-Length: 0\r\n\r\n")
				}
			})
			s.Server("s1").Reached(1)
			c := s.Dial("web")
			c.Send(Request("/", "x-FOO: 1", "foo-bar: 2")).Answer()
			c.Send(Request("/no")).Answer()
			c.Send(Request("/said")).Answer()
			c.Close()
			s.Get("web", "/early")
			s.Get("web", "/broken")
			s.Dial("web").Send("GET / HTTP/1.0\r\n\r\n").Rest()
			s.Dial("web").Send(Request("/chat", "Connection: Upgrade", "Upgrade: chat")).Answer().Close()
			s.Server("s1").Reached(4)
			s.Logs(7)
		},
	}
}

// told plays servers that are told their names, at the first attempt or a later one.
func told(name, lines string) Case {
	return Case{
		Name:   "http-send-name-header-" + name,
		Config: two("    balance roundrobin\n    option redispatch 1\n    timeout connect 200ms\n" + lines),
		Play: func(s *Side) {
			c := s.Dial("web")
			for range 2 {
				c.Send(Request("/", "x-name: mine", "x-other: 1", "X-NAME: yours")).Answer()
			}
			c.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc").Answer()
			c.Send("POST / HTTP/1.0\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\nabc").Answer()
			c.Close()
			s.Server("s1").Reached(2)
			s.Server("s2").Reached(2)
			s.Server("s1").Down()
			s.Get("web", "/")
			s.Get("web", "/")
			s.Server("s2").Reached(2)
			s.Logs(6)
		},
	}
}

var nameCases = []Case{
	spelt("both", "    option h1-case-adjust-bogus-client\n    option h1-case-adjust-bogus-server\n    http-request deny if { path /no }\n"+
		"    http-request return status 200 content-type text/plain string hello hdr x-foo 1 if { path /said }\n"),
	spelt("client", "    option h1-case-adjust-bogus-client\n"),
	spelt("server", "    option h1-case-adjust-bogus-server\n    http-send-name-header X-Name\n"),
	spelt("neither", ""),
	told("plain", "    http-send-name-header X-Name\n"),
	told("rules", "    http-send-name-header x-name\n    http-request set-header x-more %[src]\n    option forwardfor\n"),
	told("host", "    http-send-name-header Host\n    option http-server-close\n"),
	told("adjusted", "    http-send-name-header X-Forwarded-For\n    option forwardfor\n"),
}
