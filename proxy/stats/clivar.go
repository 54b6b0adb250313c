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
	{words: []string{"set", "var"}, args: "<name> [fmt|expr] {<fmt>|<expr>}", help: "set variable from an expression", level: config.LevelAdmin, run: setVar, quiet: true},
	{words: []string{"experimental-mode"}, args: "[on|off]", help: "enable or disable experimental mode", level: config.LevelAdmin, run: experimentalMode, quiet: true},
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
	case !s.experimental:
		return fail("This command is restricted to experimental mode only.\n")
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

// experimentalMode unlocks commands that may change in later versions of HAProxy.
func experimentalMode(s *session, args []string) reply {
	switch first(args) {
	case "on":
		s.experimental = true
	case "off":
		s.experimental = false
	case "":
		state := "OFF"
		if s.experimental {
			state = "ON"
		}
		return say("experimental-mode is " + state + "\n")
	}
	return done()
}
