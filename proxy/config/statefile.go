package config

import (
	"errors"
	"strings"
	"syscall"
)

// A file of states has the version of its format on the first line, and a server on each further line that is neither empty nor
// a comment (management manual, section 9.3, "show servers state").
const (
	stateLineMax   = 1999 // bytes, with the line's end: HAProxy takes what is beyond for another line
	stateFieldsMin = 20
	stateFieldsMax = 25
)

// The fields that are not read as a server's state.
const (
	stateBackendID = iota
	stateBackend
	_
	stateServer
	stateFirst // from here on
)

// stateText is a file that is read line by line.
type stateText struct{ rest string }

// next gives a line with its end. One that is too long, or has none, comes without.
func (t *stateText) next() (line string, ok bool) {
	if t.rest == "" {
		return "", false
	}
	n := min(len(t.rest), stateLineMax)
	if i := strings.IndexByte(t.rest[:n], '\n'); i >= 0 {
		n = i + 1
	}
	line, t.rest = t.rest[:n], t.rest[n:]
	return line, true
}

// versioned tells whether the first line is the version that this director, and HAProxy, can read.
func (t *stateText) versioned() bool {
	line, _ := t.next()
	n, rest, ok := cLong(line)
	return ok && n == 1 && strings.HasPrefix(rest, "\n")
}

// stateFields splits a line. none: it is empty or a comment; otherwise no fields are a line that is wrong.
func stateFields(line string) (fields []string, none bool) {
	body, whole := strings.CutSuffix(line, "\n")
	if !whole || strings.IndexByte(body, 0) >= 0 {
		return nil, false
	}
	body = strings.TrimLeft(body, " \t")
	if body == "" || body[0] == '#' {
		return nil, true
	}
	for body != "" && len(fields) < stateFieldsMax {
		body = strings.TrimLeft(body, " \t")
		n := strings.IndexAny(body, " \t")
		if n < 0 {
			fields = append(fields, body)
			break
		}
		fields, body = append(fields, body[:n]), body[n+1:]
	}
	if len(fields) < stateFieldsMin {
		return nil, false
	}
	return fields, false
}

// stateTable are the lines of a file by backend and server. Of two for the same server the first counts.
type stateTable struct {
	lines map[[2]string][]string
	order [][2]string
}

func (t *stateTable) add(backend string, fields []string) {
	key := [2]string{backend, fields[stateServer]}
	if t.lines == nil {
		t.lines = map[[2]string][]string{}
	}
	if t.lines[key] == nil {
		t.lines[key] = fields
		t.order = append(t.order, key)
	}
}

// take gives a server's line, once.
func (t *stateTable) take(backend, server string) []string {
	key := [2]string{backend, server}
	fields := t.lines[key]
	delete(t.lines, key)
	return fields
}

// statePath is where a file of states is.
func (p *parser) statePath(name string) string {
	base := p.cfg.Global.stateBase
	if strings.HasPrefix(name, "/") || base == "" {
		return name
	}
	return strings.TrimSuffix(base, "/") + "/" + name
}

// readStates reads a file, calling each for the fields of its lines, and tells how it is called where it is wrong. fault is for
// HAProxy's words: what begins and ends them.
func (p *parser) readStates(name string, each func(fields []string)) (path string, fault stateFault) {
	path = p.statePath(name)
	text, err := p.opt.ReadFile(path)
	if err != nil && !errors.Is(err, syscall.EISDIR) { // which opens, and has no lines
		return path, stateFault{err: errnoText(err)}
	}
	t := stateText{string(text)}
	if !t.versioned() {
		return path, stateFault{unversioned: true}
	}
	for n := 1; ; n++ {
		line, ok := t.next()
		if !ok {
			return path, stateFault{}
		}
		fields, none := stateFields(line)
		switch {
		case none:
		case fields == nil:
			return path, stateFault{line: n}
		default:
			each(fields)
		}
	}
}

// stateFault is why a file of states is not used. The zero value: it is.
type stateFault struct {
	err         string // it cannot be opened
	unversioned bool
	line        int // which is wrong
}
