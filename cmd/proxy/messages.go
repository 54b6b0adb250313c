package main

import (
	"fmt"
	"io"
	"os"
	"sync"

	"simulacro/proxy"
	"simulacro/proxy/config"
)

// messages prints what HAProxy prints on standard error: "[ALERT]    (pid) : text".
type messages struct {
	w        io.Writer
	mu       sync.Mutex
	silent   bool // -q without -V, and a worker that starts: its master has said it all
	preamble bool // version and path are still to be said, before the first alert or warning
}

func (m *messages) say(s config.Severity, format string, args ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.silent {
		return
	}
	if m.preamble && s != config.Notice {
		m.preamble = false
		m.line(config.Notice, "haproxy version is "+proxy.Version)
		if path, err := os.Executable(); err == nil {
			m.line(config.Notice, "path to executable is "+path)
		}
	}
	m.line(s, fmt.Sprintf(format, args...))
}

// line is one write, so that lines of several processes do not mix.
func (m *messages) line(s config.Severity, text string) {
	fmt.Fprintf(m.w, "%-10s (%d) : %s\n", "["+s.String()+"]", os.Getpid(), text)
}

func (m *messages) alert(format string, args ...any)  { m.say(config.Alert, format, args...) }
func (m *messages) warn(format string, args ...any)   { m.say(config.Warning, format, args...) }
func (m *messages) notice(format string, args ...any) { m.say(config.Notice, format, args...) }

// report prints what the parser has to say.
func (m *messages) report(r *config.Report) {
	for _, x := range r.Messages {
		m.say(x.Severity, "config : %s", x.Text)
	}
}

// said is an error in HAProxy's own words, whose capitals and full stops are to be kept.
type said string

func (s said) Error() string { return string(s) }

func sayf(format string, args ...any) error { return said(fmt.Sprintf(format, args...)) }
