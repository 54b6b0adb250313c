package differential

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// savedFile has servers whose saved states are taken over in different ways. The first check of all is that of a server without a saved
// state; those of the others are far away.
const savedFile = `
global
    nbthread 1
    stats socket {sock} level admin
    log {log} local0
    server-state-base {dir}
    server-state-file all
defaults
    log global
    mode http
    timeout connect 2s
    timeout client 10s
    timeout server 10s
    load-server-state-from-file SOURCE
backend zero
    load-server-state-from-file none
    server first {s1} check inter 1h
backend app
    server a {s1} check inter 1h
    server b {s1} weight 10
    server c {s1} disabled
    server d {s1} track app/a
    server e {s1} disabled check inter 1h rise 1
    server f {s1} track app/e backup
    server g {s1} weight 0
    cookie S insert indirect
backend two
    id 77
    server k {s1} check inter 1h slowstart 1000s id 12
    server l {s1} check inter 1h fall 1 backup cookie l
    server m {s1} check inter 1h rise 4 fall 5
    server o localhost:9006 check inter 1h port 80 addr 127.0.0.2
    server p localhost:9007 init-addr last,127.0.0.7
    server q {s1} ssl verify none check inter 1h
    server r {s1} check inter 1h check-ssl verify none
frontend web
    bind {web}
    default_backend app
frontend end
    bind {end}
`

// savedServers are the servers with their backends' numbers and configured weights.
var savedServers = []struct {
	id     int
	server string
	weight int
}{
	{3, "app a", 1}, {3, "app b", 10}, {3, "app c", 1}, {3, "app d", 1}, {3, "app e", 1}, {3, "app f", 1}, {3, "app g", 0}, {77, "two k", 1},
	{77, "two l", 1}, {77, "two m", 1}, {77, "two o", 1}, {77, "two p", 1}, {77, "two q", 1}, {77, "two r", 1},
}

// savedStates makes a file of states, most of which are right.
func savedStates(seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 1))
	one := func(words string) string { w := strings.Fields(words); return w[r.IntN(len(w))] }
	var b strings.Builder
	b.WriteString("1\n# be_id\n")
	for _, x := range savedServers {
		backend, name, _ := strings.Cut(x.server, " ")
		weight := fmt.Sprint(x.weight)
		f := []string{fmt.Sprint(x.id), backend, "1", name, one("127.0.0.1 - 127.0.0.9"), one("0 1 2 3"), one("0 0 0 1 4 5 8 12 16 32"), one("5 0 256 " + weight),
			one("7 " + strings.Repeat(weight+" ", 5)), one("5 500 2000 100"), one("0 1 6 7 8 15 16 17"), one("0 1 2 3 4"), one("0 1 2 3 4 5 6"), one("0 2 6 7"), "0",
			one("0 1"), one("0 1"), one("- - localhost foo"), one("9001 9001 9001 70000 0"), "-", one("0 1"), one("0 0 55"), one("- - 127.0.0.3"),
			one("- - - - 1.1.1.1"), "0"}
		if r.IntN(8) == 0 {
			f[4+r.IntN(len(f)-4)] = one("x 99999999999999999999 2x +1 256")
		}
		b.WriteString(strings.Join(f, " ") + "\n")
	}
	return b.String()
}

// lookAtSaved notes how the servers stand.
func lookAtSaved(s *Side) {
	s.Mask(`check duration: \d+ms`, "check duration: (n)ms")
	s.Mask(`(?m)^(\d+ \S+ \d+ \S+ \S+ \d+ \d+ \d+ \d+) -?\d+`, "$1 (s)")
	s.Mask(` - \d{4,} - `, " - (port) - ")
	for _, section := range []string{"app", "two"} {
		s.CLI("show servers state " + section)
		s.Stat(section+"/BACKEND", "status", "weight", "act", "bck", "chkdown", "uweight")
	}
	for _, x := range savedServers {
		s.Stat(strings.Replace(x.server, " ", "/", 1), "status", "weight", "act", "bck", "chkdown", "check_status", "check_desc", "check_health", "addr", "throttle",
			"uweight", "tracked", "cookie")
	}
}

// lookAtStart notes also what was said and logged.
func lookAtStart(s *Side) {
	lookAtSaved(s)
	s.Said()
	s.CLI("disable frontend end")
	s.LogsTo("Paused frontend end")
}

func savedCases() (cases []Case) {
	from := func(source string) string { return strings.Replace(savedFile, "SOURCE", source, 1) }
	for seed := range uint64(12) {
		cases = append(cases, Case{
			Name: fmt.Sprintf("saved-states-%d", seed), Config: from("global"),
			Before: func(s *Side) { s.write("all", savedStates(seed)) },
			Play:   lookAtStart,
		})
	}
	const line = "3 app 1 a - 0 0 1 1 5 8 2 0 6 0 0 0 - 9001 - 0 0 - - 0\n"
	for name, text := range map[string]string{
		"empty": "", "version": "2\n", "no-end": "1\n# x", "few": "1\n3 app 1 a\n", "late": "1\n" + line + "3 app\n", "twice": "1\n" + line + line,
		"other": "1\n" + strings.Replace(line, "3 app", "3 zpp", 1) + strings.Replace(line, "3 app", "9 app", 1) + strings.Replace(line, " a ", " gone ", 1),
	} {
		for _, source := range []string{"global", "local"} {
			cases = append(cases, Case{
				Name: "saved-" + name + "-" + source, Config: from(source),
				Before: func(s *Side) {
					for _, file := range []string{"all", "app"} {
						s.write(file, text)
					}
				},
				Play: lookAtStart,
			})
		}
	}
	return append(cases, Case{Name: "saved-missing", Config: from("local"), Play: lookAtStart}, Case{
		Name: "saved-reload", Config: from("none"),
		Play: func(s *Side) {
			for _, c := range []string{"set server app/a state maint", "set server app/b weight 3", "set server app/c state ready", "set server two/l health down",
				"set server two/m state drain", "disable health two/k", "set server two/p addr 127.0.0.8 port 99", "set server two/o check-port 81"} {
				command(s, c)
			}
			text, err := s.ask("show servers state")
			s.must(err, "show servers state")
			s.must(os.WriteFile(filepath.Join(s.dir, "all"), []byte(text), 0o600), "keep the states")
			s.Reload(strings.Replace(from("global"), "backend two", "backend renamed\n    server k {s1}\nbackend two", 1))
			lookAtSaved(s)
		},
	})
}
