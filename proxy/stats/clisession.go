package stats

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
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
	// Severity is what precedes messages: "" nothing, "number", "string". `set severity-output` changes it.
	Severity string
	// Deadline, where it is not nil, is called before each read with the time by which it must have ended.
	Deadline func(time.Time) error
	// Sockets, where it is not nil, answers the command _getsocks, by which a later process takes the listening sockets over.
	Sockets func() error
}

// session is a Session's state while it runs.
type session struct {
	expert       bool // expert-mode
	experimental bool // experimental-mode
	cli          *CLI
	level        config.Level
	timeout      time.Duration
	prompt       bool
	severity     string  // "": none, number, string
	bare         bool    // the command under way asked for no line end after its answer
	payload      *string // the lines of data that came with the command under way
	over         bool    // quit

	in       *bufio.Reader
	out      io.Writer
	deadline func(time.Time) error
}

// Serve reads commands from r and writes their answers to w until the peer has said quit, has closed, or, without
// `prompt`, has got the answers to what it sent. Line ends and semicolons divide commands.
func (c *CLI) Serve(r io.Reader, w io.Writer, o Session) error {
	s := &session{cli: c, level: o.Level, timeout: o.Timeout, severity: o.Severity, deadline: o.Deadline, out: w,
		in: bufio.NewReaderSize(r, maxLine)}
	for !s.over {
		command, err := s.read(";\n")
		if err != nil {
			return err
		}
		if command == "_getsocks" && o.Sockets != nil {
			return o.Sockets()
		}
		if err := s.answer(command); err != nil {
			return err
		}
		if !s.prompt && s.in.Buffered() == 0 {
			return nil
		}
	}
	return nil
}

// errLineTooLong ends a session: what follows could not be told from commands.
var errLineTooLong = errors.New("command line is too long")

// read gives what stands before one of the ends, none of which counts behind a backslash where a semicolon is one of them.
func (s *session) read(ends string) (string, error) {
	if s.deadline != nil && s.timeout > 0 {
		if err := s.deadline(time.Now().Add(s.timeout)); err != nil {
			return "", fmt.Errorf("set the deadline of a command: %w", err)
		}
	}
	var text []byte
	for escaped := false; ; {
		b, err := s.in.ReadByte()
		switch {
		case err != nil:
			return "", err // what has no end is no command
		case !escaped && strings.IndexByte(ends, b) >= 0:
			return strings.TrimSuffix(string(text), "\r"), nil
		case len(text) == maxLine:
			return "", errLineTooLong
		}
		escaped = b == '\\' && !escaped && ends != "\n"
		text = append(text, b)
	}
}

// answer runs one command, with the lines of data that it announces.
func (s *session) answer(command string) error {
	s.payload, s.bare = nil, false
	words := splitWords(command)
	if payload(command) {
		data, err := s.data()
		if err != nil {
			return err
		}
		if words[len(words)-1] == "<<" {
			words = words[:len(words)-1]
			s.payload = &data
		}
	}
	answer := s.execute(words)
	if s.over {
		return nil
	}
	end := "\n"
	if s.bare && !s.prompt {
		end = ""
	}
	if _, err := io.WriteString(s.out, s.prefix(answer)+answer.text+end+s.ending("> ")); err != nil {
		return fmt.Errorf("answer a command: %w", err)
	}
	return nil
}

// data reads lines up to an empty one, as many as HAProxy has room for.
func (s *session) data() (string, error) {
	var lines []string
	for size := 0; ; {
		if _, err := io.WriteString(s.out, s.ending("+ ")); err != nil {
			return "", fmt.Errorf("ask for data: %w", err)
		}
		line, err := s.read("\n")
		if err != nil {
			return "", err
		}
		if line == "" {
			return strings.Join(lines, "\n"), nil
		}
		if size += len(line) + 1; size > maxLine {
			return "", errLineTooLong
		}
		lines = append(lines, line)
	}
}

// ending is what invites the next line in prompt mode.
func (s *session) ending(invitation string) string {
	if s.prompt {
		return invitation
	}
	return ""
}

var severityNames = map[int]string{severityErr: "err", severityWarning: "warning", severityInfo: "info"}

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
	{words: []string{"help"}, run: help},
	{words: []string{"prompt"}, run: func(s *session, _ []string) reply {
		s.prompt = !s.prompt
		return done()
	}},
	{words: []string{"quit"}, run: func(s *session, _ []string) reply {
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
	return func(s *session, args []string) reply {
		s.bare = first(args) == "-"
		if s.level < to {
			return denied
		}
		s.level, s.expert, s.experimental = to, false, false
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

// parseDelay reads "10", "10s", "500ms" and their like; seconds are the default here, and the unit: what is less counts as one.
func parseDelay(text string) (time.Duration, bool) {
	unit := strings.TrimLeft(text, "0123456789")
	number := text[:len(text)-len(unit)]
	units := map[string]time.Duration{"": time.Second, "us": time.Microsecond, "ms": time.Millisecond,
		"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}
	per, ok := units[unit]
	n, err := strconv.ParseInt(number, 10, 32)
	if !ok || err != nil || n == 0 {
		return 0, false
	}
	d := time.Duration(n) * per
	if d/per != time.Duration(n) || d/time.Second >= 1<<31 {
		return 0, false
	}
	return (d + time.Second - 1) / time.Second * time.Second, true
}

// first is the first argument, or "".
func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}
