package judge

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"simulacro/sim"
)

// output holds what an action printed, and its exit code, against what it must be.
func (r *record) output(o *sim.OutputMatch) finding {
	bound := r.matchBound(o.TextMatch)
	if o.Exit != nil {
		bound = strings.TrimSuffix(fmt.Sprintf("exit %d, %s", *o.Exit, bound), ", ")
	}
	done := r.actions[o.Action]
	if done == nil {
		return cannotTell(bound, "the action %s was not done", o.Action)
	}
	text := done.Output.Stdout + "\n" + done.Output.Stderr
	broken := r.mismatches(o.TextMatch, []string{text}, "its output")
	if o.Exit != nil && done.Output.Code != *o.Exit {
		broken = append([]string{fmt.Sprintf("it ended with %d", done.Output.Code)}, broken...)
	}
	if done.Cut && len(o.Contains)+len(o.Lacks)+len(o.Matches) > 0 {
		return cannotTell(bound, "it printed more than the history holds (%d bytes)", len(text))
	}
	if len(broken) > 0 {
		broken = append(broken, firstLine(text))
	}
	return unbroken(broken, fmt.Sprintf("exit %d, %s", done.Output.Code, lineCount(countLines(text))), bound, firstLine(text))
}

func lineCount(n int) string {
	if n == 1 {
		return "1 line"
	}
	return fmt.Sprintf("%d lines", n)
}

func countLines(text string) int {
	n := 0
	for _, l := range strings.Split(text, "\n") {
		if strings.TrimSpace(l) != "" {
			n++
		}
	}
	return n
}

// log holds a node's log lines in the window against what they must say.
func (r *record) log(l *sim.LogMatch, w window) finding {
	var lines []string
	for _, e := range r.logs {
		if e.Node == l.Node && w.has(e.At) {
			lines = append(lines, e.Text)
		}
	}
	bound := r.matchBound(l.TextMatch)
	if len(lines) == 0 && len(l.Contains)+len(l.Matches) == 0 && !slices.ContainsFunc(r.logs, func(e sim.Event) bool { return e.Node == l.Node }) {
		return cannotTell(bound, "the history has no log of %s", l.Node)
	}
	broken := r.mismatches(l.TextMatch, lines, "the log of "+l.Node)
	return unbroken(broken, lineCount(len(lines)), bound, fmt.Sprintf("the log of %s from %s to %s", l.Node, clock(w.from), clock(w.to)))
}

// mismatches says what of a match is not so. The strings are written with the practical's addresses.
func (r *record) mismatches(m sim.TextMatch, texts []string, where string) (broken []string) {
	inSome := func(want string) bool {
		return slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(t, r.plan.Rewrite(want)) })
	}
	for _, want := range m.Contains {
		if !inSome(want) {
			broken = append(broken, fmt.Sprintf("%s does not contain %q", where, r.plan.Rewrite(want)))
		}
	}
	for _, bad := range m.Lacks {
		if inSome(bad) {
			broken = append(broken, fmt.Sprintf("%s contains %q", where, r.plan.Rewrite(bad)))
		}
	}
	for _, want := range m.Matches {
		re, err := regexp.Compile(r.plan.Rewrite(want))
		if err != nil || !slices.ContainsFunc(texts, re.MatchString) {
			broken = append(broken, fmt.Sprintf("%s does not match %q", where, want))
		}
	}
	return broken
}

func (r *record) matchBound(m sim.TextMatch) string {
	var parts []string
	for _, p := range []struct {
		word string
		list []string
	}{{"contains", m.Contains}, {"lacks", m.Lacks}, {"matches", m.Matches}} {
		for _, s := range p.list {
			parts = append(parts, fmt.Sprintf("%s %q", p.word, r.plan.Rewrite(s)))
		}
	}
	return strings.Join(parts, ", ")
}
