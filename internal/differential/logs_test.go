package differential

import (
	"strings"
	"time"
)

// The log variables of both modes (configuration manual, section 8.2.6), and those that mode tcp has not.
const (
	variables = "B=%B|H=%H|ID=%ID|ST=%ST|T=%T|Tc=%Tc|Td=%Td|Tl=%Tl|Th=%Th|Ts=%Ts|Tt=%Tt|Tu=%Tu|Tw=%Tw|U=%U|ac=%ac|b=%b|bc=%bc|bi=%bi|bp=%bp|bq=%bq|" +
		"ci=%ci|cp=%cp|f=%f|fc=%fc|fi=%fi|fp=%fp|ft=%ft|lc=%lc|hr=%hr|hrl=%hrl|hs=%hs|hsl=%hsl|ms=%ms|pid=%pid|rc=%rc|rt=%rt|s=%s|sc=%sc|si=%si|sp=%sp|" +
		"sq=%sq|sslc=%sslc|sslv=%sslv|t=%t|ts=%ts|tsc=%tsc"
	httpVariables = "|CC=%CC|CS=%CS|HM=%HM|HP=%HP|HPO=%HPO|HQ=%HQ|HU=%HU|HV=%HV|Ta=%Ta|Ti=%Ti|Tq=%Tq|TR=%TR|Tr=%Tr|r=%r|tr=%tr|trg=%trg|trl=%trl"
)

// loosely masks what differs between two runs in a line of those variables: a time counts as there or as -1.
func loosely(s *Side) {
	s.Mask(`\b(T[acdhiqRrtuws])=\d+`, "$1=t")
	s.Mask(`\b2\d{3}( 0 <STATS>|\|.*<STATS>)`, "(page)$1")
	s.Mask(`\b(ms|pid|rt|[cbfs]p)=\d+`, "$1=n")
	s.Mask(`^(<\d+>)\w{3} [ \d]\d \d\d:\d\d:\d\d `, "$1")
}

// logged is a listen section with two servers that logs all variables.
func logged(format, lines string) string {
	return Head + "listen web\n    bind {web}\n    log-format \"" + format + "\"\n    error-log-format \"error " + format + "|%[fc_err]|%[fc_err_str]\"\n" + lines +
		"    server a {s1}\n    server b {s2}\n"
}

// ordinary plays requests that end in all ways that a log line tells apart.
func ordinary(s *Side) {
	loosely(s)
	s.Server("s1").Do(func(c *Conn, request string) {
		switch {
		case strings.Contains(request, "/hang"), strings.Contains(request, "/abort"):
			c.Hang()
		case strings.Contains(request, "/part"):
			c.Say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
			c.Break()
		case strings.Contains(request, "/slow"):
			c.Say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
			c.Hang()
		case strings.Contains(request, "/junk"):
			c.Say("what?\r\n\r\n")
		case strings.Contains(request, "/bye"):
			_ = c.Close()
		default:
			c.Say("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nServer: me\r\nSet-Cookie: SID=server; path=/\r\nX-Two: a{b|c}\"\r\n\r\nhi")
		}
	})
	s.Get("web", "/a/b?c=d&e=\"f", "Cookie: x=y; SID=client", "User-Agent: curl|\"#", "X-None:")
	s.Logs(1)
	s.Dial("web").Send("POST http://www.example.org/up?x HTTP/1.1\r\nHost: www.example.org\r\nContent-Length: 3\r\n\r\nabc" + Request("/second", "Connection: close")).Rest()
	s.Logs(2)
	for _, path := range []string{"/deny", "/none", "/redirect", "/return", "/hang", "/part", "/slow", "/junk", "/bye", "/stats;csv"} {
		s.Who("web", path)
		s.Logs(1)
	}
	c := s.Dial("web").Send(Request("/abort"))
	s.Until("the server has it", func() bool { return strings.Contains(strings.Join(s.Server("s1").reachedNow(), ""), "/abort") })
	c.Reset()
	s.Logs(1)
	s.Dial("web").Send("GET / HTTP/1.0\r\nX y: z\r\n\r\n").Rest().Close()
	s.Dial("web").Send("GE").Shut().Rest().Close()
	s.Dial("web").Shut().Rest().Close()
	s.Dial("web").Send("GET / HT").Rest().Close()
	s.Logs(4)
	s.Server("s1").Down()
	s.Get("web", "/away")
	s.Get("web", "/away")
	s.Logs(2)
	s.Server("s2").Down()
	s.Get("web", "/gone")
	s.Logs(1)
}

const webLines = "    option redispatch\n    balance first\n    timeout http-request 200ms\n    timeout server 300ms\n    stats uri /stats\n" +
	"    capture request header User-Agent len 20\n    capture request header Host len 5\n    capture request header X-Missing len 5\n" +
	"    capture response header Server len 10\n    capture response header X-Two len 20\n    capture cookie SID len 10\n" +
	"    unique-id-format %ci-%f-x\n    cookie S insert\n" +
	"    http-request deny if { path /deny }\n    http-request redirect location /there if { path /redirect }\n" +
	"    http-request return status 200 content-type text/plain string here if { path /return }\n    use_backend nowhere if { path /none }\n"

