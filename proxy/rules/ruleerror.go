package rules

import "strings"

// trailing refuses a word behind the arguments.
func (p *ruleParser) trailing() error {
	return &LineError{Tight: true, Word: p.words[0], Text: sayf("'%s %s' expects either 'if' or 'unless' followed by a condition but found '%s'", p.list.Name(), p.word, p.words[0]).Error()}
}

// CondError says that a rule's condition is wrong, which HAProxy words in its own way.
type CondError struct{ err error }

func (e *CondError) Error() string { return e.err.Error() }

// Unwrap gives the condition's error.
func (e *CondError) Unwrap() error { return e.err }

// UnsupportedError names what HAProxy has and this director has not.
type UnsupportedError string

func (e UnsupportedError) Error() string {
	return "'" + string(e) + "' is not supported by this director"
}

// foreign are actions that HAProxy 2.6 has and this director does not.
var foreign = []string{
	"add-acl", "del-acl", "add-map", "set-map", "del-map", "cache-use", "cache-store", "do-resolve", "lua", "sc-inc-gpc", "sc-inc-gpc0", "sc-inc-gpc1",
	"sc-set-gpt", "sc-set-gpt0", "send-spoe-group", "set-bandwidth-limit", "track-sc0", "track-sc1",
	"track-sc2", "track-sc", "ot-group", "expect-netscaler-cip", "switch-mode",
}

// LineError is one whose message does not name the rule.
type LineError struct {
	Word  string // where a condition was expected: what stands there
	Text  string
	Tight bool     // no space stands before the colon
	Bare  bool     // no full stop ends it
	Names []string // what the word may have been meant for; (*) behind one says that it is a name's beginning
}

func (e *LineError) Error() string { return e.Text }

func (p *ruleParser) unknown() error {
	if p.word == "capture" && p.list&(Connection|SessionList) != 0 {
		w, _ := p.take()
		return sayf("'capture %s' is not allowed in '%s' rules in %s '%s'", w, p.list.Name(), p.env.Kind, p.env.Section)
	}
	if contains(foreign, p.name) || strings.HasPrefix(p.name, "lua.") {
		return UnsupportedError(p.list.Name() + " " + p.name)
	}
	names := known[p.list]
	if p.list == SessionList {
		names = known[Connection]
	}
	e := &LineError{Tight: p.list&http != 0}
	for _, s := range strings.Split(names, ", ") {
		e.Names = append(e.Names, strings.Trim(s, "'"))
	}
	missing := ""
	if p.name == "" {
		missing = " (missing argument)"
	}
	if e.Text = sayf("'%s' expects %s, but got '%s'%s", p.list.Name(), names, p.word, missing).Error(); !e.Tight {
		e.Text = sayf("'%s' expects %s in %s '%s' (got '%s')", p.list.Name(), names, p.env.Kind, p.env.Section, p.word).Error()
	}
	return e
}
