package stats

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"simulacro/proxy/config"
)

// maxLine is the longest command line, HAProxy's buffer.
const maxLine = 16384

// Session is one conversation with the CLI.
type Session struct {
	Level   config.Level
	Timeout time.Duration // of silence, `stats timeout`; 0: for ever. `set timeout cli` changes it
	// Deadline, where it is not nil, is called before each read with the time by which it must have ended.
	Deadline func(time.Time) error
	// Sockets, where it is not nil, answers the command _getsocks, by which a later process takes the listening sockets over.
	Sockets func() error
}

// session is a Session's state while it runs.
type session struct {
	experimental bool // experimental-mode
	cli          *CLI
	level        config.Level
	timeout      time.Duration
	prompt       bool
	severity     string // "": none, number, string
	over         bool   // quit
}

// Serve reads commands from r and writes their answers to w until the peer has said quit, has closed, or, without
// `prompt`, has got the answers to its first line. A line may hold several commands, divided by semicolons.
func (c *CLI) Serve(r io.Reader, w io.Writer, o Session) error {
	s := &session{cli: c, level: o.Level, timeout: o.Timeout}
	in := bufio.NewReaderSize(r, maxLine)
	for !s.over {
		line, err := s.readLine(in, o.Deadline)
		if err != nil {
			return err
		}
		if line == "_getsocks" && o.Sockets != nil {
			return o.Sockets()
		}
		if err := s.answerLine(line, in, w, o.Deadline); err != nil {
			return err
		}
		if !s.prompt && in.Buffered() == 0 {
			return nil
		}
	}
	return nil
}

// errLineTooLong ends a session: what follows could not be told from commands.
var errLineTooLong = errors.New("command line is too long")

func (s *session) readLine(in *bufio.Reader, deadline func(time.Time) error) (string, error) {
	if deadline != nil && s.timeout > 0 {
		if err := deadline(time.Now().Add(s.timeout)); err != nil {
			return "", fmt.Errorf("set the deadline of a command: %w", err)
		}
	}
	line, err := in.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return "", errLineTooLong
	case err != nil:
		return "", err // an unfinished line is no command
	}
	return strings.TrimSuffix(string(line), "\n"), nil
}

func (s *session) answerLine(line string, in *bufio.Reader, w io.Writer, deadline func(time.Time) error) error {
	commands := splitCommands(line)
	if last := len(commands) - 1; last > 0 && strings.TrimSpace(commands[last]) == "" {
		commands = commands[:last] // a final semicolon is no empty command
	}
	for _, command := range commands {
		command, more := payload(command)
		for more { // no command here takes data: it is read and left
			if _, err := io.WriteString(w, s.ending("+ ")); err != nil {
				return err
			}
			data, err := s.readLine(in, deadline)
			if err != nil {
				return err
			}
			more = strings.TrimRight(data, "\r") != ""
		}
		answer := s.execute(splitWords(command))
		if s.over {
			return nil
		}
		if _, err := io.WriteString(w, s.prefix(answer)+answer.text+"\n"+s.ending("> ")); err != nil {
			return fmt.Errorf("answer a command: %w", err)
		}
	}
	return nil
}

// ending is what invites the next line in prompt mode.
func (s *session) ending(invitation string) string {
	if s.prompt {
		return invitation
	}
	return ""
}

var severityNames = map[int]string{severityErr: "err", severityInfo: "info"}

// prefix is what `set severity-output` asks for.
func (s *session) prefix(r reply) string {
	switch {
	case r.severity == severityNone || r.text == "":
		return ""
	case s.severity == "number":
		return fmt.Sprintf("[%d]: ", r.severity)
	case s.severity == "string":
		return fmt.Sprintf("[%s]: ", severityNames[r.severity])
	}
	return ""
}

var sessionCommands = []command{
	{words: []string{"help"}, args: "[<command>]", help: "list matching or all commands", run: help},
	{words: []string{"prompt"}, help: "toggle interactive mode with prompt", run: func(s *session, _ []string) reply {
		s.prompt = !s.prompt
		return done()
	}},
	{words: []string{"quit"}, help: "disconnect", run: func(s *session, _ []string) reply {
		s.over = true
		return done()
	}},
	{words: []string{"operator"}, help: "lower the level of the current CLI session to operator", run: lower(config.LevelOperator)},
	{words: []string{"user"}, help: "lower the level of the current CLI session to user", run: lower(config.LevelUser)},
	{words: []string{"set", "severity-output"}, args: "[none|number|string]", help: "set presence of severity level in feedback information", run: setSeverity},
	{words: []string{"set", "timeout"}, args: "[cli] <delay>", help: "change a timeout setting", run: setTimeout},
	{words: []string{"show", "cli", "level"}, help: "display the level of the current CLI session", run: func(s *session, _ []string) reply {
		return say(levelNames[s.level] + "\n")
	}},
}

var levelNames = map[config.Level]string{config.LevelUser: "user", config.LevelOperator: "operator", config.LevelAdmin: "admin"}

func lower(to config.Level) func(*session, []string) reply {
	return func(s *session, _ []string) reply {
		if s.level < to {
			return denied
		}
		s.level = to
		return done()
	}
}

func setSeverity(s *session, args []string) reply {
	switch first(args) {
	case "none":
		s.severity = ""
	case "number", "string":
		s.severity = args[0]
	default:
		return fail("one of 'none', 'number', 'string' is a required argument\n")
	}
	return done()
}

func setTimeout(s *session, args []string) reply {
	if first(args) != "cli" {
		return fail("'set timeout' only supports 'cli'.\n")
	}
	if len(args) < 2 {
		return fail("Expects an integer value.\n")
	}
	d, ok := parseDelay(args[1])
	if !ok {
		return fail("Invalid timeout value.\n")
	}
	s.timeout = d
	return done()
}

// parseDelay reads "10", "10s", "500ms" and their like; seconds are the default here.
func parseDelay(text string) (time.Duration, bool) {
	digits := strings.TrimLeft(text, "0123456789")
	number, unit := text[:len(text)-len(digits)], digits
	units := map[string]time.Duration{"": time.Second, "us": time.Microsecond, "ms": time.Millisecond,
		"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}
	per, ok := units[unit]
	if !ok || number == "" || len(number) > 9 {
		return 0, false
	}
	n := time.Duration(0)
	for _, c := range number {
		n = n*10 + time.Duration(c-'0')
	}
	if d := n * per; d > 0 && d/per == n && d < 1<<31*time.Millisecond {
		return d, true
	}
	return 0, false
}

// first is the first argument, or "".
func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}
