package differential

import "strings"

// tcpRules are content rules of a backend in mode tcp, with what the client says first and what the server answers; "": nothing.
var tcpRules = []struct {
	name, rules, ask, answer string
	shut                     bool // the client ends its side behind it
}{
	{"request-accept", "tcp-request inspect-delay 300ms|tcp-request content accept if { req.payload(0,4) -m str ahoy }|tcp-request content reject", "ahoy", "back", false},
	{"request-reject", "tcp-request inspect-delay 300ms|tcp-request content accept if { req.payload(0,4) -m str ahoy }|tcp-request content reject", "oops", "back", false},
	{"request-late", "tcp-request inspect-delay 300ms|tcp-request content accept if { req.payload(0,9) -m str ahoy }|tcp-request content reject", "ahoy", "back", false},
	{"response-accept", "tcp-response inspect-delay 300ms|tcp-response content accept if { res.payload(0,4) -m str back }|tcp-response content reject", "ahoy", "back", false},
	{"response-reject", "tcp-response inspect-delay 300ms|tcp-response content accept if { res.payload(0,4) -m str back }|tcp-response content reject", "ahoy", "oops", false},
	{"response-late", "tcp-response inspect-delay 300ms|tcp-response content reject unless { res.payload(0,9) -m found }", "ahoy", "back", false},
	{"response-silent", "tcp-response inspect-delay 300ms|tcp-response content reject unless { res.len gt 0 }", "ahoy", "", false},
	{"response-silent-passes", "tcp-response inspect-delay 300ms|tcp-response content reject if { res.len gt 9 }", "ahoy", "", false},
	{"request-ends", "tcp-request inspect-delay 5s|tcp-request content accept if { req.len ge 10 }", "ahoy", "back", true},
	{"request-ends-rejected", "tcp-request inspect-delay 5s|tcp-request content accept if { req.len ge 10 }|tcp-request content reject", "ahoy", "back", true},
	{"request-ends-silent", "tcp-request inspect-delay 5s|tcp-request content accept if { req.len ge 10 }", "", "back", true},
	{"response-at-once", "tcp-response content reject if { res.len gt 2 }", "ahoy", "back", false},
}

// tcpRuleCases play them with a frontend and a backend of their own.
func tcpRuleCases() (list []Case) {
	for _, r := range tcpRules {
		list = append(list, Case{
			Name: "tcp-rules-" + r.name,
			Config: Head + "defaults\n    log global\n    mode tcp\n    option tcplog\n    timeout connect 2s\n    timeout client 1s\n    timeout server 1s\n" +
				"frontend web\n    bind {web}\n    default_backend app\nbackend app\n    " + strings.ReplaceAll(r.rules, "|", "\n    ") + "\n    server a {s1}\n",
			Play: func(s *Side) {
				s.Server("s1").Greets(func(c *Conn) { c.Saw(hear(c, len(r.ask))); c.Say(r.answer); c.Hang() })
				c := s.Dial("web").Send(r.ask)
				if r.shut {
					c.Shut()
				}
				c.Rest()
				s.Logs(1)
				s.Stat("app/a", "stot", "bin", "bout", "dresp")
				s.Stat("app/BACKEND", "stot", "dreq", "dresp", "bin", "bout")
				s.Stat("web/FRONTEND", "stot", "dreq", "dresp", "bin", "bout")
			},
		})
	}
	return list
}

// backendRules are what rules of a backend decide of a request in mode http.
var backendRules = Case{
	Name: "backend-denies",
	Config: Head + "frontend web\n    bind {web}\n    default_backend app\nbackend app\n    http-request deny if { path /deny }\n" +
		"    http-request return status 200 if { path /return }\n    http-request reject if { path /reject }\n    http-response deny if { path /answer }\n    server a {s1}\n",
	Play: func(s *Side) {
		for _, path := range []string{"/deny", "/return", "/reject", "/answer"} {
			s.Get("web", path)
		}
		s.Logs(4)
		for _, row := range []string{"app/a", "app/BACKEND", "web/FRONTEND"} {
			s.Stat(row, "stot", "dreq", "dresp", "hrsp_2xx", "hrsp_4xx", "hrsp_5xx", "intercepted", "bin", "bout")
		}
	},
}
