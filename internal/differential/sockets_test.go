package differential

import (
	"io"
	"net"
	"strings"
)

// socketFile has frontends whose statistics tell their listeners apart.
const socketFile = `
global
    maxconn 5000
` + Head + `
    option socket-stats
frontend in
    bind {web}
    bind {raw} name second maxconn 7 id 9
    bind {own} name third
    maxconn 4000
    stats uri /st
    bind {closed} name fourth
    tcp-request connection reject if { so_id 3 }
    tcp-request session reject if { so_id 4 }
    http-request deny if { path /no }
    http-response deny if { status 201 }
    default_backend app
backend app
    server a {s1}
listen quiet
    no option socket-stats
    bind {two}
    maxconn 2000
    server a {s1} id 7
    server b {s1}
listen tunnel
    mode tcp
    option tcplog
    bind {three}
    maxconn 3000
    server a {s1}
`

// socketRows notes what is told of each listener.
func socketRows(s *Side) {
	for _, row := range []string{"in/FRONTEND", "in/sock-1", "in/second", "in/third", "in/fourth", "tunnel/sock-1"} {
		s.Stat(row, "sid", "type", "addr", "scur", "smax", "slim", "stot", "bin", "bout", "dreq", "dresp", "ereq", "dcon", "dses", "status", "rate_lim")
	}
}

var socketCases = []Case{{
	Name:   "socket-stats",
	Config: socketFile,
	Play: func(s *Side) {
		s.Mask(`(/STATS> .* 200) \d+`, "$1 n")
		s.Server("s1").Do(func(c *Conn, request string) {
			status := "200"
			if strings.HasPrefix(request, "GET /created") {
				status = "201"
			}
			c.Say("HTTP/1.1 " + status + " OK\r\nContent-Length: 2\r\n\r\nok")
		})
		s.Get("web", "/")
		s.Get("web", "/no")
		s.Get("web", "/created")
		s.Dial("web").Send("junk\r\n\r\n").Rest().Close()
		s.Dial("raw").Send(Request("/", "Connection: close")).Rest()
		c := s.Dial("raw")
		c.Send(Request("/")).Answer()
		for _, name := range []string{"own", "closed"} {
			if c, err := net.Dial("tcp", s.Addr(name)); err == nil { // else the reset was faster
				_, _ = io.Copy(io.Discard, c)
				_ = c.Close()
			}
		}
		s.Dial("three").Send(Request("/")).Answer().Close()
		s.Logs(7)
		socketRows(s)
		for _, filter := range []string{"in 1 -1", "in 8 -1", "in 8 9", "in 4 -1", "quiet -1 -1"} {
			text, err := s.ask("show stat " + filter)
			s.must(err, "show stat")
			s.Note("%s: %d lines", filter, strings.Count(text, "\n"))
		}
		s.Page("web", "/st")
		s.Page("web", "/st;scope=quiet")
		s.CLI("clear counters")
		s.Stat("in/sock-1", "smax", "stot", "ereq")
		s.Stat("in/second", "smax", "stot")
		s.Stat("quiet/b", "sid")
		c.Close()
		s.CLI("clear counters all")
		s.Get("web", "/")
		socketRows(s)
	},
}, {
	Name:   "sockets-follow",
	Config: followed,
	Play: func(s *Side) {
		s.Reload(followed)
		s.ExitBefore()
		s.Dial("stats").Send("show cli level\n").Rest()
		s.Get("web", "/")
		s.Dial("two").Send("show cli level\n").Rest()
	},
}}

// followed has an operators' socket at an address of TCP, which the next process has before this one has ended, and stats maxconn 1,
// which is for all sockets together.
var followed = strings.Replace(Head, "level admin\n", "level admin\n    stats socket ipv4@{stats} level user\n    stats socket ipv4@{two} level operator\n    stats maxconn 1\n", 1) +
	"listen web\n    bind {web}\n    server a {s1}\n"
