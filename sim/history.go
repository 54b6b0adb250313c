package sim

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
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
	for line := 1; s.Scan(); line++ {
		if len(s.Bytes()) == 0 {
			continue
		}
		var e Event
		if err := json.Unmarshal(s.Bytes(), &e); err != nil {
			return h, fmt.Errorf("%s:%d: %w", name, line, err)
		}
		h = append(h, e)
	}
	if err := s.Err(); err != nil {
		return h, fmt.Errorf("%s: %w", name, err)
	}
	return h, nil
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
