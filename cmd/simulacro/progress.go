package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"simulacro/sim/docker"
)

// progress shows the steps of a longer work: on a terminal a line that changes while its phase lasts, else a line for each
// phase that ended.
type progress struct {
	w    io.Writer
	live bool
}

func (a *app) progress() *progress {
	if a.quiet {
		return &progress{w: io.Discard}
	}
	f, ok := a.stderr.(*os.File)
	return &progress{w: a.stderr, live: ok && term.IsTerminal(int(f.Fd()))}
}

const clearLine = "\r\x1b[K"

// step is a docker.Progress.
func (p *progress) step(s docker.Step) {
	line := fmt.Sprintf("%-9s %6.2f s  %s", s.Phase, s.Took.Seconds(), s.Text)
	switch {
	case s.Total > 0 && !s.Done:
		line = fmt.Sprintf("%-9s %6.2f s  %d/%d %s", s.Phase, s.Took.Seconds(), s.Count, s.Total, s.Text)
	case s.Took == 0:
		line = fmt.Sprintf("%-9s           %s", s.Phase, s.Text)
	}
	switch {
	case p.live && s.Done:
		fmt.Fprintf(p.w, "%s%s\n", clearLine, line)
	case p.live:
		fmt.Fprint(p.w, clearLine, line)
	case s.Done || s.Took == 0:
		fmt.Fprintln(p.w, line)
	}
}

// clear takes away a line that was not completed, so that an error stands by itself.
func (p *progress) clear() {
	if p.live {
		fmt.Fprint(p.w, clearLine)
	}
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
