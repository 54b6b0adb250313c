package stats

import (
	"slices"

	"simulacro/proxy/config"
)

// Master is what the master process tells and does for its operators (management manual, section 9.4).
type Master interface {
	Version() string
	Processes() string // `show proc`
	Reload()
}

// NewMasterCLI makes the language of the master's own commands. Those that choose a worker, or a mode of the conversation, are read
// before it: here they only stand in lists.
func NewMasterCLI(m Master) *CLI {
	listed := func(words, help string) command {
		return command{words: []string{words}, help: help, run: func(s *session, args []string) reply { return s.unknown(append([]string{words}, args...)) }}
	}
	commands := []command{
		listed("@<relative pid>", "send a command to the <relative pid> process"),
		listed("@!<pid>", "send a command to the <pid> process"),
		listed("@master", "send a command to the master process"),
		{words: []string{"show", "proc"}, help: "show processes status", run: func(*session, []string) reply { return dump([]byte(m.Processes())) }},
		{words: []string{"reload"}, help: "reload haproxy", level: config.LevelOperator, run: func(s *session, _ []string) reply {
			m.Reload()
			s.over = true // the answer is the end of the connection, as that of HAProxy's, which begins anew
			return done()
		}},
		{words: []string{"show", "version"}, help: "show version of the current process", run: func(*session, []string) reply { return say(m.Version() + "\n") }},
		{words: []string{"show", "cli", "sockets"}, help: "dump list of cli sockets", run: func(*session, []string) reply { return done() }},
	}
	for _, c := range slices.Concat(sessionCommands, modeCommands) {
		if c.words[0] != "set" {
			commands = append(commands, c)
		}
	}
	return &CLI{commands: inOrder(commands)}
}
