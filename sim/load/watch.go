package load

import (
	"context"
	"fmt"
	"io"
	"time"

	"simulacro/sim"
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

// Run asks until ctx ends, a connection a request. Requests leave at their time whether or not earlier ones were answered, so
// that a node that hangs does not hide the others; a line is printed when its request ends. What is under way when ctx ends is
// left to its timeout, unprinted.
func (w Watcher) Run(ctx context.Context, out io.Writer) error {
	cl, err := newClient(w.URL, false)
	if err != nil {
		return fmt.Errorf("watch: %w", err)
	}
	ended := make(chan sim.Event, w.Timeout/max(w.Interval, 1)+2) // room for all that can be under way: none waits for the printing
	tick := time.NewTicker(w.Interval)
	defer tick.Stop()
	ask := func(n int) {
		go func() {
			e, _ := request(cl, int64(n), w.Path, time.Now(), w.Timeout)
			ended <- e
		}()
	}
	ask(1)
	for asked, printed := 1, 0; w.Lines == 0 || printed < w.Lines; {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if w.Lines == 0 || asked < w.Lines {
				asked++
				ask(asked)
			}
		case e := <-ended:
			printed++
			if _, err := fmt.Fprintln(out, w.line(e)); err != nil {
				return fmt.Errorf("watch: %w", err)
			}
		}
	}
	return nil
}

// line tells one request: when it was sent, who answered, status, latency.
func (w Watcher) line(e sim.Event) string {
	r := e.Request
	who, colour := sim.Plain(r.Server), green
	switch {
	case r.Error != "":
		who, colour = r.Error, red
	case !r.OK():
		colour = red
	case r.Latency > time.Second:
		colour = yellow
	}
	if who == "" {
		who = "-" // the director itself answered
	}
	line := fmt.Sprintf("%s  %-11s %3d  %7.1f ms", e.At.Local().Format(time.TimeOnly), who, r.Status,
		float64(r.Latency.Microseconds())/1000)
	if w.Colour {
		line = colour + line + plain
	}
	return line
}
