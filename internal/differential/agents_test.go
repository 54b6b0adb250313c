package differential

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
)

var agentColumns = []string{"status", "weight", "uweight", "slim", "act", "chkfail", "chkdown", "check_status", "check_health",
	"agent_status", "agent_code", "last_agt", "agent_desc", "agent_rise", "agent_fall", "agent_health"}

// agentLines are what agents say, one to a backend; HANG, CLOSE and RESET are ways to say nothing.
var agentLines = []string{
	"up\n", "down\n", "down # why not\n", "stopped\r\n", "fail # a \"quote\" <b>\t\x01\xe9\r\nmore\n", "Up # all is well\n", "UP, Drain\t50% MAXCONN:3\n",
	"50%\n", "0%\n", "100%\n", "300%\n", "30000%\n", "50%x\n", "300x%\n", "50\n", "30% 20%\n", "-5%\n", "50% up#text\n", "up 50%#text\n", "down 50%%\n", "up 50%%\n",
	"maxconn:30\n", "maxconn:\n", "maxconn:x\n", "maxconn:5x\n", "maxconn:-5\n", "maxconn:0\n", "up maxconn:\n", "5%% maxconn:x\n",
	"drain\n", "maint\n", "ready\n", "drain ready\n", "maint down # gone\n", "drain 0%\n", "drain up 10%\n",
	"foo\n", "foo bar\n", "up foo bar\n", "down foo bar\n", "down foo # text, 50% up\n", "up foo # text\n", "up down\n", "down up\n", "up#text\n", "stopping\n", "foo 50%\n",
	"\n", " \t,\n", "# only text\n", "down #\n", "down # # text\n", "down # " + strings.Repeat("long ", 40) + "\n", "50%,up,maxconn:7,ready\n",
	"CLOSE", "HANG",
}

// agent does what an agent does that says a line.
func agent(line string) func(c *Conn) {
	switch line {
	case "CLOSE":
		return func(*Conn) {}
	case "HANG":
		return say("")
	}
	return sayAndClose(line)
}

// port is the port of a server's address.
func (s *Side) port(server string) string {
	_, port, err := net.SplitHostPort(s.Server(server).addr)
	s.must(err, "read an address")
	return port
}

// soon is Head with all first checks within the given milliseconds, however rare the further ones are.
func soon(ms int) string {
	return strings.Replace(Head, "global\n", fmt.Sprintf("global\n    max-spread-checks %dms\n", ms), 1)
}

// agentWords has an agent say each line once, to a server that is checked or not.
func agentWords(name, lines, settings string) Case {
	config := strings.Replace(soon(500), "timeout check 2s", "timeout check 400ms", 1)
	for i := range agentLines {
		config += fmt.Sprintf("backend b%02d\n%s    server a {s1} agent-check agent-port {port%d} agent-inter 1h %s\n", i, lines, i, settings)
	}
	return Case{
		Name:   name,
		Config: config,
		Before: func(s *Side) {
			for i, line := range agentLines {
				of := fmt.Sprint("s", i+2)
				s.Server(of).Greets(agent(line))
				s.Define(fmt.Sprint("port", i), s.port(of))
			}
		},
		Play: func(s *Side) {
			s.Until("all agents were asked", func() bool {
				rows := s.rows()
				for i := range agentLines {
					r := rows[fmt.Sprintf("b%02d/a", i)]
					if r["agent_status"] == "INI" || strings.HasPrefix(r["agent_status"], "* ") || r["check_status"] == "INI" || strings.HasPrefix(r["check_status"], "* ") {
						return false
					}
				}
				return true
			})
			for i, line := range agentLines {
				s.Note("%q", line)
				s.Stat(fmt.Sprintf("b%02d/a", i), agentColumns...)
			}
			s.sortedLogs()
			s.serversState()
		},
	}
}

// sortedLogs notes the lines that have come so far by what they say: those of several servers come in any order.
func (s *Side) sortedLogs() {
	seen := -1
	s.Until("no more log lines come", func() bool {
		before := seen
		_, _ = s.ask("show info")
		seen = len(s.logs.next())
		return seen == before
	})
	var lines []string
	for _, l := range s.logs.next() {
		if !isStart(l) {
			lines = append(lines, s.normalLog(l))
		}
	}
	s.logs.mu.Lock()
	s.logs.taken += seen
	s.logs.mu.Unlock()
	slices.Sort(lines)
	again := ""
	for _, l := range lines {
		if l != again {
			s.note("log", l)
		}
		if again = ""; strings.Contains(l, "remains in forced drain mode") { // said again each time that the agent says so
			again = l
		}
	}
}

// serversState notes the columns about state, checks and agents.
func (s *Side) serversState() {
	text, err := s.ask("show servers state")
	s.must(err, "show servers state")
	for _, l := range strings.Split(text, "\n") {
		if f := strings.Fields(l); len(f) == 25 {
			s.Note("%s op %s admin %s weight %s/%s check %s agent %s at %s:%s", f[1], f[5], f[6], f[7], f[8], strings.Join(f[10:14], "/"), f[14], f[23], strings.Repeat("p", min(1, len(strings.Trim(f[24], "0")))))
		}
	}
}

