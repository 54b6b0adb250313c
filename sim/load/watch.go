package load

import (
	"context"
	"fmt"
	"io"
	"time"
)

// The colours of a watch line, as terminals take them (ECMA-48 SGR).
const (
	red, green, yellow, plain = "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[0m"
)

// Watcher prints one line for each request: when, who answered, status, latency. A person who stops a node sees the
// traffic move.
type Watcher struct {
	URL      string // http://HOST[:PORT]
	Path     string
	Interval time.Duration
	Timeout  time.Duration
	Colour   bool
	// Lines ends the watch after so many lines; 0 never does.
	Lines int
}

// Run asks until ctx ends, a connection a request.
func (w Watcher) Run(ctx context.Context, out io.Writer) error {
	cl, err := newClient(w.URL, false)
	if err != nil {
		return fmt.Errorf("watch: %w", err)
	}
	due := time.Now()
	for n := 1; sleepUntil(ctx, due); n++ {
		e := request(cl, int64(n), w.Path, due, w.Timeout)
		who, colour := e.Request.Server, green
		switch {
		case e.Request.Error != "":
			who, colour = e.Request.Error, red
		case !e.Request.OK():
			colour = red
		case e.Request.Latency > time.Second:
			colour = yellow
		}
		if who == "" {
			who = "-" // the director itself answered
		}
		line := fmt.Sprintf("%s  %-11s %3d  %6.1f ms", due.Local().Format(time.TimeOnly), who, e.Request.Status,
			float64(e.Request.Latency.Microseconds())/1000)
		if w.Colour {
			line = colour + line + plain
		}
		if _, err := fmt.Fprintln(out, line); err != nil {
			return fmt.Errorf("watch: %w", err)
		}
		if n == w.Lines {
			return nil
		}
		due = later(due.Add(w.Interval), time.Now())
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
