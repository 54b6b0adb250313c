package run

import (
	"bytes"
	"encoding/json"

	"simulacro/sim"
)

// feed is a writer that takes NDJSON, as the programs in the nodes print it, and hands each event on. What is not an
// event (a program's complaint) goes to other.
type feed struct {
	emit    func(sim.Event)
	other   func(line string)
	partial []byte
}

// Write never fails: a line that cannot be read must not end the stream of the others.
func (f *feed) Write(p []byte) (int, error) {
	f.partial = append(f.partial, p...)
	for {
		line, rest, whole := bytes.Cut(f.partial, []byte("\n"))
		if !whole {
			// Move the rest to the front, so that the buffer does not grow with the stream.
			f.partial = append(f.partial[:0:0], f.partial...)
			return len(p), nil
		}
		f.line(line)
		f.partial = rest
	}
}

func (f *feed) line(line []byte) {
	var e sim.Event
	if err := json.Unmarshal(line, &e); err == nil && e.Kind != "" {
		f.emit(e)
	} else if f.other != nil {
		f.other(string(line))
	}
}
