package stats

import (
	"fmt"
	"slices"
	"strings"

	"simulacro/proxy/config"
)

// CLI is the runtime socket's language: commands as text in, answers as text out (management manual, section 9.3). It is
// safe for concurrent use as far as its Source and ServerAdmin are.
type CLI struct {
	source   Source
	admin    ServerAdmin
	sockets  []config.StatsSocket
	commands []command
}

// NewCLI makes a CLI. sockets are only listed, by `show cli sockets`.
func NewCLI(source Source, admin ServerAdmin, sockets []config.StatsSocket) *CLI {
	c := &CLI{source: source, admin: admin, sockets: sockets}
	c.commands = slices.Concat(showCommands, serverCommands, frontendCommands, processCommands, varCommands, aclCommands, sessionCommands, leftOutCommands())
	slices.SortStableFunc(c.commands, func(a, b command) int { return strings.Compare(a.name(), b.name()) })
	return c
}

// command is one entry of the CLI's table; help and the answers to unknown commands are made from it, too.
type command struct {
	words []string // what it begins with
	args  string   // of the help
	help  string
	level config.Level // the least that may use it
	run   func(*session, []string) reply
	quiet bool // no help lists it: experimental
}

func (c *command) name() string { return strings.Join(c.words, " ") }

// matched counts how many of the command's words args begins with.
func (c *command) matched(args []string) int {
	n := 0
	for n < len(c.words) && n < len(args) && c.words[n] == args[n] {
		n++
	}
	return n
}

// reply is the answer to one command. severity is that of syslog, or severityNone for dumps.
type reply struct {
	text     string
	severity int
}

const (
	severityNone = -1
	severityErr  = 3
	severityInfo = 6
)

func dump(text []byte) reply { return reply{string(text), severityNone} }
func say(text string) reply  { return reply{text, severityInfo} }
func fail(text string) reply { return reply{text, severityErr} }
func done() reply            { return reply{"", severityNone} }

// result turns what a ServerAdmin has answered into a reply.
func result(err error) reply {
	if err != nil {
		return fail(err.Error() + "\n")
	}
	return done()
}

var denied = fail("Permission denied\n")

// execute runs one command with its words.
func (s *session) execute(args []string) reply {
	for i := range s.cli.commands {
		c := &s.cli.commands[i]
		if c.matched(args) < len(c.words) {
			continue
		}
		if s.level < c.level {
			return denied
		}
		return c.run(s, args[len(c.words):])
	}
	return s.unknown(args)
}

// unknown lists what the operator may have meant: every command that continues args, or else the nearest ones.
func (s *session) unknown(args []string) reply {
	if len(args) == 0 {
		return say("Unknown command. Please enter one of the following commands only:\n" + s.list(s.allowed()))
	}
	near := matching(s.allowed(), args)
	if len(near) == 0 {
		near = nearest(s.allowed(), args)
	}
	return say("Unknown command, but maybe one of the following ones is a better match:\n" + s.list(near))
}

// help is the command of that name; with words it lists the commands that begin so.
func help(s *session, args []string) reply {
	list := s.allowed()
	if len(args) > 0 {
		if list = matching(list, args); len(list) == 0 {
			list = nearest(s.allowed(), args)
		}
	}
	return say("The following commands are valid at this level:\n" + s.list(list))
}

func (s *session) allowed() []*command {
	var list []*command
	for i := range s.cli.commands {
		if c := &s.cli.commands[i]; c.level <= s.level && !c.closing() && !c.quiet {
			list = append(list, c)
		}
	}
	return list
}

// closing commands end every list, whatever it holds.
func (c *command) closing() bool {
	return len(c.words) == 1 && slices.Contains([]string{"help", "prompt", "quit"}, c.words[0])
}

func (s *session) list(commands []*command) string {
	var b strings.Builder
	for _, c := range commands {
		b.WriteString(c.line())
	}
	for i := range s.cli.commands {
		if c := &s.cli.commands[i]; c.closing() {
			b.WriteString(c.line())
		}
	}
	return b.String()
}

func (c *command) line() string {
	usage := strings.TrimSpace(c.name() + " " + c.args)
	return fmt.Sprintf("  %-40s: %s\n", usage, c.help)
}
