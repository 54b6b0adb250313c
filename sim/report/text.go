package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"simulacro/sim"
)

// Options of Text. The zero value is plain text that says why what failed failed.
type Options struct {
	Color   bool // ANSI colours: for a terminal
	Width   int  // of the terminal; 0 means 100
	Reasons bool // say how every bound came about, not only those that were broken
}

var marks = map[sim.Outcome]string{sim.Pass: "✓", sim.Fail: "✗", sim.Inconclusive: "?"}

// The ANSI colours of the outcomes, from the basic palette that every terminal theme keeps legible.
var ansi = map[sim.Outcome]string{sim.Pass: "32", sim.Fail: "31", sim.Inconclusive: "33"}

const (
	bold = "1"
	dim  = "2"
)

// Text writes a verdict for a person: the outcome, each check with what was measured and what it was held against, the
// reasons of those that do not pass, and the measured facts.
func Text(w io.Writer, h sim.History, v sim.Verdict, o Options) error {
	t := &text{o: o}
	if t.o.Width <= 0 {
		t.o.Width = 100
	}
	title, sub := heading(h)
	t.line(t.paint(bold+";"+ansi[v.Outcome], strings.ToUpper(string(v.Outcome))) + "  " + t.paint(bold, title))
	for _, l := range wrap(sub, t.o.Width-6) {
		t.line("      " + t.paint(dim, strings.TrimSpace(l)))
	}
	if run := h.Run(); run != nil {
		for _, l := range wrap(sim.Plain(run.Description), t.o.Width-6) {
			t.line("      " + l)
		}
	}
	t.line("")
	t.checks(v.Checks)
	if len(v.Facts) > 0 {
		t.line("")
		t.line("Measured")
		t.facts(v.Facts)
	}
	_, err := io.WriteString(w, t.String())
	return err
}

type text struct {
	strings.Builder
	o Options
}

// plain is a check without what steers a terminal.
func plain(c sim.Check) sim.Check {
	c.Name, c.Window, c.Measured, c.Bound, c.Reason = sim.Plain(c.Name), sim.Plain(c.Window), sim.Plain(c.Measured), sim.Plain(c.Bound), sim.Plain(c.Reason)
	return c
}

func (t *text) line(s string) { t.WriteString(strings.TrimRight(s, " ") + "\n") }

func (t *text) paint(code, s string) string {
	if !t.o.Color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// checkName is a check's name with its window.
func checkName(c sim.Check) string {
	if c.Window == "" || c.Window == string(sim.All) {
		return c.Name
	}
	return c.Name + ", " + c.Window
}

func (t *text) checks(checks []sim.Check) {
	names, values := 0, 0
	checks = slices.Clone(checks)
	for i, c := range checks {
		c = plain(c)
		checks[i] = c
		names = max(names, utf8.RuneCountInString(checkName(c)))
		if n := utf8.RuneCountInString(c.Measured); n <= t.o.Width/3 {
			values = max(values, n)
		}
	}
	for _, c := range checks {
		t.check(c, names, values)
	}
}

// check writes a line: mark, name, measured value, bound. What does not fit goes on below, under the values.
func (t *text) check(c sim.Check, names, values int) {
	indent := strings.Repeat(" ", 4+names+2)
	head := "  " + t.paint(ansi[c.Outcome], marks[c.Outcome]) + " " + pad(checkName(c), names) + "  "
	bound := ""
	if c.Bound != "" {
		bound = "bound: " + c.Bound
	}
	space := t.o.Width - 4 - names - 2
	switch {
	case values+3+utf8.RuneCountInString(bound) <= space && utf8.RuneCountInString(c.Measured) <= values:
		t.line(head + t.paint(bold, pad(c.Measured, values)) + "   " + t.paint(dim, bound))
	default:
		for i, l := range wrap(c.Measured, space) {
			t.line(map[bool]string{true: head, false: indent}[i == 0] + t.paint(bold, l))
		}
		for _, l := range wrap(bound, space) {
			t.line(indent + t.paint(dim, l))
		}
	}
	if c.Reason == "" || c.Outcome == sim.Pass && !t.o.Reasons {
		return
	}
	code := ansi[c.Outcome]
	if c.Outcome == sim.Pass {
		code = dim
	}
	for _, l := range wrap(c.Reason, space) {
		t.line(indent + t.paint(code, l))
	}
}

func (t *text) facts(facts []sim.Fact) {
	names := 0
	for _, f := range facts {
		names = max(names, utf8.RuneCountInString(f.Name))
	}
	for _, f := range facts {
		for i, l := range wrap(sim.Plain(f.Value), t.o.Width-4-names-2) {
			name := f.Name
			if i > 0 {
				name = ""
			}
			t.line("    " + t.paint(dim, pad(name, names)) + "  " + l)
		}
	}
}

func pad(s string, n int) string {
	return s + strings.Repeat(" ", max(0, n-utf8.RuneCountInString(s)))
}

// wrap breaks a text at spaces into lines of at most n characters; a longer word has a line of its own, and the text's own lines stay.
func wrap(s string, n int) (lines []string) {
	if s == "" {
		return nil
	}
	for line := range strings.Lines(s) {
		lines = append(lines, wrapLine(strings.TrimSuffix(line, "\n"), max(n, 20))...)
	}
	return lines
}

func wrapLine(s string, n int) (lines []string) {
	line := ""
	for _, word := range strings.Split(s, " ") {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= n:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	return append(lines, line)
}

// Line is a verdict in one line, for a table of many runs.
func Line(h sim.History, v sim.Verdict) string {
	var others []string
	for _, c := range v.Checks {
		if c.Outcome != sim.Pass {
			others = append(others, c.Name)
		}
	}
	name := "run"
	if run := h.Run(); run != nil {
		name = fmt.Sprintf("%s on %s", scenarioName(run), run.Director)
	}
	line := fmt.Sprintf("%s %s: %s, %d of %d checks passed", marks[v.Outcome], name, v.Outcome, len(v.Checks)-len(others), len(v.Checks))
	if len(others) > 0 {
		line += ", not: " + strings.Join(others, "; ")
	}
	return line
}
