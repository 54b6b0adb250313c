package differential

import (
	"regexp"
	"strings"
)

var counterCases = []Case{
	{
		Name: "counters-derived",
		Config: strings.Replace(Head, "    nbthread 1\n", "    nbthread 3\n    stats socket {dir}/second\n", 1) +
			"frontend web\n    bind {web}\n    bind {more}\nbackend b\n    server a {s1} check\n    server b {s1} check agent-check agent-port 1\n",
		Play: func(s *Side) {
			text, err := s.ask("show info")
			s.must(err, "show info")
			for _, l := range regexp.MustCompile(`(?m)^(Ulimit-n|Maxsock|Maxconn|Hard_maxconn|Maxpipes|MaxConnRate|MaxSslConns): \d+$`).FindAllString(text, -1) {
				s.Note("%s", l)
			}
		},
	},
	{
		Name: "counters-averages",
		Config: Head + "    timeout queue 200ms\nlisten web\n    bind {web}\n    http-request deny if { path /deny }\n    server a {s1} maxconn 1\n" +
			"listen dead\n    bind {dead}\n    server a {s2}\n",
		Before: func(s *Side) { s.Server("s2").Down() },
		Play: func(s *Side) {
			release := make(chan struct{})
			s.Server("s1").Do(func(c *Conn, request string) {
				if strings.Contains(request, "/wait") {
					<-release
				}
				c.Say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
			})
			c := s.Dial("web").Send(Request("/wait", "Connection: close"))
			s.UntilStat("web/a", "scur", "1")
			s.Get("web", "/queued")
			close(release)
			c.Answer()
			s.Logs(2)
			s.Stat("web/BACKEND", "qtime", "qtime_max", "econ", "lbtot")
			s.Mask(`(rtime|ttime)=[1-9]\d*`, "$1=n")
			s.Stat("web/BACKEND", "rtime", "ttime")
			s.Get("dead", "/")
			s.Logs(1)
			s.Stat("dead/BACKEND", "qtime", "ctime", "rtime", "ttime", "qtime_max", "ctime_max", "rtime_max", "ttime_max")
			s.Stat("dead/a", "qtime", "ctime", "rtime", "ttime", "qtime_max", "ctime_max", "rtime_max", "ttime_max")
			s.Dial("web").Send("POST /deny HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc").Answer()
			s.Logs(1)
			s.Stat("web/FRONTEND", "scur", "smax", "stot")
		},
	},
}