// talker is an agent that says what it is told to, and keeps what it hears.
type talker struct {
	mu    sync.Mutex
	says  string
	heard []string
}

func (k *talker) tell(says string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.says = says
}

func (k *talker) greet(c *Conn) {
	k.mu.Lock()
	says := k.says
	k.mu.Unlock()
	if text, listens := strings.CutPrefix(says, "LISTEN "); listens {
		heard := hear(c, 3)
		k.mu.Lock()
		k.heard = append(k.heard, heard)
		k.mu.Unlock()
		says = text
	}
	agent(says)(c)
}

// talking plays what an agent says in turn: each step is a line, and what the statistics show of it in the end; or $ and a command.
func talking(name, config string, steps ...string) Case {
	var agents sync.Map // by side
	return Case{
		Name:   name,
		Config: soon(100) + config,
		Before: func(s *Side) {
			k := &talker{says: "\n"}
			agents.Store(s, k)
			s.Server("s9").Greets(k.greet)
			s.Define("port", s.port("s9"))
		},
		Play: func(s *Side) {
			k, _ := agents.Load(s)
			for _, step := range steps {
				s.Note("> %q", step)
				if c, ok := strings.CutPrefix(step, "$ "); ok {
					command(s, c)
				} else {
					line, want, _ := strings.Cut(step, " => ")
					k.(*talker).tell(line)
					column, value, _ := strings.Cut(want, "=")
					s.Until(want, func() bool { return strings.TrimPrefix(s.Field("web/a", column), "* ") == value })
				}
				s.steady("web/a")
			}
			s.sortedLogs()
		},
	}
}

// steady notes a server's state while its agent goes on being asked: what a check under way hides is left out.
func (s *Side) steady(row string) {
	s.Stat(row, "status", "weight", "uweight", "slim", "chkfail", "chkdown", "check_health", "agent_health")
}

var agentCases = []Case{
	agentWords("agent-words", "", ""),
	agentWords("agent-words-logged", "    option log-health-checks\n", "check inter 1h"),
	agentWords("agent-words-static", "    balance source\n", "weight 10 maxconn 20 backup"),
	talking("agent-alone", "backend web\n    server a {s1} agent-check agent-port {port} agent-inter 50ms weight 10\n",
		"down\n => status=DOWN (agent)", "up\n => status=no check", "50% down\n => weight=5", "100% up\n => weight=10", "drain\n => status=DRAIN (agent)",
		"ready\n => status=no check", "maint\n => status=MAINT", "ready\n => status=no check", "down maint\n => status=MAINT", "ready\n => status=DOWN (agent)", "up\n => status=no check"),
	talking("agent-and-check", "backend web\n    server a {s1} check inter 1h rise 1 fall 1 agent-check agent-port {port} agent-inter 50ms weight 10\n",
		"\n => check_status=L4OK", "down\n => status=DOWN (agent)", "up\n => status=UP", "drain 50%\n => weight=5", "ready 100%\n => weight=10", "maint\n => status=MAINT", "ready\n => status=UP"),
	talking("agent-operated", "backend web\n    server a {s1} agent-check agent-port {port} agent-inter 50ms weight 10\n    server b {s1}\n",
		"up\n => status=no check", "$ disable agent web/a", "$ set server web/a agent down", "$ set server web/a agent-send x", "$ set server web/a agent-addr 127.0.0.1",
		"$ set server web/a agent-port 1", "$ enable agent web/a", "HANG => agent_status=L7TOUT", "$ set server web/a agent down", "$ set server web/a agent up", "$ set server web/a agent",
		"$ set server web/a agent sideways", "$ set server web/a health down", "$ set server web/a agent up", "$ set server web/a state maint", "$ set server web/a agent down",
		"$ set server web/a state ready", "$ set server web/a health up", "$ set server web/a agent up", "$ set server web/a state drain", "$ set server web/a state ready",
		"$ set server web/b agent up", "$ set server web/b agent-send x", "$ set server web/b agent-addr 1.2.3.4", "$ set server web/b agent-port 4", "$ enable agent web/b",
		"$ set server web/a agent-addr", "$ set server web/a agent-addr foo", "$ set server web/a agent-addr 127.0.0.2 port x", "$ set server web/a agent-addr 127.0.0.2 port 70000",
		"$ set server web/a agent-port", "$ set server web/a agent-port -1", "$ set server web/a agent-port 5x", "$ set server web/a agent-port +5"),
}

// agentPage has a server in each state that an agent may have brought it to.
const agentPage = `
frontend web
    no log
    bind {web}
    stats enable
    stats uri /st
    stats admin if TRUE
    http-request use-service prometheus-exporter if { path /metrics }
    default_backend app
backend app
    balance roundrobin
    default-server agent-check agent-inter 1h
    server up {s1} agent-port {p2}
    server down {s1} agent-port {p3} check inter 1h
    server drain {s1} agent-port {p4} backup
    server maint {s1} agent-port {p5}
    server weight {s1} agent-port {p6} weight 40 check inter 1h
    server odd {s1} agent-port {p7}
    server gone {s1} agent-port {p8}
    server far {s1} port {p2} addr 127.0.0.1 agent-send hello
    server own {s1} agent-addr 127.0.0.1 agent-port {p2}
    server off {s1} no-agent-check agent-port {p2}
    server tracks {s1} no-agent-check track app/down
    server drops {s1} no-agent-check track app/drain
`

