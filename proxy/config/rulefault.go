package config

import (
	"errors"

	"simulacro/proxy/rules"
)

// refused tells of what an expression has that this director has not; false: that is not what is wrong.
func (p *parser) refused(err error) bool {
	var unsupported rules.UnsupportedError
	if !errors.As(err, &unsupported) {
		return false
	}
	p.unsupported(string(unsupported))
	return true
}

func (p *parser) badRule(kind rules.List, w words, err error) {
	name := kind.Name()
	if len(w) > 0 {
		name += " " + w[0]
	}
	var cond *rules.CondError
	var line *rules.LineError
	if p.refused(err) {
		return
	}
	p.abort = kind&(rules.Request|rules.Response|rules.After) != 0
	switch {
	case errors.As(err, &cond):
		p.badRuleCondition(kind, name, w, err)
	case errors.As(err, &line):
		text := line.Error()
		if !line.Bare {
			text += "."
		}
		if best := suggest(w.at(0), line.Names); best != "" {
			text += " Did you mean '" + best + "' maybe ?"
		}
		switch {
		case line.Tight && kind&tcpRules != 0:
			p.bad("'%s' only accepts 'if' or 'unless', in %s '%s' (got '%s')", name, p.px.word(), p.px.Name, line.Word)
			return
		case line.Tight:
			p.badTight("%s", text)
			return
		case kind&tcpRules&^rules.TCPResponse != 0:
			text += "\n"
		}
		p.bad("%s", text)
	case kind == rules.TCPRequest && w.at(0) == "capture":
		p.bad("'%s' : %s", name, err)
	case kind&tcpRules != 0:
		p.bad("%s", err)
	default:
		p.bad("error detected in %s '%s' while parsing '%s' rule : %s.", p.px.word(), p.px.Name, name, err)
	}
}

// tcpRules are the lists of tcp-request and tcp-response.
const tcpRules = rules.Connection | rules.SessionList | rules.TCPRequest | rules.TCPResponse

// badRuleCondition tells of a condition; HAProxy does it in three ways.
func (p *parser) badRuleCondition(kind rules.List, name string, w words, err error) {
	word := "if"
	for i := range w {
		if w[i] == "if" || w[i] == "unless" {
			word = w[i]
			break
		}
	}
	switch {
	case kind&tcpRules != 0:
		p.bad("'%s' : error detected in %s '%s' while parsing '%s' condition : %s", name, p.px.word(), p.px.Name, word, err)
	case w.at(0) == "redirect":
		p.bad("error detected in %s '%s' while parsing '%s' rule : error in condition: %s.", p.px.word(), p.px.Name, name, err)
	default:
		p.bad("error detected while parsing an '%s' condition : %s.", name, err)
	}
}
