// Package practical types the coursework in the nodes, from its first command to its last, and checks every output. The
// script is practical.txt; its first lines say how to read it.
//
//	make practical
package practical

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Step is one command and what must come of it.
type Step struct {
	Line    int
	Node    string // "host" is the machine that runs the containers
	Command string
	Input   string
	Exit    int
	Match   []*regexp.Regexp
	Refuse  []*regexp.Regexp
	Within  time.Duration // 0: the first answer counts
}

var prompt = regexp.MustCompile(`^([a-z0-9]+)\$ (.+)$`)

// Parse reads a script. replace is applied to commands, input and patterns, to put another plan's addresses in; errors
// say name:line.
func Parse(name string, r io.Reader, replace func(string) string) ([]Step, error) {
	var steps []Step
	s := bufio.NewScanner(r)
	for n := 1; s.Scan(); n++ {
		line := strings.TrimRight(s.Text(), "\r")
		switch {
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#"):
		case prompt.MatchString(line):
			m := prompt.FindStringSubmatch(line)
			steps = append(steps, Step{Line: n, Node: m[1], Command: replace(m[2])})
		case len(steps) == 0:
			return nil, fmt.Errorf("%s:%d: %q comes before the first command", name, n, line)
		default:
			if err := steps[len(steps)-1].add(line, replace); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, n, err)
			}
		}
	}
	return steps, s.Err()
}

// add reads a line that belongs to the step above it.
func (s *Step) add(line string, replace func(string) string) (err error) {
	word, rest, _ := strings.Cut(strings.TrimPrefix(line, "  "), " ")
	switch word {
	case "|":
		s.Input += replace(rest) + "\n"
	case "=":
		s.Exit, err = strconv.Atoi(rest)
	case "~":
		s.Match, err = appendPattern(s.Match, replace(rest))
	case "!~":
		s.Refuse, err = appendPattern(s.Refuse, replace(rest))
	case "within":
		s.Within, err = time.ParseDuration(rest)
	default:
		return fmt.Errorf("%q: want a command (NODE$ …), |, =, ~, !~ or within", line)
	}
	return err
}

func appendPattern(list []*regexp.Regexp, pattern string) ([]*regexp.Regexp, error) {
	re, err := regexp.Compile("(?m)" + pattern)
	return append(list, re), err
}

// Check says what is wrong with a command's outcome, nil if it is as the script has it.
func (s *Step) Check(code int, output string) error {
	if code != s.Exit {
		return fmt.Errorf("exit code %d, want %d", code, s.Exit)
	}
	for _, re := range s.Match {
		if !re.MatchString(output) {
			return fmt.Errorf("the output does not match %q", re)
		}
	}
	for _, re := range s.Refuse {
		if re.MatchString(output) {
			return fmt.Errorf("the output matches %q", re)
		}
	}
	return nil
}
