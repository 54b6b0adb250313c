package config

import "strings"

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
		p.stopTight("too many nested '.if', max is %d.", maxNested)
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
	if p.blankEnd {
		text += " "
	}
	ok, err := evalCondition(text, p.env)
	if err != nil {
		p.stopTight("%s in '%s' at position %d:\n  %s %s\n  %*s", err.text, w[0], err.at+1,
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
		p.stopTight("lone '%s' with no matching '.if'.", word)
		return nil, false
	}
	state := &p.conds[len(p.conds)-1]
	if *state == condElse || *state == condElseDrop {
		p.stopTight("'%s' after '.else' is not permitted.", word)
		return nil, false
	}
	return state, true
}

// condAlone refuses arguments, and the word where no block is open.
func (p *parser) condAlone(w words) bool {
	if w.at(1) != "" {
		p.stopTight("Unexpected argument '%s' for '%s'.", w[1], w[0])
		return false
	}
	if len(p.conds) == 0 {
		p.stopTight("lone '%s' with no matching '.if'.", w[0])
		return false
	}
	return true
}

func (p *parser) closeConds() {
	if len(p.conds) > 0 && !p.abort {
		p.stopTight("non-terminated '.if' block.")
	}
}

// dotDirective handles .alert, .warning, .notice and .diag.
func (p *parser) dotDirective(w words) {
	switch w[0] {
	case ".alert", ".warning", ".notice", ".diag":
	default:
		p.badTight("unknown directive '%s'.", w[0])
		p.stray = true
		return
	}
	if w.at(2) != "" {
		p.badTight("Unexpected argument '%s' for '%s'. Use quotes if the message should contain spaces.", w[2], w[0])
		return
	}
	switch w[0] {
	case ".alert":
		p.stopTight("'%s'.", w.at(1))
	case ".warning":
		p.warnTight("'%s'.", w.at(1))
	case ".notice":
		p.rep.add(Notice, p.atTight("'%s'.", w.at(1)))
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
