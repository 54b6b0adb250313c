package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"

	"simulacro/proxy"
	"simulacro/proxy/config"
)

// messages prints what HAProxy prints on standard error: "[ALERT]    (pid) : text".
type messages struct {
	w        io.Writer
	mu       sync.Mutex
	silent   bool // a process that another one has started: that one has said it all
	quiet    bool // -q, or behind a line `quiet`, without -V: messages of the start are neither printed nor kept
	preamble bool // version and path are still to be said, before the first alert or warning
	started  bool // what is said from now on is no message of the start
	startup  bytes.Buffer
}

// startupLogs gives the messages of the start, those that were not printed among them.
func (m *messages) startupLogs() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.startup.String()
}

func (m *messages) say(s config.Severity, format string, args ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.quiet || m.silent && m.started {
		return
	}
	if m.preamble && s != config.Notice && (!m.silent || m.startup.Len() == 0) {
		m.preamble = m.silent // where nothing was printed it is still to be said
		m.line(config.Notice, "haproxy version is "+proxy.Version)
		m.line(config.Notice, "path to executable is "+startedAs)
	}
	m.line(s, fmt.Sprintf(format, args...))
}

// startedAs is the path by which the program was started, a link or a relative one included; found before any change of
// directory or root.
var startedAs = func() string {
	path, err := exec.LookPath(os.Args[0])
	if err == nil || errors.Is(err, exec.ErrDot) {
		self, e1 := os.Stat("/proc/self/exe")
		that, e2 := os.Stat(path)
		if e1 == nil && e2 == nil && os.SameFile(self, that) {
			return path
		}
	}
	path, _ = os.Executable() // "" without procfs: there is nothing better to say
	return path
}()

// line is one write, so that lines of several processes do not mix.
func (m *messages) line(s config.Severity, text string) {
	line := fmt.Sprintf("%-10s (%d) : %s\n", "["+s.String()+"]", os.Getpid(), text)
	if !m.silent {
		_, _ = io.WriteString(m.w, line) // where else could this be told?
	}
	if !m.started {
		m.startup.WriteString(line)
	}
}

func (m *messages) alert(format string, args ...any)  { m.say(config.Alert, format, args...) }
func (m *messages) warn(format string, args ...any)   { m.say(config.Warning, format, args...) }
func (m *messages) notice(format string, args ...any) { m.say(config.Notice, format, args...) }

// report prints what the parser has to say, up to a line `quiet` unless the command line wants it all.
func (m *messages) report(r *config.Report, verbose bool) {
	for _, x := range r.Messages {
		m.quiet = m.quiet || x.Quiet && !verbose
		m.say(x.Severity, "config : %s", x.Text)
	}
	m.quiet = m.quiet || r.Quiet && !verbose
}

// said is an error in HAProxy's own words, whose capitals and full stops are to be kept.
type said string

func (s said) Error() string { return string(s) }

func sayf(format string, args ...any) error { return said(fmt.Sprintf(format, args...)) }
