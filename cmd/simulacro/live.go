package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"simulacro/sim"
	"simulacro/sim/narrate"
	"simulacro/sim/run"
)

// liveRun shows a run while it goes: what happens as lines, and below them, on a terminal, how things are now. Safe for
// concurrent use.
type liveRun struct {
	*progress
	colour   bool
	narrator *narrate.Narrator // nil where nothing is explained

	mu     sync.Mutex
	zero   time.Time // when the judged load began
	faults []*liveFault
	board  []string // the rows that stand below the lines
}

// liveFault is a fault as far as it has come.
type liveFault struct {
	name, kind string
	targets    []string
	step       string
	at         time.Time
}

func (a *app) live(explain bool) *liveRun {
	l := &liveRun{progress: a.progress()}
	l.colour = l.progress.live && a.getenv("NO_COLOR") == ""
	if explain {
		l.narrator = narrate.New(a.language())
	}
	return l
}

// event prints what a person wants to see as it happens, each on a line of its own.
func (l *liveRun) event(e sim.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.Kind == sim.KindPhase && e.Text == "load" {
		l.zero = e.At
	}
	if e.Fault != nil {
		l.note(e)
	}
	if text := sim.Plain(happened(e)); text != "" {
		l.print(l.clockOf(e.At) + "  " + fold(text, clockColumns, l.width()))
	}
}

// happened is an event in words, "" for one that is not worth a line.
func happened(e sim.Event) string {
	switch {
	case e.Kind == sim.KindPhase:
		return e.Text
	case e.Fault != nil:
		text := fmt.Sprintf("%s: %s on %s: %s", e.Fault.ID, e.Fault.Kind, e.Fault.Target, e.Fault.Step)
		if e.Fault.Evidence != "" {
			text += ": " + e.Fault.Evidence
		}
		return text
	case e.Action != nil:
		return fmt.Sprintf("%s# %s  (code %d)", e.Node, e.Action.Command, e.Action.Output.Code)
	case e.Kind == sim.KindLog && strings.Contains(e.Text, "Server ") && strings.Contains(e.Text, " is "):
		_, text, _ := strings.Cut(e.Text, "Server ")
		return text
	case e.Kind == sim.KindSay:
		return "» " + e.Text
	}
	return ""
}

// hear explains an event where that is wanted.
func (l *liveRun) hear(e sim.Event) {
	if l.narrator == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.narrator.Hear(e) {
		mark, code := "» ", "1"
		if s.Look {
			mark, code = "? ", "36"
		}
		for i, row := range strings.Split(fold(sim.Plain(s.Text), clockColumns+2, l.columns()), "\n") {
			if i == 0 {
				row = strings.Repeat(" ", clockColumns) + mark + l.paint(code, row)
			} else {
				row = strings.Repeat(" ", clockColumns+2) + l.paint(code, strings.TrimLeft(row, " "))
			}
			l.print(row)
		}
	}
}

// columns is the width for what is explained: of a terminal, or such that lines stay easy to read.
func (l *liveRun) columns() int {
	if w := l.width(); w > 0 {
		return min(w, textWidth)
	}
	return textWidth
}

// print writes a line above the board.
func (l *liveRun) print(line string) {
	l.wipe()
	fmt.Fprintln(l.w, line)
	l.draw(l.board)
}

const clockColumns = 10 // of a clock and the space behind it

// clockOf is the time since the judged load began, nothing before it.
func (l *liveRun) clockOf(at time.Time) string {
	if l.zero.IsZero() {
		return fmt.Sprintf("%8s", "")
	}
	return fmt.Sprintf("%6.1f s", at.Sub(l.zero).Seconds())
}

// note keeps how far a fault is.
func (l *liveRun) note(e sim.Event) {
	i := slices.IndexFunc(l.faults, func(f *liveFault) bool { return f.name == e.Fault.ID })
	if i < 0 {
		i, l.faults = len(l.faults), append(l.faults, &liveFault{name: e.Fault.ID, kind: e.Fault.Kind})
	}
	f := l.faults[i]
	if !slices.Contains(f.targets, e.Fault.Target) {
		f.targets = append(f.targets, e.Fault.Target)
	}
	f.step, f.at = e.Fault.Step, e.At
}

// second shows how things are; only a terminal has room for that.
func (l *liveRun) second(s run.Live) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.progress.live {
		return
	}
	l.wipe()
	l.draw(l.rows(s, l.width()))
}

// draw puts the board below the lines; the cursor stays on its last row.
func (l *liveRun) draw(rows []string) {
	l.board = rows
	if l.progress.live {
		fmt.Fprint(l.w, strings.Join(rows, "\n"))
	}
}

// wipe takes the board away.
func (l *liveRun) wipe() {
	if !l.progress.live {
		return
	}
	if n := len(l.board); n > 1 {
		fmt.Fprintf(l.w, "\x1b[%dA", n-1)
	}
	fmt.Fprint(l.w, "\r\x1b[J")
}

// close takes the board away for good.
func (l *liveRun) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wipe()
	l.board = nil
}

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
