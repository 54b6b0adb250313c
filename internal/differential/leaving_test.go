package differential

import (
	"strings"
	"time"
)

// leavingFile has each way to be served twice, the second time with option abortonclose.
func leavingFile() string {
	file := strings.Replace(Head, "timeout server 10s", "timeout server {t300}", 1)
	for _, of := range []struct{ name, option string }{{"", ""}, {"abrt", "    option abortonclose\n"}} {
		file += "listen web" + of.name + "\n    bind {web" + of.name + "}\n" + of.option + "    timeout client {t500}\n    http-request tarpit if { path /tarpit }\n    timeout tarpit {t300}\n" +
			"    http-request wait-for-body time {t300} if { path /body }\n    server a {s1}\n" +
			"listen deaf" + of.name + "\n    bind {deaf" + of.name + "}\n" + of.option + "    timeout client {t500}\n    timeout connect {t300}\n    retries 0\n    server a {s2}\n" +
			"listen full" + of.name + "\n    bind {full" + of.name + "}\n" + of.option + "    timeout queue {t300}\n    timeout server 1m\n    timeout client 1m\n    server a {s3} maxconn 1\n" +
			"listen raw" + of.name + "\n    mode tcp\n    option tcplog\n    bind {raw" + of.name + "}\n" + of.option + "    timeout client {t500}\n    server a {s4}\n" +
			"listen rawdeaf" + of.name + "\n    mode tcp\n    option tcplog\n    bind {rawdeaf" + of.name + "}\n" + of.option + "    timeout connect {t300}\n    retries 0\n    server a {s2}\n" +
			"listen held" + of.name + "\n    mode tcp\n    option tcplog\n    bind {held" + of.name + "}\n    timeout client {t500}\n    tcp-request inspect-delay {t300}\n" +
			"    tcp-request content reject if { req.len gt 1000 }\n    server a {s4}\n"
	}
	return file + "frontend buffer\n    bind {buffer}\n    option http-buffer-request\n    timeout http-request {t300}\n    http-request deny if { path /denied }\n    default_backend app\n" +
		"frontend later\n    bind {later}\n    timeout client {t300}\n    default_backend buffered\n" +
		"backend app\n    server a {s1}\nbackend buffered\n    option http-buffer-request\n    server a {s1}\n"
}

const (
	halfPost  = "POST /body HTTP/1.1\r\nHost: www\r\nContent-Length: 10\r\n\r\nhalf"
	upgrading = "GET /upgrade HTTP/1.1\r\nHost: www\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"
	longPost  = "POST /post HTTP/1.1\r\nHost: www\r\nContent-Length: 10\r\n\r\nhalf"
)

// leavings are requests that hang, by the name of the section: half of them where the server has what it is sent, the others where it
// is not asked yet.
var leavings = []struct {
	to, request string
	asked       string // what the server has seen by then
}{
	{"web", Request("/hang"), "/hang"}, {"web", Request("/part"), "/part"}, {"web", Request("/chunk"), "/chunk"}, {"web", Request("/close"), "/close"},
	{"web", longPost, ""}, {"web", halfPost, ""}, {"web", Request("/tarpit"), ""}, {"web", "GET / HT", ""},
	{"web", upgrading, "/upgrade"},
	{"web", "CONNECT www:1 HTTP/1.1\r\nHost: www:1\r\n\r\n", "CONNECT"},
	{"deaf", Request("/"), ""}, {"deaf", longPost, ""}, {"full", Request("/"), ""}, {"full", longPost, ""},
	{"raw", "x", "raw x"}, {"rawdeaf", "x", ""}, {"held", "x", ""},
}

// leave plays one of them until the client's end: whether it ends its sending side, breaks the connection, or stays.
func leave(s *Side, to, request, asked, how string) {
	s.Note("%s %q %s", to, strings.TrimSpace(request), how)
	server := s.Server("s1")
	if strings.HasPrefix(to, "raw") {
		server = s.Server("s4")
	}
	before := server.Count()
	c := s.Dial(to).Send(request)
	defer c.Close()
	if to == "web" || to == "webabrt" {
		s.Until("the request is read", func() bool { return s.Field(to+"/FRONTEND", "scur") == "1" })
	}
	if asked != "" {
		s.Until("the server has it", func() bool { return strings.Contains(strings.Join(server.reachedNow()[before:], ""), asked) })
	}
	s.Sleep(50 * time.Millisecond) // so that a connection, or what came of an answer, is there
	switch how {
	case "breaks":
		c.Reset()
	case "ends":
		c.Shut().Rest()
	default:
		c.Rest()
	}
	s.Logs(1)
	s.Stat(to+"/BACKEND", "stot", "econ", "eresp", "cli_abrt", "srv_abrt", "hrsp_2xx", "hrsp_4xx", "hrsp_5xx", "hrsp_other", "req_tot")
	s.Stat(to+"/a", "stot", "econ", "eresp", "cli_abrt", "srv_abrt", "hrsp_2xx")
	s.Stat(to+"/FRONTEND", "ereq", "hrsp_2xx", "hrsp_4xx", "hrsp_5xx", "hrsp_other")
}

// hanging prepares servers that do not go on.
func hanging(s *Side) {
	s.Server("s1").Do(func(c *Conn, request string) {
		switch {
		case strings.Contains(request, "/upgrade"):
			c.Say("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
		case strings.Contains(request, "/part"), strings.HasPrefix(request, "CONNECT"):
			c.Say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
		case strings.Contains(request, "/chunk"):
			c.Say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
		case strings.Contains(request, "/close"):
			c.Say("HTTP/1.1 200 OK\r\n\r\nhalf")
		}
		for { // beyond the client's end: only the program's counts
			if _, err := c.R.ReadByte(); err != nil {
				<-c.srv.over
				return
			}
		}
	})
	s.Server("s3").Do(func(c *Conn, _ string) { c.Hang() })
	s.Server("s4").Greets(func(c *Conn) {
		c.Saw("raw " + hear(c, 1))
		c.Hang()
		<-c.srv.over
	})
}

func leavingCases() (cases []Case) {
	for _, how := range []string{"ends", "breaks", "stays"} {
		cases = append(cases, Case{
			Name:   "client-" + how,
			Timed:  true,
			Config: leavingFile(),
			Before: hanging,
			Play: func(s *Side) {
				s.Server("s2").Deaf()
				for _, option := range []string{"", "abrt"} {
					s.Dial("full" + option).Send(Request("/hog"))
					s.UntilStat("full"+option+"/a", "scur", "1")
					for _, x := range leavings {
						if x.to != "full" || how != "stays" { // which would be kept for its next request
							leave(s, x.to+option, x.request, x.asked, how)
						}
					}
				}
				for _, path := range []string{"/", "/denied"} {
					leave(s, "buffer", "POST "+path+" HTTP/1.1\r\nHost: www\r\nContent-Length: 10\r\n\r\nhalf", "", how)
				}
				leave(s, "later", longPost, "", how)
			},
		})
	}
	return cases
}
