package config

import (
	"fmt"
	"strconv"
	"strings"
)

// condState is where an .if stands (section 2.4, conditional blocks).
type condState int

const (
	condTake     condState = iota // this branch is read
	condDrop                      // this one is not, a later one may be
	condDone                      // a branch was taken, or the whole block is inside one that is not read
	condElse                      // after .else, read
	condElseDrop                  // after .else, not read
)

// maxNested is the number of .if that may be inside each other.
const maxNested = 16

// Version is the version of HAProxy that this director stands in for: what `version_atleast` compares with.
const Version = "2.6.12"

// condition handles .if, .elif, .else and .endif; false for any other word with a dot.
func (p *parser) condition(w words) bool {
	switch w[0] {
	case ".if":
		p.condIf(w)
	case ".elif":
		p.condElif(w)
	case ".else":
		p.condElse(w)
	case ".endif":
		if p.condAlone(w) {
			p.conds = p.conds[:len(p.conds)-1]
		}
	default:
		return false
	}
	return true
}

// masked tells whether the lines here are not read.
func (p *parser) masked() bool {
	if len(p.conds) == 0 {
		return false
	}
	switch p.conds[len(p.conds)-1] {
	case condTake, condElse:
		return false
	}
	return true
}

func (p *parser) condIf(w words) {
	if len(p.conds)+1 >= maxNested {
		p.stop("parsing [%s:%d]: too many nested '.if', max is %d.", p.pos.File, p.pos.Line, maxNested)
		return
	}
	state := condDone
	if !p.masked() {
		state = p.branch(w)
	}
	p.conds = append(p.conds, state)
}

// branch evaluates a line's condition.
func (p *parser) branch(w words) condState {
	text := strings.Join(w[1:], " ")
	ok, err := evalCondition(text, p.env)
	if err != nil {
		p.stop("parsing [%s:%d]: %s in '%s' at position %d:\n  %s %s\n  %*s", p.pos.File, p.pos.Line, err.text, w[0], err.at+1,
			w[0], text, err.at+len(w[0])+2, "^")
	}
	if ok {
		return condTake
	}
	return condDrop
}

func (p *parser) condElif(w words) {
	state, ok := p.condOpen(w[0])
	if !ok {
		return
	}
	if *state == condDrop {
		*state = p.branch(w)
	} else {
		*state = condDone
	}
}

func (p *parser) condElse(w words) {
	if !p.condAlone(w) {
		return
	}
	state, ok := p.condOpen(w[0])
	switch {
	case !ok:
	case *state == condDrop:
		*state = condElse
	default:
		*state = condElseDrop
	}
}

// condOpen gives the innermost open block for an .elif or .else.
func (p *parser) condOpen(word string) (*condState, bool) {
	if len(p.conds) == 0 {
		p.stop("parsing [%s:%d]: lone '%s' with no matching '.if'.", p.pos.File, p.pos.Line, word)
		return nil, false
	}
	state := &p.conds[len(p.conds)-1]
	if *state == condElse || *state == condElseDrop {
		p.stop("parsing [%s:%d]: '%s' after '.else' is not permitted.", p.pos.File, p.pos.Line, word)
		return nil, false
	}
	return state, true
}

// condAlone refuses arguments, and the word where no block is open.
func (p *parser) condAlone(w words) bool {
	if w.at(1) != "" {
		p.stop("parsing [%s:%d]: Unexpected argument '%s' for '%s'.", p.pos.File, p.pos.Line, w[1], w[0])
		return false
	}
	if len(p.conds) == 0 {
		p.stop("parsing [%s:%d]: lone '%s' with no matching '.if'.", p.pos.File, p.pos.Line, w[0])
		return false
	}
	return true
}

func (p *parser) closeConds() {
	if len(p.conds) > 0 && !p.abort {
		p.stop("parsing [%s:%d]: non-terminated '.if' block.", p.pos.File, p.pos.Line)
	}
}

// dotDirective handles .alert, .warning, .notice and .diag.
func (p *parser) dotDirective(w words) {
	switch w[0] {
	case ".alert", ".warning", ".notice", ".diag":
	default:
		p.badTight("unknown directive '%s'.", w[0])
		return
	}
	if w.at(2) != "" {
		p.badTight("Unexpected argument '%s' for '%s'. Use quotes if the message should contain spaces.", w[2], w[0])
		return
	}
	text := fmt.Sprintf("parsing [%s:%d]: '%s'.", p.pos.File, p.pos.Line, w.at(1))
	switch w[0] {
	case ".alert":
		p.stop("%s", text)
	case ".warning":
		p.warn("%s", text)
	case ".notice":
		p.rep.add(Notice, text)
	}
}

// EvalCondition evaluates an expression as `-cc` does: words are split first, quotes and variables as in a file.
func EvalCondition(text string, opt Options) (bool, error) {
	opt = opt.withDefaults()
	w, fault := split(text, opt.Getenv)
	if fault != nil {
		if fault.text == faultQuote {
			return false, sayf("Syntax Error in condition: Unmatched quote.")
		}
		return false, sayf("Syntax Error in condition: Truncated or invalid hexadecimal sequence.")
	}
	ok, err := evalCondition(strings.Join(w, " "), opt.Getenv)
	if err != nil {
		return false, sayf("Failed to evaluate condition: %s", err.text)
	}
	return ok, nil
}

