package differential

import "strings"

// command plays commands on the runtime socket, one session each.
func command(s *Side, commands string) {
	for _, c := range strings.Split(strings.TrimSpace(commands), "\n") {
		s.Note("$ %s", c)
		s.CLI(c)
	}
}

const aclFile = Head + `
frontend web
    bind {web}
    acl local src 127.0.0.0/8 ::1 10.0.0.1
    acl p path -i /a /b
    acl f path_beg -f {dir}/patterns /q
    acl f path_end -f {dir}/patterns
    acl n hdr_cnt(host) gt 1
    acl r path_reg ^/a ^/b.*
    acl i req.body_len 1:4 5 le 9
    acl d path -m found
    acl b path_sub a
    acl s str(x),lower -m bin 00ff
    acl e src_port -i 80
    http-request deny if p { path -i /c } local
    http-request deny status 404 if f
    http-request return status 200
`

const aclCommands = `
show acl
show acl #0
show acl #2
show acl {dir}/patterns
show acl #5
show acl #7
show acl #99
show acl @1 #1
show acl @0 #1
get acl #0 10.0.0.1
get acl #0 1.2.3.4
get acl {dir}/patterns /x/z
get acl #3 /qq
get acl #6 x
get acl #1 /A
get acl #9 /zz
get acl #1
get acl #99 x
add acl
add acl #1 /n
add acl #99 x
add acl #0 nonsense
add acl @3 #1 x
del acl #1
del acl #1 /b
del acl #1 /none
del acl #99 x
show acl #1
add acl {dir}/patterns /new
del acl {dir}/patterns /x
show acl {dir}/patterns
prepare acl
prepare acl #1
add acl @1 #1 /fresh
show acl @1 #1
show acl #1
commit acl #1
commit acl @9 #1
commit acl @1 #1
commit acl @1 #1
show acl #1
clear acl
clear acl #99
clear acl @3 #1
clear acl #2
user;show acl #1
operator;add acl #1 /operator
`

var runtimeCases = []Case{
	{
		Name:   "cli-acl",
		Config: aclFile,
		Before: func(s *Side) { s.write("patterns", "/x\n# none\n/y z\n") },
		Play: func(s *Side) {
			s.Mask(`0x[0-9a-f]+`, "0x(ref)")
			s.Mask(`(?m)\n\d+ \(\) acl 'var' file 'httpclient'.*`, "") // HAProxy's own
			look := func() {
				s.Note("a %s n %s fresh %s x %s new %s", s.Who("web", "/a"), s.Who("web", "/n"), s.Who("web", "/FRESH"), s.Who("web", "/x"), s.Who("web", "/new"))
			}
			look()
			half := strings.Index(aclCommands, "prepare acl\n")
			command(s, s.Text(aclCommands[:half]))
			look()
			command(s, s.Text(aclCommands[half:]))
			look()
		},
	},
	{
		Name:   "cli-described",
		Config: one("    stats uri /stats\n    cookie S insert\n"),
		Play: func(s *Side) {
			s.Mask(`2\.6\.12[-+\w]+`, "(version)")
			s.Mask(`\b\d+(\.\d+)*(-\S+?)?\b`, "n")
			command(s, "show info desc\nshow info typed desc\nshow info typed float\nshow info float\nshow stat typed desc")
		},
	},
	{
		Name:   "cli-weights",
		Config: Head + weighed("map", "balance source") + weighed("turns", "balance static-rr") + weighed("ring", "balance uri\n    hash-type consistent") + weighed("rr", "balance roundrobin"),
		Play: func(s *Side) {
			for _, b := range []string{"map", "turns", "ring", "rr"} {
				for _, w := range []string{"5", "50%", "0", "100%", "300x", "-1x", "-5%", "x", "5x%", "99999999999999999999%"} {
					command(s, "set weight "+b+"/a "+w+"\nget weight "+b+"/a")
				}
			}
			for _, n := range []string{"5", "-5", "x", "", "5x", "99999999999", "4294967295", "0"} {
				command(s, "set maxconn server rr/a "+n)
				s.Stat("rr/a", "slim")
			}
		},
	},
	{
		Name:   "cli-agent",
		Config: one(""),
		Play: func(s *Side) {
			command(s, "enable agent web/a\ndisable agent web/a\nenable agent\nenable agent web/zz\nset server web/a agent up\noperator;enable agent web/a")
		},
	},
	{
		Name:   "cli-sessions",
		Config: Head + "listen web\n    bind {web}\n    server a {s1}\nlisten raw\n    mode tcp\n    option tcplog\n    bind {raw}\n    server a {s2}\n",
		Play: func(s *Side) {
			s.Server("s1").Do(func(c *Conn, request string) {
				if strings.Contains(request, "/part") {
					c.Say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
				}
				c.Hang()
			})
			s.Server("s2").Greets(func(c *Conn) { c.Say("hello"); c.Hang() })
			session := func(of string) (id string) {
				s.Until("a session is listed", func() bool {
					text, err := s.ask("show sess")
					s.must(err, "show sess")
					for _, l := range strings.Split(text, "\n") {
						if at := strings.Index(l, ": proto=tcpv4 src=127.0.0.1:"); at > 0 && strings.Contains(l, " fe="+of+" be="+of+" srv=a ") {
							id = l[:at]
						}
					}
					return id != ""
				})
				return id
			}
			end := func(of string, c *Client, n int) {
				s.Note("%s", of)
				if n > 0 {
					c.Read(n)
				}
				id := session(of)
				s.CLI("shutdown session " + id)
				if n == 0 {
					c.Answer().Close()
				} else {
					c.Rest()
				}
				s.Logs(1)
			}
			end("web", s.Dial("web").Send(Request("/wait")), 0)
			end("web", s.Dial("web").Send(Request("/part")), len("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"))
			end("raw", s.Dial("raw").Send("x"), 5)
			s.Dial("web").Send("GET / HT")
			command(s, "shutdown session\nshutdown session 0x1\nshutdown session foo\noperator;shutdown session 0x1")
			c, d := s.Dial("web").Send(Request("/wait")), s.Dial("raw")
			d.Read(5)
			session("web")
			session("raw")
			command(s, "shutdown sessions server web/a\nshutdown sessions server raw/a")
			c.Answer().Close()
			d.Rest()
			s.Logs(2)
			s.Stat("web/a", "scur", "stot", "cli_abrt", "srv_abrt", "hrsp_2xx", "hrsp_5xx", "eresp")
		},
	},
}

// weighed is a backend of one server that is not of the usual weight.
func weighed(name, lines string) string {
	return "backend " + name + "\n    " + lines + "\n    server a {s1} weight 10\n"
}
