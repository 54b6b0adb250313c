package stats

import (
	"fmt"
	"strings"

	"simulacro/proxy/config"
)

// VarAdmin is what a ServerAdmin may offer beside: variables of the process, whose names begin with "proc.".
type VarAdmin interface {
	Var(name string) (kind, value string, ok bool)
	SetVar(name, value string, format bool) error // a sample expression, or a log format
}

var varCommands = []command{
	{words: []string{"get", "var"}, args: "<name>", help: "retrieve contents of a process-wide variable", run: getVar},
	{words: []string{"set", "var"}, args: "<name> [fmt|expr] {<fmt>|<expr>}", help: "set variable from an expression or a format", level: config.LevelAdmin, run: setVar, experimental: true},
}

func getVar(s *session, args []string) reply {
	if len(args) == 0 {
		return fail("Missing process-wide variable identifier.\n")
	}
	admin, ok := s.cli.admin.(VarAdmin)
	if !ok {
		return unsupported("get var")
	}
	kind, value, ok := admin.Var(args[0])
	if !ok {
		return fail("Variable not found.\n")
	}
	return reply{fmt.Sprintf("%s: type=%s value=<%s>", args[0], kind, value), severityNone}
}

func setVar(s *session, args []string) reply {
	admin, ok := s.cli.admin.(VarAdmin)
	switch {
	case !ok:
		return unsupported("set var")
	case len(args) < 2:
		return fail("Missing either 'expr', 'fmt' or expression.\n")
	case !strings.HasPrefix(args[0], "proc."):
		return fail(fmt.Sprintf("'set var': cannot set variable '%s', only scope 'proc' is permitted here.", args[0]))
	}
	format, words := args[1] == "fmt", args[1:]
	if format || args[1] == "expr" {
		words = args[2:]
	}
	if len(words) == 0 {
		return fail("Missing either 'expr', 'fmt' or expression.\n")
	}
	if err := admin.SetVar(args[0], strings.Join(words, " "), format); err != nil {
		return fail(fmt.Sprintf("'set var': %v.\n", err))
	}
	return done()
}

var modeCommands = []command{
	{words: []string{"experimental-mode"}, level: config.LevelAdmin, run: mode("experimental-mode", func(s *session) *bool { return &s.experimental })},
	{words: []string{"expert-mode"}, level: config.LevelAdmin, run: mode("expert-mode", func(s *session) *bool { return &s.expert })},
}

// mode switches a mode that unlocks commands. Those of HAProxy's experts are all of its own inside: there is none here.
func mode(name string, of func(*session) *bool) func(*session, []string) reply {
	return func(s *session, args []string) reply {
		on := of(s)
		s.bare = len(args) > 1 && args[1] == "-"
		switch {
		case first(args) != "":
			*on = args[0] == "on"
			return done()
		case *on:
			return say(name + " is ON\n")
		}
		return say(name + " is OFF\n")
	}
}