var logCases = []Case{
	{Name: "log-variables-http", Config: logged(variables+httpVariables, webLines) + "backend nowhere\n", Play: ordinary},
	{Name: "log-variables-quoted", Config: logged("%{+Q}o "+variables+httpVariables, webLines) + "backend nowhere\n", Play: ordinary},
	{Name: "log-variables-hex", Config: logged("%ID %{+X}ci %{+X}fi %{+X}si %{+X}ST %{+X}B %{+X}rc %{+X}s %{+X,+Q}r %{+E}r %{+E,+Q}hr %{+X}[fc_http_major] %{+Q}[capture.req.uri] %{+E,+Q}[capture.req.hdr(0)] %{+X}[src]", webLines) + "backend nowhere\n", Play: ordinary},
	{Name: "log-variables-tcp", Config: logged(variables, "    mode tcp\n    option redispatch\n    balance first\n    timeout server 300ms\n    timeout client 500ms\n"), Play: func(s *Side) {
		loosely(s)
		s.Server("s1").Greets(func(c *Conn) {
			switch hear(c, 4) {
			case "ahoy":
				c.Say("back")
			case "hang":
				c.Hang()
			}
		})
		s.Dial("web").Send("ahoy").Rest()
		s.Logs(1)
		s.Dial("web").Send("hang").Rest()
		s.Logs(1)
		s.Server("s1").Down()
		s.Server("s2").Greets(func(c *Conn) { c.Say("two"); c.Hang() })
		s.Dial("web").Send("ahoy").Read(3).Close()
		s.Logs(1)
		s.Server("s2").Down()
		s.Dial("web").Rest()
		s.Logs(1)
	}},
	{
		Name: "log-sample",
		Config: strings.Replace(Head, "    log {log} local0\n", "    log {log} sample 2:3 local0\n    log {log} len 200 sample 3,1:4 local1 notice\n    log {log} local2 debug\n", 1) +
			"frontend web\n    bind {web}\n    http-request set-log-level notice if { path_beg /n }\n    http-request return status 200\n" +
			"frontend other\n    bind {other}\n    http-request return status 200\n",
		Play: func(s *Side) {
			for _, path := range []string{"/n1", "/2", "/n3", "/4", "/n5", "/n6", "/7", "/n8"} {
				s.Who("web", path)
				s.Who("other", path)
			}
			// Of both frontends all eight for local2, and numbers 2, 5 and 8 for local0; of web's five notices 1, 3 and 5 for local1.
			s.Logs(8 + 8 + 3 + 3 + 3)
			s.NoLog()
		},
	},
	{
		Name: "log-structured",
		Config: strings.Replace(Head, "    log {log} local0\n", "    log {log} format rfc5424 local0\n    log {log} local1\n", 1) +
			"listen web\n    bind {web}\n    log-format \"%ST %HP\"\n    log-format-sd \"%{+Q,+E}o [exampleSDID@1234 status=%ST path=%HP header=%[capture.req.hdr(0)] size=%B]\"\n" +
			"    capture request header X-H len 50\n    server a {s1} check inter 50ms fall 1\n",
		Play: func(s *Side) {
			s.Mask(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[-+]\d\d:\d\d`, "(iso)")
			s.Mask(`haproxy \d+ -`, "haproxy (pid) -")
			s.Get("web", "/x]y?z", `X-H: "quoted\]"`)
			s.Logs(2)
			s.Dial("web").Send("junk\r\n\r\n").Rest()
			s.Logs(2)
			s.Server("s1").Down()
			s.UntilStat("web/a", "status", "DOWN")
			s.Logs(4)
		},
	},
	{
		Name: "log-errors",
		Config: Head + "defaults front\n    mode http\n    log global\n    timeout client 300ms\n    timeout http-request 200ms\n    option log-separate-errors\n" +
			"    error-log-format \"%ci %f %ST %tsc %[fc_err] %[fc_err_str] %B %U %lc\"\n    log-format \"%ST %tsc %B\"\n" +
			"frontend web from front\n    bind {web}\n    http-request return status 200 if { path /ok }\n" +
			"frontend null from front\n    bind {null}\n    bind {nullproxied} accept-proxy\n    option dontlognull\n" +
			"frontend proxied from front\n    bind {proxied} accept-proxy\n    http-request return status 200\n" +
			"frontend tcp from front\n    mode tcp\n    error-log-format \"%ci %f %ST %tsc %[fc_err] %[fc_err_str] %B %U %lc\"\n    bind {tcp} accept-proxy\n",
		Play: func(s *Side) {
			s.Who("web", "/ok")
			s.Who("web", "/bad")
			s.Logs(2)
			for _, to := range []string{"web", "proxied", "tcp"} {
				s.Dial(to).Send("PROXY junk\r\n").Rest()
				s.Logs(1)
				s.Dial(to).Send("PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n" + Request("/ok", "Connection: close")).Rest()
				s.Logs(1)
				s.Dial(to).Shut().Rest()
				s.Logs(1)
				s.Dial(to).Rest()
				s.Logs(1)
			}
			s.Dial("null").Shut().Rest()
			s.Dial("null").Rest()
			s.Dial("nullproxied").Shut().Rest()
			time.Sleep(50 * time.Millisecond)
			s.Dial("null").Send("x").Shut().Rest()
			s.Logs(1)
			s.NoLog()
		},
	},
}
