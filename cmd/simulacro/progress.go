package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

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

// width is the columns of the terminal, 0 where there is none or it cannot be told.
func (p *progress) width() int {
	if f, ok := p.w.(*os.File); ok && p.live {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil {
			return columns
		}
	}
	return 0
}

// fit cuts a line that changes to the terminal's width: of one that went on in the next row, only that row could be cleared.
func fit(line string, width int) string {
	if width < 2 || utf8.RuneCountInString(line) < width {
		return line
	}
	return string([]rune(line)[:width-2]) + "…"
}

// fold breaks a text between words so that it fits the width, 0 for any, where its rows stand behind indent columns.
func fold(text string, indent, width int) string {
	var b strings.Builder
	at := indent
	for i, word := range strings.Split(text, " ") {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case width > 0 && at+1+n > width:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			at = indent
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += n
	}
	return b.String()
}

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
		fmt.Fprint(p.w, clearLine, fit(line, p.width()))
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
