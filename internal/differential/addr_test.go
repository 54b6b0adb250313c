package differential

import (
	"net"
	"strings"
)

// addrFile has a server for each way to be somewhere.
const addrFile = Head + `
    http-reuse always
frontend web
    bind {web}
    log-format "%s %si:%sp %ST"
    default_backend app
backend app
    server a {s1}
    server b {s1} check inter 1h
    server n nosuch.invalid:80 init-addr none
    server l localhost:{p1} init-addr 127.0.0.1
    server m 127.0.0.1:+1
    server mp 127.0.0.1:-1 check inter 1h port {p2}
    server u unix@{dir}/none
    server ua abns@none
    server c {s1} check inter 1h addr 127.0.0.2
    server ca {s1} check inter 1h addr 127.0.0.2 port {p2}
    server p {s1} port {p2}
    server v6 [::1]:{p1}
    server t {s1} track app/b
frontend end
    bind {end}
`

// addrWords are the ports and addresses that there are, and those that there are not.
const addrWords = `
set server app/a addr
set server app/a addr foo
set server app/a addr 127.0.0.1
set server app/a addr 127.0.0.2
set server app/a addr 127.0.0.1 port
set server app/a addr 127.0.0.1 port foo
set server app/a addr 127.0.0.1 port 0
set server app/a addr 127.0.0.1 port 65536
set server app/a addr 127.0.0.1 port +1
set server app/a addr 127.0.0.1 port 12x
set server app/a addr 127.0.0.1 foo 12
set server app/a addr ::1
set server app/a addr [::1]
set server app/a addr 127.0.0.1:80
set server app/a addr localhost
set server app/a addr unix@/tmp/x
set server app/a addr *
set server app/a addr 127.0.0.1 port {p1} foo
set server app/m addr 127.0.0.1 port 5
set server app/m addr 127.0.0.1 port +5
set server app/mp addr 127.0.0.1 port +5
set server app/mp addr 127.0.0.1 port +5
set server app/mp addr 127.0.0.1 port -5
set server app/mp addr 127.0.0.1 port 5
set server app/mp addr 127.0.0.1 port +5
set server app/mp addr 127.0.0.1 port -0
set server app/mp addr 127.0.0.1 port 70000
set server app/mp addr 127.0.0.1 port +70000
set server app/mp addr 127.0.0.1 port --5
set server app/mp addr 127.0.0.1 port 99999999999999999999
set server app/p addr 127.0.0.1 port +5
set server app/p addr 127.0.0.1 port 0x10
set server app/p addr ::
set server app/p addr ::ffff:1.2.3.4
set server app/p addr fe80::1%lo
set server app/p addr 127.1
set server app/p addr 01.2.3.4
set server app/p addr 10.0.0.1 port
set server app/u addr 127.0.0.2 port 3
set server app/ua addr 127.0.0.2
set server app/t addr 127.0.0.2 port 1
set server app/a check-addr
set server app/a check-addr 127.0.0.1
set server app/a check-addr x
set server app/a check-port
set server app/a check-port 1
set server app/b check-addr foo
set server app/b check-addr ::1
set server app/b check-addr 127.0.0.1 port
set server app/b check-addr 127.0.0.1 port 99999
set server app/b check-addr 127.0.0.1 port 12
set server app/b check-addr 127.0.0.1 port 0
set server app/b check-addr 127.0.0.1 foo
set server app/b check-port x
set server app/b check-port -1
set server app/b check-port 99999999999
set server app/b check-port +5
set server app/mp check-addr ::1 port 7
set server app/mp check-port 0
set server app/c check-addr 127.0.0.3 port 5x
set server app/c check-port 3
set server app/ca check-addr 127.0.0.1
set server app/t check-port 3
disable health app/b
set server app/b check-port 3
set server app/n state maint
set server app/n addr foo
set server app/n state ready
operator;set server app/a addr 1.2.3.4
show servers state
`

var addrCases = []Case{{
	Name:   "addr-words",
	Config: addrFile,
	Before: definePorts,
	Play: func(s *Side) {
		s.Mask(`(?m)^(\d+ \S+ \d+ \S+ \S+ \d+ \d+ \d+ \d+) \d+`, "$1 (s)")
		s.UntilStat("app/b", "check_status", "L4OK")
		look := func() {
			for _, server := range strings.Fields("a b n l m mp u ua c ca p v6 t") {
				s.Stat("app/"+server, "status", "addr", "check_status")
			}
		}
		look()
		s.CLI("show servers state")
		command(s, s.Text(addrWords))
		look()
		s.CLI("disable frontend end")
		s.LogsTo("Paused frontend end")
	},
}, {
	Name: "addr-effect",
	Config: Head + `
frontend web
    bind {web}
    log-format "%s %si %ST %rc"
    default_backend app
backend app
    http-reuse always
    server a {s1} check inter 50ms
`,
	Before: definePorts,
	Play: func(s *Side) {
		s.UntilStat("app/a", "check_status", "L4OK")
		for _, to := range []string{"{p1}", "{p2}", "{p1}", "9"} {
			command(s, s.Text("set server app/a addr 127.0.0.1 port "+to))
			if to == "9" {
				s.UntilStat("app/a", "status", "DOWN")
			}
			s.Note("a %s %s", s.Who("web", "/"), s.Who("web", "/"))
			s.Stat("app/a", "connect", "stot", "econ", "addr")
		}
		command(s, s.Text("set server app/a check-port {p2}"))
		s.UntilStat("app/a", "status", "UP")
		command(s, s.Text("set server app/a check-port 9"))
		s.UntilStat("app/a", "status", "DOWN")
		command(s, s.Text("set server app/a check-addr 127.0.0.1 port {p2}\nset server app/a addr 127.0.0.1 port {p2}"))
		s.UntilStat("app/a", "status", "UP")
		s.Note("a %s", s.Who("web", "/"))
		command(s, "clear counters all")
		for _, row := range []string{"web/FRONTEND", "app/a", "app/BACKEND"} {
			s.Stat(row, "stot", "lbtot", "econ", "chkfail", "chkdown", "lastsess", "connect", "reuse", "hrsp_2xx", "bin", "bout")
		}
	},
}}

// definePorts gives the servers' ports words of their own.
func definePorts(s *Side) {
	for word, server := range map[string]string{"p1": "s1", "p2": "s2"} {
		_, port, err := net.SplitHostPort(s.Text("{" + server + "}"))
		s.must(err, "a server's port")
		s.Define(word, port)
		s.Mask(`\b`+port+`\b`, "("+word+")")
	}
}
