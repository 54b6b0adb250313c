package differential

import (
	"regexp"
	"strings"
)

var sessionCases = []Case{{
	Name: "cli-session-details",
	Config: Head + `    timeout queue 5s
    timeout tarpit 6s
    timeout tunnel 1h
frontend web
    bind {web} name first
    id 33
    http-request tarpit if { path /tarpit }
    http-request wait-for-body time 4s if { path /body }
    use_backend q if { path /slow } or { path /queued }
    use_backend r if { path /dial }
    use_backend z if { path /none }
    default_backend p
backend q
    server a {s1} maxconn 1
backend r
    server a {s3}
backend p
    server a {s1} id 5
backend z
    http-request tarpit
listen raw
    mode tcp
    bind {raw} id 4
    server b {s2}
`,
	Play: func(s *Side) {
		s.Server("s1").Do(func(c *Conn, request string) {
			switch {
			case strings.Contains(request, "/part"):
				c.Say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
			case strings.Contains(request, "/up"):
				c.Say("HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: ws\r\n\r\n")
			}
			c.Hang()
		})
		s.Server("s2").Greets(func(c *Conn) { c.Say("hello"); c.Hang() })
		s.Server("s3").Deaf()
		maskSessions(s)
		seen := &sessionsSeen{s: s, known: map[string]bool{}}
		for _, x := range []struct{ path, fields, until string }{
			{"slow", "", `(?s)rsp.st=MSG_RPBEFORE.* rex=(9|10)s`}, {"queued", "", "state=QUE"}, {"dial", "", "state=CON"}, {"tarpit", "", " an_exp=5s"},
			{"body", "Content-Length: 5\r\n", " an_exp=3s"}, {"part", "", "rsp.st=MSG_DATA"},
			{"up", "Connection: upgrade\r\nUpgrade: ws\r\n", "rsp.st=MSG_TUNNEL"}, {"none", "", " an_exp=5s"},
		} {
			s.Dial("web").Send("GET /" + x.path + " HTTP/1.1\r\nHost: www\r\n" + x.fields + "\r\n")
			seen.next("web", x.until)
		}
		s.Dial("raw").Send("abc").Read(5)
		id := seen.next("raw", `scb=\S+ flags=\S+ state=EST`)
		s.CLI("shutdown session " + id)
		s.Logs(1)
		s.CLI("show sess 0xfffffff")
		s.CLI("shutdown session 0xfffffff")
	},
}}

// maskSessions hides what is of a program's inside, and times.
func maskSessions(s *Side) {
	for _, m := range [][2]string{
		{`0x[0-9a-f]+`, "0x(n)"},
		{`\(time\)\d{3}`, "(time)"}, // of which the milliseconds are masked already
		{` ts=\w+`, " ts="},
		{`extra=\d+`, "extra="},
		{`updt=\d`, "updt="},
		{`\[f=[0-9a-f]+h,i=\d+,an=[0-9a-f]+h,`, "[f,i,an,"},
		{`(\[\d+),[0-9a-f]+h,`, "$1,h,"},
		{`\b(calls|rate|i|o|p|size|data|used|total|fd|sub|fd\.state|tofwd|id)=-?[1-9][0-9a-f]*(, id)?`, "$1=n"},
		{`\b(calls|rate|i|o|p|size|data|used|total|fd|sub|fd\.state|tofwd)=0+\b`, "$1=n"},
		{`data=(0x\(n\)|\(nil\)) `, "data=n "},
		{`epoch=(0x\(n\)|0)`, "epoch=n"},
		{`\b(rx|ax|c_exp|rex|wex|an_exp|conn_exp|age|exp)=\d+[smhd](\d+\w)?`, "$1=t"},
		{`\bage=\?`, "age=t"}, // HAProxy's, of a session that is as old as its clock's last look
		{`\bwx=\w*`, "wx="},
		{`wex=\S+`, "wex="},
		{`rx=t?,wx=,ax=t`, "rx,wx=,ax=t"}, // while a body is waited for HAProxy times its client, too
		{`(?m)an_exp=t rex=\S+`, "an_exp=t rex"},
		{`(?m)\n  current_rule=.*`, ""},
		{`(tcp|id)=n proto`, "id=n proto"},
	} {
		s.Mask(m[0], m[1])
	}
}

// sessionsSeen notes sessions one after the other.
type sessionsSeen struct {
	s     *Side
	known map[string]bool
}

// next waits for a session of the frontend that was not there before, of which what is told matches; it notes all of it.
func (k *sessionsSeen) next(of, until string) (id string) {
	line, all := "", ""
	k.s.Until("a new session of "+of, func() bool {
		for _, l := range strings.Split(k.ask("show sess"), "\n") {
			if at := strings.Index(l, ": proto="); at > 0 && strings.Contains(l, " fe="+of+" ") && !k.known[l[:at]] {
				id = l[:at]
			}
		}
		if id == "" {
			return false
		}
		all = k.ask("show sess " + id)
		return regexp.MustCompile(until).MatchString(all)
	})
	for _, l := range strings.Split(k.ask("show sess"), "\n") {
		if strings.HasPrefix(l, id+":") {
			line = l
		}
	}
	k.known[id] = true
	k.s.note("line", line)
	k.s.note("all", all)
	k.s.Note("among all: %v", regexp.MustCompile(`(?m)^`+id+`: \[`).MatchString(k.ask("show sess all")))
	return id
}

func (k *sessionsSeen) ask(command string) string {
	text, err := k.s.ask(command)
	k.s.must(err, command)
	return text
}
