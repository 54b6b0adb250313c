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
	c.commands = inOrder(slices.Concat(showCommands, serverCommands, frontendCommands, cookieCommands, processCommands, varCommands, modeCommands, aclCommands,
		mapCommands, noneCommands, sessionCommands, leftOutCommands()))
	return c
}

// command is one entry of the CLI's table; help and the answers to unknown commands are made from it, too.
type command struct {
	words []string // what it begins with
	args  string   // of the help
	help  string
	level config.Level // the least that may use it
	run   func(*session, []string) reply
	quiet bool // no help lists it
	// experimental: for experimental-mode alone, and listed only there.
	experimental bool
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
	severityNone    = -1
	severityErr     = 3
	severityWarning = 4
	severityNotice  = 5
	severityInfo    = 6
)

func dump(text []byte) reply { return reply{string(text), severityNone} }
func say(text string) reply  { return reply{text, severityInfo} }
func fail(text string) reply { return reply{text, severityErr} }
func warn(text string) reply { return reply{text, severityWarning} }
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
		switch {
		case c.matched(args) < len(c.words):
		case c.experimental && !s.experimental:
			return fail("This command is restricted to experimental mode only.\n")
		case s.level < c.level:
			return denied
		default:
			return c.run(s, args[len(c.words):])
		}
	}
	return s.unknown(args)
}

// unknown lists what the operator may have meant.
func (s *session) unknown(args []string) reply {
	if len(args) == 0 {
		return say("Unknown command. Please enter one of the following commands only:\n" + s.list(nil))
	}
	return say("Unknown command, but maybe one of the following ones is a better match:\n" + s.list(args))
}

// help is the command of that name; with words it lists the commands that begin so.
func help(s *session, args []string) reply {
	return say("The following commands are valid at this level:\n" + s.list(args))
}

// shown are the commands that lists are made of. HAProxy leaves none out for the session's level.
func (s *session) shown() []*command {
	var list []*command
	for i := range s.cli.commands {
		c := &s.cli.commands[i]
		if !c.quiet && (!c.experimental || s.experimental) {
			list = append(list, c)
		}
	}
	return list
}

// closing ends every list, whatever it holds.
const closing = "  help [<command>]                        : list matching or all commands\n" +
	"  prompt                                  : toggle interactive mode with prompt\n" +
	"  quit                                    : disconnect\n"

// list shows the commands that continue args, or else those nearest to them.
func (s *session) list(args []string) string {
	commands := likely(s.shown(), args)
	slices.SortFunc(commands, func(a, b *command) int { return slices.Compare(a.words, b.words) })
	var b strings.Builder
	for _, c := range commands {
		if c.help != "" {
			b.WriteString(c.line())
		}
	}
	return b.String() + closing
}

func (c *command) line() string {
	usage := strings.TrimSuffix(c.name()+" "+c.args, " ")
	return fmt.Sprintf("  %-40s: %s\n", usage, c.help)
}
