package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"simulacro/sim"
	"simulacro/sim/run"
)

// What the board has room for.
const (
	barWidth     = 20
	boardServers = 8 // more are counted together
	nameWidth    = 10
)

// rows is the board: how far the run is, who answers, and the faults.
func (l *liveRun) rows(s run.Live, width int) (rows []string) {
	add := func(text, code string) {
		text = strings.TrimRight(text, " ")
		if width > 0 {
			text = fit(text, width)
		}
		rows = append(rows, l.paint(code, text))
	}
	add(headline(s), "1")
	var most int64 = 1
	for _, n := range s.Counts {
		most = max(most, n)
	}
	rest := map[string]int64{}
	for k, v := range s.Counts {
		rest[k] = v
	}
	for i, server := range s.Servers {
		n := rest[server.Name]
		delete(rest, server.Name)
		if i >= boardServers && simply(server) {
			continue
		}
		add(fmt.Sprintf("  %-*s %-9s %5d/s %s", nameWidth, server.Name, orDash(server.Status), n, blocks(n, most)), stateColour(server.Status))
	}
	if hidden := len(s.Servers) - boardServers; hidden > 0 {
		add(fmt.Sprintf("  … and %d more, UP", countSimply(s.Servers[boardServers:])), "2")
	}
	for _, who := range sortedKeys(rest) {
		add(fmt.Sprintf("  %-*s %-9s %5d/s %s", nameWidth, who, "", rest[who], blocks(rest[who], most)), "31")
	}
	for _, f := range l.faults {
		if text := f.text(l.zero.Add(s.Since)); text != "" {
			add("  "+text, "33")
		}
	}
	return rows
}

// headline is a bar, the time, the rate, and what failed.
func headline(s run.Live) string {
	text := fmt.Sprintf("%s %.0f s", bar(s.Since, s.Length), s.Since.Seconds())
	if s.Length > 0 {
		text += fmt.Sprintf(" of %.0f s or more", s.Length.Seconds())
	}
	if s.Target > 0 {
		var now int64
		for _, n := range s.Counts {
			now += n
		}
		text += fmt.Sprintf("  %d answers/s of %.4g", now, s.Target)
	}
	if s.Failed > 0 {
		text += fmt.Sprintf("  %d failed", s.Failed)
	}
	return text
}

// bar shows how much of the time has gone; what is longer than planned leaves it full.
func bar(since, length time.Duration) string {
	if length <= 0 {
		return strings.Repeat("░", barWidth)
	}
	n := int(min(max(float64(since)/float64(length), 0), 1) * barWidth)
	return strings.Repeat("█", n) + strings.Repeat("░", barWidth-n)
}

// blocks draws a number as a bar, relative to the largest.
func blocks(n, most int64) string {
	const eighths = "▏▎▍▌▋▊▉█"
	total := n * barWidth * 8 / most
	text := strings.Repeat("█", int(total/8))
	if part := total % 8; part > 0 {
		text += string([]rune(eighths)[part-1])
	}
	return text
}

// simply tells whether a server is UP and nothing more.
func simply(s run.ServerNow) bool { return s.Status == "UP" || s.Status == "no check" }

func countSimply(list []run.ServerNow) (n int) {
	for _, s := range list {
		if simply(s) {
			n++
		}
	}
	return n
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// stateColour is green for UP, yellow for what is about to change, red for DOWN.
func stateColour(status string) string {
	word, more, _ := strings.Cut(status, " ")
	switch {
	case status == "UP" || status == "no check":
		return "32"
	case word == "DOWN" && more == "":
		return "31"
	}
	return "33"
}

// text is a fault that is not over, in words.
func (f *liveFault) text(now time.Time) string {
	what := map[string]string{
		sim.StepPlanned: "planned", sim.StepInjected: "injected, its effect is looked for", sim.StepEffect: "in effect",
		sim.StepRecover: "being mended", sim.StepFailed: "failed",
	}[f.step]
	if what == "" {
		return ""
	}
	name := f.name
	if f.kind != f.name {
		name += " (" + f.kind + ")"
	}
	return fmt.Sprintf("%s on %s: %s for %.0f s", name, strings.Join(f.targets, ", "), what, max(0, now.Sub(f.at).Seconds()))
}

// paint colours a text on a terminal.
func (l *liveRun) paint(code, text string) string {
	if !l.colour || code == "" || utf8.RuneCountInString(text) == 0 {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func sortedKeys(m map[string]int64) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
