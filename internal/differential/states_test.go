package differential

import "strings"

// stateFile has a server of each kind that administration treats in a way of its own.
const stateFile = Head + `
frontend web
    no log
    bind {web}
    stats enable
    stats uri /st
    stats admin if TRUE
    default_backend app
backend app
    server a {s1}
    server b {s1} check inter 1h
    server t {s1} track app/b
    server tt {s1} track app/t
    server t2 {s1} track app/b
    server d {s1} disabled
    server dc {s1} disabled check inter 1h
    server bk {s1} backup
    server z {s1} weight 0
    server td {s1} track app/dc
backend one
    server a {s1}
frontend end
    bind {end}
    mode tcp
    option tcplog
`

// stateWords are what is done to a server in turn: to one that is checked, to one that is not, to one that is tracked.
const stateWords = `
state drain, state maint, state drain, state ready, state maint, state drain, state maint, state ready, state ready, state drain, state drain, state ready
state maint, health down, state ready
health down, state maint, state ready, health up
state drain, health down, health up, state maint, health down, state ready, health up
health stopping, state maint, state ready, health up
health stopping, state drain, state ready, health up
health down, state drain, state ready, health up
state drain, health stopping, state ready, health up
weight 0, state drain, weight 1, state ready
weight 0, weight 1, weight 0, state maint, state ready, weight 1, weight 50%, weight 300%, weight 1
health down, health stopping, health up
weight 0, health down, health up, weight 1
`

// stateOthers are of the servers that have their state, or a part of it, from elsewhere.
const stateOthers = `
set server app/d state ready
set server app/d state maint
enable server app/d
disable server app/d
set server app/dc state drain
set server app/dc state ready
set server app/dc state drain
set server app/dc state maint
set server app/dc state ready
set server app/td state maint
set server app/dc state maint
set server app/td state ready
set server app/dc state ready
set server app/t state maint
set server app/b state maint
set server app/t state ready
set server app/b state ready
set server app/t state drain
set server app/b state drain
set server app/t state ready
set server app/b state ready
disable health app/b
set server app/b state maint
set server app/b state ready
enable health app/b
set server app/z state drain
set server app/z state maint
set server app/z state ready
set weight app/z 1
set weight app/z 0
set server app/bk state maint
set server app/bk state drain
set server app/bk state ready
`

// stateForms set and clear one flag alone, so that both may be set.
const stateForms = `
s=a&action=stop&b=app, s=a&action=disable&b=app, s=a&action=stop&b=app, s=a&action=start&b=app, s=a&action=enable&b=app
s=b&action=disable&b=app, s=b&action=stop&b=app, s=b&action=enable&b=app, s=b&action=start&b=app
s=b&action=stop&b=app, s=b&action=disable&b=app, s=b&action=ready&b=app
s=t&action=stop&b=app, s=b&action=disable&b=app, s=t&action=start&b=app, s=t&action=disable&b=app, s=b&action=enable&b=app, s=t&action=enable&b=app
`

// lookAtStates notes how the servers stand.
func lookAtStates(s *Side, servers string) {
	for _, section := range []string{"app", "one"} {
		s.CLI("show servers state " + section)
	}
	for _, name := range strings.Fields(servers) {
		s.Stat("app/"+name, "status", "weight", "act", "bck", "check_status", "check_rise", "check_health", "chkdown", "tracked")
	}
	s.Stat("app/BACKEND", "status", "weight", "act", "bck", "chkdown", "uweight")
	s.Stat("one/BACKEND", "status", "weight", "act", "bck", "chkdown", "uweight")
}

func stateCases() []Case {
	setUp := func(s *Side) {
		s.Mask(`(?m)^(\d+ \S+ \d+ \S+ \S+ \d+ \d+ \d+ \d+) \d+`, "$1 (s)")
		s.Mask(` - \d{4,} - `, " - (port) - ")
		s.UntilStat("app/b", "check_status", "L4OK")
	}
	finish := func(s *Side) {
		s.CLI("disable frontend end")
		s.LogsTo("Paused frontend end")
	}
	play := func(list, servers string) func(s *Side) {
		return func(s *Side) {
			setUp(s)
			for _, words := range strings.Split(strings.TrimSpace(list), "\n") {
				for _, server := range strings.Fields(servers) {
					for _, w := range strings.Split(words, ", ") {
						command(s, "set server "+server+" "+w)
						lookAtStates(s, "a b t tt t2")
					}
				}
			}
			finish(s)
		}
	}
	return []Case{
		{Name: "states-own", Config: stateFile, Play: play(stateWords, "app/a app/b one/a")},
		{Name: "states-tracking", Config: stateFile, Play: func(s *Side) {
			setUp(s)
			for _, c := range strings.Split(strings.TrimSpace(stateOthers), "\n") {
				command(s, c)
				lookAtStates(s, "b t tt t2 d dc td bk z")
			}
			finish(s)
		}},
		{Name: "states-both", Config: stateFile, Play: func(s *Side) {
			setUp(s)
			for _, form := range strings.FieldsFunc(stateForms, func(r rune) bool { return strings.ContainsRune(", \n", r) }) {
				s.post("web", "/st", form)
				lookAtStates(s, "a b t tt t2")
			}
			finish(s)
		}},
	}
}
