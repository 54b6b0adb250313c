package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

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
