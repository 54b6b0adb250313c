package sim

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
)

// History is all that a run left behind, in the order in which it was written.
type History []Event

// Recorder writes events as NDJSON and keeps them. Safe for use by several goroutines; the zero value keeps without writing.
type Recorder struct {
	mu     sync.Mutex
	w      io.Writer
	events History
	err    error
}

// NewRecorder writes each event to w as one line.
func NewRecorder(w io.Writer) *Recorder { return &Recorder{w: w} }

// Record adds an event. A write error is kept and told by Err.
func (r *Recorder) Record(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
	if r.w == nil || r.err != nil {
		return
	}
	line, err := json.Marshal(e)
	if err == nil {
		_, err = r.w.Write(append(line, '\n'))
	}
	r.err = err
}

// History is a copy of what has been recorded so far.
func (r *Recorder) History() History {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append(History(nil), r.events...)
}

// Err is the first error in writing the history, nil if it is complete on disk.
func (r *Recorder) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

const maxLine = 4 << 20 // a run event carries the scenario and haproxy.cfg

// ReadHistory reads NDJSON as a Recorder wrote it. name is for errors, which say name:line.
func ReadHistory(name string, r io.Reader) (History, error) {
	var h History
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 64<<10), maxLine)
	line := 1
	for ; s.Scan(); line++ {
		if len(s.Bytes()) == 0 {
			continue
		}
		var e Event
		if err := json.Unmarshal(s.Bytes(), &e); err != nil {
			return h, fmt.Errorf("%s:%d: no event%s: %w", name, line, brokenOff(err), err)
		}
		if err := e.check(); err != nil {
			return h, fmt.Errorf("%s:%d: %w", name, line, err)
		}
		h = append(h, e)
	}
	switch err := s.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return h, fmt.Errorf("%s:%d: a line of more than %d MB: no event is so long", name, line, maxLine>>20)
	case err != nil:
		return h, fmt.Errorf("%s:%d: %w", name, line, err)
	}
	return h, nil
}

// brokenOff says what usually ends a line too early.
func brokenOff(err error) string {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) && strings.HasPrefix(syntax.Error(), "unexpected end") {
		return " (the line breaks off: the run was killed while it wrote it, or the file was cut)"
	}
	return ""
}

// check says what an event lacks that those who read a history rely on.
func (e Event) check() error {
	has, known := map[Kind]bool{
		KindRun: e.Run != nil, KindRequest: e.Request != nil, KindStats: e.Stats != nil, KindFault: e.Fault != nil, KindAction: e.Action != nil,
		KindPage: e.Page != nil, KindLoad: e.Load != nil || e.Text != "",
		KindPhase: true, KindLog: true, KindContainer: true, KindFile: true, KindSay: true,
	}[e.Kind]
	switch {
	case e.Kind == "":
		return errors.New("no event: it has no kind")
	case !known:
		return fmt.Errorf("an event of the kind %q, which this version does not know", e.Kind)
	case !has:
		return fmt.Errorf("an event of the kind %q without what it tells", e.Kind)
	case e.At.IsZero():
		return fmt.Errorf("an event of the kind %q without its time", e.Kind)
	case e.Run != nil:
		if err := e.Run.Plan.Validate(); err != nil {
			return fmt.Errorf("the run's addresses: %w", err)
		}
	}
	return nil
}

// Run is the history's opening event, nil if it has none.
func (h History) Run() *RunInfo {
	for i := range h {
		if h[i].Run != nil {
			return h[i].Run
		}
	}
	return nil
}
