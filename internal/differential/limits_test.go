package differential

import (
	"fmt"
	"strings"
	"time"
)

// manyLines sends requests, and has responses, with about n fields.
func manyLines(name, lines string, n int) Case {
	return Case{
		Name:   "maxhdr-" + name,
		Config: "global\n" + lines + one("    http-request set-header x-rule a if { path /rule }\n    http-response set-header x-rule a if { status 201 }\n"),
		Play: func(s *Side) {
			many := func(n int) string { return strings.Repeat("a: b\r\n", n) }
			for k := n - 1; k <= n+1; k++ {
				s.Server("s1").Answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + many(k-1) + "\r\nok")
				for _, path := range []string{"/", "/rule"} {
					s.Dial("web").Send("GET " + path + " HTTP/1.1\r\nHost: a\r\n" + many(k-1) + "\r\n").Answer().Close()
				}
				s.Dial("web").Send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + many(k) + "\r\n").HeadAnswer().Close()
				s.Logs(3)
			}
			s.Server("s1").Answers("HTTP/1.1 201 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n" + many(n+1) + "\r\n")
			s.Dial("web").Send(Request("/")).Rest()
			s.Logs(1)
		},
	}
}

// keptLine logs request lines of many lengths, whole and by their parts.
func keptLine(name, lines string, lengths ...int) Case {
	return Case{
		Name: "logurilen-" + name,
		Config: "global\n" + lines + Head + "    log {log} len 8000 local0\nfrontend web\n    bind {web}\n    http-request return status 200 content-type text/plain " +
			"lf-string \"%[capture.req.uri] %[capture.req.method] %[capture.req.ver]\"\nfrontend parts\n    bind {parts}\n" +
			"    log-format \"%r|%HM|%HU|%HP|%HPO|%HQ|%HV\"\n    http-request deny\n",
		Play: func(s *Side) {
			for _, n := range lengths {
				for _, begin := range []string{"/", "http://a/", "/?"} {
					for _, name := range []string{"web", "parts"} {
						s.Get(name, begin+strings.Repeat("x", n), "Connection: close")
						s.Logs(2) // the section's own target is one more
					}
				}
			}
		},
	}
}

// limitCases are about what the global section says of messages' sizes and shapes.
func limitCases() []Case {
	list := []Case{
		manyLines("default", "", 100),
		manyLines("6", "    tune.http.maxhdr 6\n", 5),
		manyLines("300", "    tune.http.maxhdr 300\n", 299),
		keptLine("default", "", 10, 1008, 1009, 1010, 1019, 1020, 3000),
		keptLine("20", "    tune.http.logurilen 20\n", 1, 6, 7, 20),
		keptLine("4000", "    tune.http.logurilen 4000\n", 1, 1020, 3990, 3995, 6000),
		keptLine("4", "    tune.http.logurilen 4\n", 3),
		keptLine("-1", "    tune.http.logurilen -1\n", 1008, 1020),
	}
	for _, n := range []string{"10", "100", "-1"} {
		list = append(list, Case{
			Name:   "cookielen-" + n,
			Config: "global\n    tune.http.cookielen " + n + "\n" + one("    capture cookie a len 80\n"),
			Play: func(s *Side) {
				long := "a=" + strings.Repeat("1234567890", 12)
				s.Server("s1").Answers("HTTP/1.1 200 OK\r\nSet-Cookie: " + long + "\r\nContent-Length: 0\r\n\r\n")
				s.Get("web", "/", "Cookie: "+long)
				s.Logs(1)
				s.Said()
			},
		})
	}
	for i, lines := range []string{"", "    h1-accept-payload-with-any-method\n"} {
		list = append(list, Case{
			Name:   fmt.Sprintf("any-body-%d", i),
			Config: "global\n" + lines + one("    http-request deny if { path /no }\n    http-request return status 200 if { path /rule }\n"),
			Play: func(s *Side) {
				for _, method := range []string{"GET", "HEAD", "DELETE", "POST"} {
					for _, version := range []string{"1.0", "1.1"} {
						s.Dial("web").Send(method + " / HTTP/" + version + "\r\nHost: a\r\nContent-Length: 2\r\n\r\nok").Quiet(300 * time.Millisecond).Close()
						s.Dial("web").Send(method + " / HTTP/" + version + "\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n").Quiet(300 * time.Millisecond).Close()
						s.Logs(2)
					}
				}
				s.Server("s1").Reached(s.Server("s1").Count())
			},
		})
	}
	return append(list, Case{
		Name: "monitor-path",
		Config: Head + "listen web\n    bind {web}\n    monitor-uri /up?x\n    stats uri /up\n    server a {s1}\n" +
			"listen whole\n    bind {whole}\n    monitor-uri http://a/up\n    stats uri /up\n    monitor fail if { method POST }\n    http-request set-header x y\n    server a {s1}\n",
		Play: func(s *Side) {
			for _, name := range []string{"web", "whole"} {
				for _, target := range []string{"/up?x", "http://a/up?x", "http://a:80/up?x", "http:///up?x", "http://a/up", "/up#", "*", "a/up?x"} {
					for _, method := range []string{"OPTIONS", "POST"} {
						s.Dial(name).Send(method + " " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").Rest().Close()
					}
				}
			}
		},
	})
}
