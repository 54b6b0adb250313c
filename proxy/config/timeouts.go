package config

import (
	"fmt"
	"time"
)

// timeoutNames are the events of `timeout`, with the side that each belongs to.
func timeoutNames(t *Timeouts) []struct {
	name  string
	need  side
	value *time.Duration
} {
	return []struct {
		name  string
		need  side
		value *time.Duration
	}{
		{"client", frontSide, &t.Client},
		{"tarpit", bothSides, &t.Tarpit},
		{"http-keep-alive", bothSides, &t.HTTPKeepAlive},
		{"http-request", bothSides, &t.HTTPRequest},
		{"server", backSide, &t.Server},
		{"connect", backSide, &t.Connect},
		{"check", backSide, &t.Check},
		{"queue", backSide, &t.Queue},
		{"tunnel", backSide, &t.Tunnel},
		{"client-fin", frontSide, &t.ClientFin},
		{"server-fin", backSide, &t.ServerFin},
	}
}

func parseTimeout(p *parser, w words) {
	inherited := timeoutNames(&p.defaults.Timeouts)
	for i, t := range timeoutNames(&p.px.Timeouts) {
		if t.name == w.at(1) {
			before := *inherited[i].value
			if p.px.isDefaults {
				before = 0
			}
			p.timeout(w, t.name, t.need, t.value, before)
			return
		}
	}
	p.bad("'timeout' supports 'client', 'server', 'connect', 'check', 'queue', 'http-keep-alive', 'http-request', "+
		"'tunnel', 'tarpit', 'client-fin' and 'server-fin' (got '%s')", w.at(1))
}

// timeout sets one; given a second time in a section other than defaults, it warns.
func (p *parser) timeout(w words, name string, need side, value *time.Duration, before time.Duration) {
	if w.at(2) == "" {
		p.bad("'timeout %s' expects an integer value (in milliseconds)", name)
		return
	}
	d, fault := p.parseTime(w[2], time.Millisecond)
	if fault != nil {
		text := fault.bounds(w[2], "timeout "+name)
		if text == "" {
			text = fmt.Sprintf("unexpected character '%s' in 'timeout %s'", fault.char, name)
		}
		p.bad("%s", text)
		return
	}
	switch {
	case w.at(3) != "":
		p.bad("'timeout %s' : unexpected extra argument '%s' after value '%s'.", name, w[3], w[2])
	case !p.px.capable(need):
		lacks := "frontend"
		if need&backSide != 0 {
			lacks = "backend"
		}
		p.warnAt("'timeout %s' will be ignored because %s '%s' has no %s capability", name, p.px.word(), p.px.Name, lacks)
	case !p.px.isDefaults && *value != before:
		p.warnAt("overwriting 'timeout %s' which was already specified", name)
	}
	*value = d
}
