package differential

import (
	"io"
	"net"
	"strings"
)

// unwelcome connects from an address that is turned away; the reset may come before the connection is known to be there.
func unwelcome(s *Side, source, name string) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(source)}, Timeout: patience}
	c, err := d.Dial("tcp", s.Addr(name))
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, c)
	_ = c.Close()
}

// unchecked notes a command's answer at a moment when no check is under way: HAProxy has then forgotten what the one before gave.
func unchecked(s *Side, ask string) {
	var text string
	s.Until("no check is under way", func() bool {
		var err error
		text, err = s.ask(ask)
		s.must(err, ask)
		return !strings.Contains(text, ":MOP:str:* ")
	})
	s.note("cli", strings.TrimRight(text, "\n"))
}

// fieldCases compare every value of the statistics that does not depend on how long something took.
var fieldCases = []Case{{
	Name: "stats-fields",
	Config: Head + `
frontend web
    bind {web}
    maxconn 500
    timeout http-request 200ms
    stats uri /stats
    http-request deny if { path /deny }
    tcp-request connection reject if { src 127.0.0.9 }
    http-response deny if { res.hdr(x-secret) -m found }
    use_backend gone if { path_beg /gone }
    default_backend app
backend app
    balance roundrobin
    cookie S insert
    option redispatch
    option httpchk
    server a {s1} check inter 50ms downinter 1h fall 1 cookie a weight 10
    server b {s2} backup maxconn 5 maxqueue 7
    server c {s3} disabled
    server d {s4} check inter 50ms downinter 1h fall 1 observe layer7
    server e {s1} track app/a
backend gone
    server a {s4}
listen raw
    mode tcp
    bind {raw}
    server a {s2}
`,
	Before: func(s *Side) {
		s.Server("s4").Down()
		s.Server("s1").Ignores("OPTIONS ").Do(func(c *Conn, request string) {
			switch {
			case strings.Contains(request, "/secret"):
				c.Say("HTTP/1.1 200 OK\r\nX-Secret: 1\r\nContent-Length: 2\r\n\r\nno")
			case strings.Contains(request, "/junk"):
				c.Say("no HTTP\r\n\r\n")
			case strings.Contains(request, "/part"):
				c.Say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
				_ = c.Close()
			case strings.Contains(request, "/500"):
				c.Say("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")
			default:
				c.Say(OK("s1"))
			}
		})
	},
	Play: func(s *Side) {
		s.UntilStat("app/d", "status", "DOWN")
		s.UntilStat("app/a", "check_status", "L7OK")
		s.Server("s2").Greets(func(c *Conn) { c.Saw(hear(c, 4)); c.Say("back") })
		for _, path := range []string{"/1", "/2", "/deny", "/gone", "/secret", "/junk", "/part", "/500", "/stats;csv"} {
			s.Who("web", path)
		}
		s.Dial("web").Send("junk\r\n\r\n").Rest().Close()
		s.Dial("web").Send("GET / HT").Rest().Close()
		s.Dial("web").Send(Request("/1") + Request("/2", "Connection: close")).Rest()
		unwelcome(s, "127.0.0.9", "web")
		s.UntilStat("web/FRONTEND", "dcon", "1")
		s.Dial("raw").Send("ahoy").Rest()
		// Left out are times, rates and what follows from the system's limits or from each program's own way to keep connections.
		s.Mask(`(?m)^(.*\.(?:(?:[qcrt]time|lastsess|check_duration|lastchg|downtime|rate|req_rate|conn_rate)(?:_max)?|slim|smax|bout|h1_\w+|srv_icur|\w+_conn_cur|need_conn_est|connect|reuse)\.1:\w+:\w+:).*`, "$1n")
		s.Mask(`STATS>(.*) 200 \d{4,}`, "STATS>$1 200 n")
		s.Logs(14)
		for _, row := range []string{"web -1 -1", "app -1 -1", "gone -1 -1", "raw -1 -1"} {
			unchecked(s, "show stat "+row+" typed")
		}
	},
}}
