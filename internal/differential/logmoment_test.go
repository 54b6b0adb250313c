package differential

import (
	"fmt"
	"strings"
	"time"
)

// moments are formats that are complete at different moments of a request, and how many lines of each come before the response's end.
var moments = []struct {
	format string
	before int
}{{"%HU %b", 2}, {"%HU %ci", 1}, {"%ST %s", 1}, {"%ci %ST %B", 0}, {"%ST %Tr", 0}, {"%[src] %[capture.req.uri]", 1}, {"%CC", 1}, {"%{+Q}r", 2}}

func momentFile() string {
	text := Head
	for i, m := range moments {
		text += fmt.Sprintf("listen web%c\n    bind {web%c}\n    log-format \"%s %d\"\n    server a {s1}\n", 'a'+i, 'a'+i, m.format, i)
	}
	return text + "listen empty\n    bind {empty}\n    log-format \"%hr\"\n    server a {s1}\n"
}

// inRules shows the log variables that rules see.
const inRules = "ST=%ST|B=%B|U=%U|Ti=%Ti|Th=%Th|TR=%TR|Tq=%Tq|Tw=%Tw|Tc=%Tc|Tr=%Tr|Td=%Td|Tt=%Tt|Ta=%Ta|Tu=%Tu|b=%b|s=%s|bi=%bi|si=%si|fc=%fc|bc=%bc|sc=%sc|rc=%rc|lc=%lc|tsc=%tsc"

var momentCases = []Case{
	{
		// Every line comes as soon as all of it is known: the server's answer has two parts, and the second waits for the lines before it.
		Name: "log-moments", Config: momentFile(),
		Play: func(s *Side) {
			loosely(s)
			s.Mask(`200 \d+ (\d)$`, "200 n $1") // of %Tr
			more := make(chan struct{}, len(moments)+1)
			defer close(more)
			s.Server("s1").Do(func(c *Conn, _ string) {
				c.Say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhi")
				<-more
				c.Say("hi")
			})
			for i, m := range moments {
				c := s.Dial(fmt.Sprintf("web%c", 'a'+i)).Send(Request("/x", "Connection: close")).Read(len("HTTP/1.1 200 OK\r\n"))
				if m.before > 0 {
					s.Logs(m.before)
				}
				s.NoLog()
				more <- struct{}{}
				if c.Rest(); m.before == 0 {
					s.Logs(1)
				}
			}
			c := s.Dial("empty").Send(Request("/x", "Connection: close"))
			more <- struct{}{}
			c.Rest()
			s.NoLog()
		},
	},
	{
		Name: "log-in-rules",
		Config: Head + "frontend web\n    bind {web}\n    http-request set-header x-front \"" + inRules + "\"\n    http-response set-header x-front \"" + inRules + "\"\n" +
			"    http-after-response set-header x-after \"" + inRules + "\"\n    log-format \"" + inRules + "\"\n    use_backend b if { path_beg /a }\n" +
			"backend b\n    http-request set-header x-back \"" + inRules + "\"\n    http-response set-header x-back \"" + inRules + "\"\n    server a {s1}\n",
		Play: func(s *Side) {
			s.Mask(`\b(T[acdhiqRrtuws])=(-?)([5-9]\d|\d{3,})\b`, "$1=${2}t") // a time is a wait of this case, or next to none
			s.Mask(`\b(T[acdhiqRrtuws])=-1\b`, "$1=none")
			s.Mask(`\b(T[acdhiqRrtuws])=-?\d\d?\b`, "$1=0")
			s.Server("s1").Do(func(c *Conn, request string) {
				s.note("got", request)
				time.Sleep(150 * time.Millisecond)
				c.Say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
			})
			c := s.Dial("web")
			for range 2 {
				time.Sleep(150 * time.Millisecond)
				c.Send("GET /a HT")
				time.Sleep(150 * time.Millisecond)
				c.Send("TP/1.1\r\nHost: a\r\n\r\n").Answer()
				s.Logs(1)
			}
		},
	},
	{
		Name:   "log-length-raw",
		Config: strings.Replace(Head, "    log {log} local0\n", "    log {log} len 100 format raw local0\n", 1) + "listen web\n    bind {web}\n    log-format \"%ST %HU\"\n    server a {s1}\n",
		Play: func(s *Side) {
			for n := 90; n < 102; n++ {
				s.Who("web", "/"+strings.Repeat("x", n))
				s.Logs(1)
			}
		},
	},
	{
		Name: "log-lengths",
		Config: strings.Replace(Head, "    log {log} local0\n", "    log {log} len 100 format raw local0\n    log {log} len 100 format short local1\n    log {log} len 120 format rfc3164 local2\n", 1) +
			"listen web\n    bind {web}\n    log-format \"%HU %B\"\n    server a {s1}\n",
		Play: func(s *Side) {
			s.Mask(`^(<\d+>)\w{3} [ \d]\d \d\d:\d\d:\d\d (\S+) haproxy\[\d+\]: `, "$1$2 ")
			for n := 90; n < 100; n++ {
				s.Who("web", "/"+strings.Repeat("x", n))
				s.Logs(3)
			}
		},
	},
	{
		Name: "log-interim",
		Config: Head + "frontend web\n    bind {web}\n    default_backend b\nfrontend soon\n    bind {soon}\n    option logasap\n    default_backend b\n" +
			"frontend none\n    bind {none}\nbackend b\n    server a {s1}\n",
		Play: func(s *Side) {
			s.Server("s1").Do(func(c *Conn, request string) {
				if strings.Contains(request, "/up") {
					c.Say("HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: ws\r\n\r\nabc")
				} else {
					c.Say("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
				}
			})
			for _, name := range []string{"web", "soon", "none"} {
				for _, path := range []string{"/", "/up"} {
					s.Get(name, path)
					s.Logs(1)
				}
			}
			s.Stat("b/BACKEND", "bin", "bout")
		},
	},
	{
		Name: "exporter-rules",
		Config: Head + "frontend web\n    bind {web}\n    http-request set-var(txn.p) path\n    http-request use-service prometheus-exporter if { path_end /metrics }\n" +
			"    http-response set-header x-rule 1\n    http-response deny if { var(txn.p) -m beg /deny }\n    http-after-response set-header x-after 1\n",
		Play: func(s *Side) {
			s.Dial("web").Send("GET /metrics?scope= HTTP/1.0\r\n\r\n").Rest()
			s.Logs(1)
			s.Dial("web").Send("GET /metrics?scope= HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").Answer().Close()
			s.Logs(1)
			s.Dial("web").Send("HEAD /metrics?scope= HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").Rest()
			s.Logs(1)
			s.Get("web", "/deny/metrics?scope=")
			s.Logs(1)
			s.Stat("web/FRONTEND", "dresp", "hrsp_2xx", "hrsp_5xx", "bout", "intercepted")
		},
	},
}