var agentPageLines = []string{"up # <i>well</i>\n", "down # it's gone\n", "drain\n", "maint\n", "0%\n", "50%% maxconn:9\n", "CLOSE"}

// playAgentPage looks at the page, at the figures in each format, and sends forms.
func playAgentPage(s *Side) {
	asked := []string{"up", "down", "drain", "maint", "weight", "odd", "gone", "far", "own"}
	s.Until("all agents were asked", func() bool {
		rows := s.rows()
		return !slices.ContainsFunc(asked, func(name string) bool {
			r := rows["app/"+name]
			return r["agent_status"] == "INI" || strings.HasPrefix(r["agent_status"], "* ") || r["check_status"] == "INI" || strings.HasPrefix(r["check_status"], "* ")
		})
	})
	s.Mask(`in \d+ms`, "in (n)ms")
	s.Mask(`\d+ active and \d+ backup`, "n active and n backup") // the agents are heard in any order
	s.Mask(`((?:agent|check)_duration\.1:MDP:u64):\d+`, "$1:n")
	s.sortedLogs()
	s.Page("web", "/st")
	s.PageTop("web", "/st;up")
	for _, format := range []string{"typed", "json"} {
		text, err := s.ask("show stat " + format)
		s.must(err, "show stat")
		for _, l := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '{' }) {
			if strings.Contains(l, "agent") || strings.Contains(l, "last_agt") {
				s.note(format, l)
			}
		}
	}
	s.serversState()
	for _, name := range append(asked, "off", "tracks", "drops") {
		s.Stat("app/"+name, agentColumns...)
	}
	for _, form := range []string{
		"s=up&action=dagent&b=app", "s=up&action=adown&b=app", "s=up&action=eagent&b=app", "s=up&action=adown&b=app", "s=up&action=arunn&b=app", "s=down&action=arunn&b=app",
		"s=off&action=dagent&b=app", "s=off&action=adown&b=app", "s=off&s=odd&action=adown&b=app", "s=drain&action=ready&b=app", "s=maint&action=adown&b=app",
		"s=maint&action=ready&b=app", "s=maint&action=arunn&b=app", "s=drain&action=adown&b=app", "s=drain&action=drain&b=app", "s=weight&action=drain&b=app", "s=weight&action=hdown&b=app",
	} {
		s.post("web", "/st", form)
		for _, name := range []string{"up", "down", "drain", "maint", "weight", "odd", "off", "tracks", "drops"} {
			s.Stat("app/"+name, "status", "weight", "chkdown", "agent_status", "agent_health")
		}
	}
	s.sortedLogs()
	s.serversState()
	s.Page("web", "/st")
}

// agentStates are the cases of what agents and others make of servers together.
func agentStates() []Case {
	return []Case{{
		Name:   "agent-page",
		Config: strings.Replace(soon(300), "global\n", "global\n    maxconn 5000\n", 1) + agentPage,
		Before: func(s *Side) {
			for i, line := range agentPageLines {
				of := fmt.Sprint("s", i+2)
				s.Server(of).Greets(agent(line))
				s.Define(fmt.Sprint("p", i+2), s.port(of))
			}
		},
		Play: playAgentPage,
	},
		talking("agent-tracked", "backend main\n    server m {s1} agent-check agent-port {port} agent-inter 50ms\nbackend web\n    server a {s1} track main/m\n    server b {s1} track a\n",
			"down\n => status=DOWN (agent)", "up\n => status=no check", "drain\n => status=DRAIN (agent)", "ready\n => status=no check", "maint\n => status=MAINT (via main/m)", "down\n => status=MAINT (via main/m)",
			"ready down\n => status=DOWN (agent)", "up\n => status=no check", "$ set server web/a agent up"),
		talking("agent-that-tracks", "backend main\n    server m {s1} check inter 50ms\nbackend web\n    server a {s1} track main/m agent-check agent-port {port} agent-inter 50ms\n",
			"up\n => agent_status=L7OK", "down\n => agent_health=0", "up\n => status=UP", "drain\n => status=DRAIN", "ready\n => status=UP", "down maint\n => status=MAINT", "ready\n => agent_status=CHECKED", "up\n => status=UP"),
		talking("agent-and-stopping", "backend web\n    server a {s1} check inter 1h agent-check agent-port {port} agent-inter 50ms\n",
			"up\n => agent_status=L7OK", "$ set server web/a health stopping", "drain\n => agent_status=CHECKED", "ready\n => agent_status=CHECKED", "up\n => agent_status=L7OK", "down\n => status=DOWN (agent)", "up\n => status=UP",
			"$ set server web/a health down", "50%\n => agent_status=CHECKED", "up\n => agent_status=L7OK", "0%\n => weight=0", "$ disable health web/a",
			"100%\n => weight=1", "up\n => status=no check", "$ enable health web/a"),
	}
}
