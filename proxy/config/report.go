package config

import (
	"fmt"
	"strings"
)

// Severity is how grave a message is.
type Severity int

// The severities, as HAProxy prints them between brackets.
const (
	Notice Severity = iota
	Warning
	Alert
)

// String gives the word between HAProxy's brackets.
func (s Severity) String() string {
	return [...]string{"NOTICE", "WARNING", "ALERT"}[s]
}

// Message is one remark on the configuration. Text is what HAProxy prints after "config : ", some of them with a line end
// of their own.
type Message struct {
	Severity Severity
	Text     string
	Quiet    bool // it stands behind a line `quiet`
}

// Report is all that Parse has to say of the files, in the order of HAProxy's output.
type Report struct {
	Messages []Message
	Warned   bool // a warning was given: `-c` says so, `-dW` and zero-warning refuse to start
	Fatal    bool // the configuration cannot be used
	NoListen bool // valid, but nothing listens: HAProxy leaves with status 2
	Quiet    bool // quiet: what comes from here on is printed only with -V
}

func (r *Report) add(s Severity, text string) {
	r.Messages = append(r.Messages, Message{s, text, r.Quiet})
	if s == Warning {
		r.Warned = true
	}
}

// String gives the messages as lines, as `haproxy -c` prints them but for the process's number.
func (r *Report) String() string {
	var b strings.Builder
	for _, m := range r.Messages {
		if m.Quiet {
			break
		}
		fmt.Fprintf(&b, "%-10s : config : %s\n", "["+m.Severity.String()+"]", m.Text)
	}
	return b.String()
}

// alert records an error that makes the configuration unusable; parsing goes on.
func (p *parser) alert(format string, args ...any) {
	p.remark(format, args...)
	p.rep.Fatal, p.lineFatal, p.fileFatal = true, true, true
}

// remark records an alert that HAProxy gives without refusing the file ("already specified. Continuing.").
func (p *parser) remark(format string, args ...any) {
	p.rep.add(Alert, cString(fmt.Sprintf(format, args...)))
}

func (p *parser) warn(format string, args ...any) {
	p.rep.add(Warning, cString(fmt.Sprintf(format, args...)))
}

// at is the line's position and a text, in HAProxy's commoner form, with a space before the colon; atTight is the form without.
func (p *parser) at(format string, args ...any) string {
	return fmt.Sprintf("parsing [%s:%d] : %s", p.pos.File, p.pos.Line, fmt.Sprintf(format, args...))
}

func (p *parser) atTight(format string, args ...any) string {
	return fmt.Sprintf("parsing [%s:%d]: %s", p.pos.File, p.pos.Line, fmt.Sprintf(format, args...))
}

func (p *parser) bad(format string, args ...any)       { p.alert("%s", p.at(format, args...)) }
func (p *parser) badTight(format string, args ...any)  { p.alert("%s", p.atTight(format, args...)) }
func (p *parser) warnAt(format string, args ...any)    { p.warn("%s", p.at(format, args...)) }
func (p *parser) warnTight(format string, args ...any) { p.warn("%s", p.atTight(format, args...)) }
func (p *parser) remarkAt(format string, args ...any)  { p.remark("%s", p.at(format, args...)) }

// stopAt and stopTight tell of an error after which HAProxy reads no further.
func (p *parser) stopAt(format string, args ...any) {
	p.bad(format, args...)
	p.abort = true
}

func (p *parser) stopTight(format string, args ...any) {
	p.badTight(format, args...)
	p.abort = true
}

// already records that a keyword was given before; the first one stays.
func (p *parser) already(w words) { p.remarkAt("'%s' already specified. Continuing.", w.at(0)) }

// unsupported refuses a word that HAProxy knows and this director does not.
func (p *parser) unsupported(what string) {
	p.bad("'%s' is not supported by this director", what)
}

// tooMany refuses a line with more than max arguments after its first 1+index words.
func (p *parser) tooMany(w words, max, index int) bool {
	extra := w.at(index + max + 1)
	if extra == "" {
		return false
	}
	p.bad("'%s' cannot handle unexpected argument '%s'.", strings.Join(w[:index+1], " "), extra)
	return true
}

// cString cuts at a NUL, where C's strings end: HAProxy prints the character that it did not expect, and at the end of a
// word that is a NUL.
func cString(s string) string {
	if i := strings.IndexByte(s, 0); i >= 0 {
		return s[:i]
	}
	return s
}

// said is an error in HAProxy's own words, whose capitals and full stops are to be kept.
type said string

func (s said) Error() string { return string(s) }

func sayf(format string, args ...any) error { return said(fmt.Sprintf(format, args...)) }
