package differential

import (
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// keptRequests sends requests over one kept connection, and notes who got them over which connection.
func keptRequests(name, lines string) Case {
	return Case{
		Name:   name,
		Config: two("    balance roundrobin\n" + lines),
		Play: func(s *Side) {
			c := s.Dial("web")
			for _, path := range []string{"/1", "/2", "/3", "/4"} {
				c.Send(Request(path)).Answer()
			}
			s.CLI("set server web/a state drain")
			c.Send(Request("/5")).Answer()
			s.CLI("set server web/a state ready")
			c.Send(Request("/6")).Answer()
			c.Close()
			s.Logs(8)
			s.Server("s1").Reached(len(s.Server("s1").reachedNow()))
			s.Server("s2").Reached(len(s.Server("s2").reachedNow()))
			stats(s, "web/a", "web/b", "web/BACKEND")
		},
	}
}

// pretended tells what servers are told about their connection.
func pretended(name, lines string) Case {
	return Case{
		Name:   "pretend-keepalive-" + name,
		Config: one("    option http-pretend-keepalive\n" + lines),
		Play: func(s *Side) {
			for _, version := range []string{"1.0", "1.1"} {
				for _, field := range []string{"", "Connection: close\r\n", "Connection: keep-alive\r\n"} {
					s.Dial("web").Send("GET / HTTP/" + version + "\r\nHost: a\r\n" + field + "\r\n").Answer().Close()
				}
			}
			s.Server("s1").Reached(6)
		},
	}
}

// isReset tells whether a reset has come, which a read does not show behind an end.
func (c *Client) isReset() (reset bool) {
	raw, err := c.conn.SyscallConn()
	c.s.must(err, "look at a connection")
	c.s.must(raw.Control(func(fd uintptr) {
		info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		reset = err == nil && info.State == unix.BPF_TCP_CLOSE
	}), "look at a connection")
	return reset
}

// lingering plays how connections end.
func lingering() (list []Case) {
	for _, mode := range []string{"", "    option httpclose\n", "    option http-server-close\n"} {
		list = append(list, Case{
			Name:   "nolinger-http" + strings.ReplaceAll(strings.TrimSpace(mode), " ", "-"),
			Config: one("    option nolinger\n    http-request deny if { path /no }\n    timeout http-keep-alive 200ms\n" + mode),
			Play: func(s *Side) {
				s.Get("web", "/")
				s.Get("web", "/no")
				s.Dial("web").Send(Request("/")).Rest()
				s.Dial("web").Send("junk\r\n\r\n").Rest()
				s.Logs(4)
				c := s.Dial("web").Send(Request("/", "Connection: close")).Rest()
				s.Until("a reset comes behind the end", c.isReset)
				s.Logs(1)
			},
		})
	}
	for _, end := range tunnelEnds[:3] {
		list = append(list, Case{
			Name:   "nolinger-tcp-" + end.name,
			Config: one("    mode tcp\n    option tcplog\n    option nolinger\n    timeout client-fin 300ms\n"),
			Play: func(s *Side) {
				s.Server("s1").Greets(func(c *Conn) {
					hear(c, 4)
					c.Say("hello")
					end.server(c)
				})
				c := s.Dial("web").Send("ahoy").Read(5)
				end.client(c)
				s.Logs(1)
			},
		})
	}
	return list
}

// early logs a response of which only a part has come.
func early(name, lines string) Case {
	return Case{
		Name:   "logasap-" + name,
		Config: one("    option logasap\n    http-request deny if { path /no }\n" + lines),
		Play: func(s *Side) {
			loosely(s)
			s.Mask(`\b(T[atu])=\+\d+`, "$1=+t")
			s.Mask(`(" )\d+ \d+ ("web)`, "$1(port) (ms) $2")
			s.Mask(`\b\d+ (\d+|-1) (\d+|-1) (\d+|-1) \+\d+`, "(times)")
			s.Server("s1").Do(func(c *Conn, request string) {
				if strings.Contains(request, "/chat") {
					c.Say("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\nhello")
				} else {
					c.Say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
				}
				c.Hang()
			})
			c := s.Dial("web").Send(Request("/slow"))
			s.Logs(1)
			c.Close()
			c = s.Dial("web").Send(Request("/chat", "Connection: upgrade", "Upgrade: chat"))
			s.Logs(1)
			c.Close()
			s.Get("web", "/no")
			s.Logs(1)
			s.Server("s1").Answers(OK("all"))
			s.Get("web", "/")
			s.Logs(1)
			s.Server("s1").Do(func(c *Conn, _ string) { _ = c.Close() })
			s.Get("web", "/bye")
			s.Logs(1)
		},
	}
}

// optionCases are about small options.
func optionCases() []Case {
	list := []Case{
		keptRequests("prefer-last-never", "    option prefer-last-server\n    http-reuse never\n"),
		keptRequests("prefer-last-safe", "    option prefer-last-server\n"),
		keptRequests("no-prefer-last-never", "    http-reuse never\n"),
		keptRequests("prefer-last-source", "    option prefer-last-server\n    http-reuse never\n    balance source\n"),
		pretended("server-close", "    option http-server-close\n"),
		pretended("close", "    option httpclose\n"),
		pretended("keep", ""),
		early("http", ""),
		early("clf", "    option httplog clf\n"),
		early("rules", "    http-response set-header x-more yes\n    log-format \""+variables+httpVariables+"\"\n"),
		{
			Name:   "logasap-tcp",
			Config: one("    mode tcp\n    option tcplog\n    option logasap\n    retries 0\n"),
			Play: func(s *Side) {
				s.Server("s1").Greets(func(c *Conn) { c.Say("hello"); c.Hang() })
				c := s.Dial("web").Read(5)
				s.Logs(1)
				c.Close()
				s.Server("s1").Down()
				s.Dial("web").Rest()
				s.Logs(1)
			},
		},
		{
			Name: "option-mistakes",
			Config: Head + "frontend f\n    mode tcp\n    bind {web}\n    option http-pretend-keepalive\n    option http-ignore-probes\n    option prefer-last-server\n" +
				"    option logasap x\n    option nolinger\n    no option idle-close-on-response\n    default_backend b\nbackend b\n    mode tcp\n" +
				"    option http-pretend-keepalive\n    option http-ignore-probes\n    option prefer-last-server\n    option logasap\n" +
				"    option nolinger x\n    option idle-close-on-response\n    server a {s1}\n    no option nolinger\n",
			Fails: true,
		},
		{
			Name:   "ignore-probes",
			Config: one("    option http-ignore-probes\n    timeout http-request 200ms\n"),
			Play: func(s *Side) {
				s.Dial("web").Rest()
				s.Dial("web").Shut().Rest()
				s.Dial("web").Send("GE").Rest()
				s.Dial("web").Send("GE").Shut().Rest()
				s.Get("web", "/")
				s.Logs(3)
				s.Stat("web/FRONTEND", "ereq", "hrsp_4xx", "hrsp_2xx", "req_tot", "stot")
			},
		},
		{
			Name:   "idle-close-on-response",
			Config: one("    option idle-close-on-response\n"),
			Play: func(s *Side) {
				c := s.Dial("web").Send(Request("/")).Answer()
				s.Signal(syscall.SIGUSR1)
				s.UntilLog("stopped")
				c.Send(Request("/last")).Rest()
				s.Exit()
				s.UntilLog("GET /last")
			},
		},
	}
	return append(list, lingering()...)
}