// condFault is why a condition could not be evaluated, and where.
type condFault struct {
	text string
	at   int
}

// evaluator reads an expression: ! binds closest, then &&, then ||.
type evaluator struct {
	in  string
	pos int
	env func(string) (string, bool)
}

func evalCondition(text string, env func(string) (string, bool)) (bool, *condFault) {
	e := &evaluator{in: text, env: env}
	e.blanks()
	if e.pos == len(e.in) {
		return false, nil
	}
	ok, fault := e.or()
	if fault == nil && e.pos < len(e.in) {
		fault = &condFault{"unexpected character at the end of conditional expression", e.pos}
	}
	return ok, fault
}

func (e *evaluator) blanks() {
	for e.pos < len(e.in) && isSpace(e.in[e.pos]) {
		e.pos++
	}
}

func (e *evaluator) accept(token string) bool {
	if strings.HasPrefix(e.in[e.pos:], token) {
		e.pos += len(token)
		e.blanks()
		return true
	}
	return false
}

func (e *evaluator) or() (bool, *condFault) {
	value, fault := e.and()
	for fault == nil && e.accept("||") {
		var next bool
		next, fault = e.and()
		value = value || next
	}
	return value, fault
}

func (e *evaluator) and() (bool, *condFault) {
	value, fault := e.term()
	for fault == nil && e.accept("&&") {
		var next bool
		next, fault = e.term()
		value = value && next
	}
	return value, fault
}

func (e *evaluator) term() (bool, *condFault) {
	if e.accept("!") {
		value, fault := e.term()
		return !value, fault
	}
	start := e.pos
	if e.accept("(") {
		value, fault := e.or()
		if fault == nil && !e.accept(")") {
			fault = &condFault{"expected ')' after conditional expression", e.pos}
		}
		return value, fault
	}
	for e.pos < len(e.in) && (isAlpha(e.in[e.pos]) || isDigit(e.in[e.pos]) || e.in[e.pos] == '_') {
		e.pos++
	}
	name := e.in[start:e.pos]
	if e.pos < len(e.in) && e.in[e.pos] == '(' && name != "" {
		return e.call(name, start)
	}
	e.blanks()
	switch n, err := strconv.Atoi(name); {
	case err == nil:
		return n != 0, nil
	}
	return false, &condFault{fmt.Sprintf("unparsable conditional expression '%s'", e.in[start:]), start}
}

// predicates are the functions of a condition, with the number of their arguments.
var predicates = map[string]struct {
	args int
	eval func(e *evaluator, a []string) bool
}{
	"defined":                 {1, func(e *evaluator, a []string) bool { _, ok := e.env(a[0]); return ok }},
	"feature":                 {1, func(_ *evaluator, a []string) bool { return contains(features, a[0]) }},
	"streq":                   {2, func(_ *evaluator, a []string) bool { return a[0] == a[1] }},
	"strneq":                  {2, func(_ *evaluator, a []string) bool { return a[0] != a[1] }},
	"version_atleast":         {1, func(_ *evaluator, a []string) bool { return compareVersions(Version, a[0]) >= 0 }},
	"version_before":          {1, func(_ *evaluator, a []string) bool { return compareVersions(Version, a[0]) < 0 }},
	"openssl_version_atleast": {1, func(*evaluator, []string) bool { return false }},
	"openssl_version_before":  {1, func(*evaluator, []string) bool { return false }},
	"ssllib_name_startswith":  {1, func(*evaluator, []string) bool { return false }},
	"enabled":                 {1, func(_ *evaluator, a []string) bool { return a[0] == "POLL" || a[0] == "EPOLL" }},
}

// features are what `feature()` answers yes to: HAProxy's names for what this director has too.
var features = []string{"EPOLL", "ACCEPT4", "THREAD", "GETADDRINFO", "SYSTEMD"}

// Features lists them, for -vv.
func Features() []string { return append([]string(nil), features...) }

func (e *evaluator) call(name string, start int) (bool, *condFault) {
	end := strings.IndexByte(e.in[e.pos:], ')')
	if end < 0 {
		return false, &condFault{"missing closing parenthesis in conditional expression", e.pos}
	}
	args := strings.Split(e.in[e.pos+1:e.pos+end], ",")
	for i, a := range args {
		args[i] = strings.Trim(strings.TrimSpace(a), `"'`)
	}
	e.pos += end + 1
	e.blanks()
	f, ok := predicates[name]
	switch {
	case !ok:
		return false, &condFault{fmt.Sprintf("unknown predicate used in conditional expression '%s'", name), start}
	case len(args) != f.args:
		return false, &condFault{fmt.Sprintf("expects %d arguments for predicate '%s'", f.args, name), start}
	}
	return f.eval(e, args), nil
}

// compareVersions compares dotted numbers; what is missing is 0, and a suffix such as -dev2 is before the release.
func compareVersions(a, b string) int {
	pa, pb := strings.SplitN(a, "-", 2), strings.SplitN(b, "-", 2)
	na, nb := strings.Split(pa[0], "."), strings.Split(pb[0], ".")
	for i := 0; i < max(len(na), len(nb)); i++ {
		if d := atoi(words(na).at(i)) - atoi(words(nb).at(i)); d != 0 {
			return d
		}
	}
	return len(pb) - len(pa)
}
