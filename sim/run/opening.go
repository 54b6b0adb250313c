package run

import "strings"

// maxOutput bounds what is kept of an action's output, of each stream, in bytes: it is one line of the history, which in JSON may be
// six times as long.
const maxOutput = 256 << 10

// opening is a writer that keeps the beginning of what it is given: a command may print for as long as a run lasts.
type opening struct {
	kept []byte
	cut  bool
}

// Write takes everything.
func (o *opening) Write(p []byte) (int, error) {
	room := min(maxOutput-len(o.kept), len(p))
	o.kept = append(o.kept, p[:room]...)
	o.cut = o.cut || room < len(p)
	return len(p), nil
}

// text is what was kept as JSON keeps it, so that a history is judged again by the same.
func (o *opening) text() string { return strings.ToValidUTF8(string(o.kept), "\ufffd") }
