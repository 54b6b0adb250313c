package config

import (
	"fmt"
	"time"
)

// timeouts are the events of `timeout`, with the side that each belongs to.
var timeouts = []struct {
	name  string
	need  side
	value func(*Timeouts) *time.Duration
}{
	{"client", frontSide, func(t *Timeouts) *time.Duration { return &t.Client }},
	{"tarpit", bothSides, func(t *Timeouts) *time.Duration { return &t.Tarpit }},
	{"http-keep-alive", bothSides, func(t *Timeouts) *time.Duration { return &t.HTTPKeepAlive }},
	{"http-request", bothSides, func(t *Timeouts) *time.Duration { return &t.HTTPRequest }},
	{"server", backSide, func(t *Timeouts) *time.Duration { return &t.Server }},
	{"connect", backSide, func(t *Timeouts) *time.Duration { return &t.Connect }},
	{"check", backSide, func(t *Timeouts) *time.Duration { return &t.Check }},
	{"queue", backSide, func(t *Timeouts) *time.Duration { return &t.Queue }},
	{"tunnel", backSide, func(t *Timeouts) *time.Duration { return &t.Tunnel }},
	{"client-fin", frontSide, func(t *Timeouts) *time.Duration { return &t.ClientFin }},
	{"server-fin", backSide, func(t *Timeouts) *time.Duration { return &t.ServerFin }},
}

func parseTimeout(p *parser, w words) {
	for _, t := range timeouts {
		if t.name == w.at(1) {
			value := t.value(&p.px.Timeouts)
			again := !p.px.isDefaults && *value != *t.value(&p.px.from.Timeouts)
			p.timeout(w, t.need, value, again)
			return
		}
	}
	p.bad("'timeout' supports 'client', 'server', 'connect', 'check', 'queue', 'http-keep-alive', 'http-request', "+
		"'tunnel', 'tarpit', 'client-fin' and 'server-fin' (got '%s')", w.at(1))
}

// timeout sets one, which the section may have been given before.
func (p *parser) timeout(w words, need side, value *time.Duration, again bool) {
	name := w[0] + " " + w[1]
	if w.at(2) == "" {
		p.bad("'%s' expects an integer value (in milliseconds)", name)
		return
	}
	d, fault := p.parseTime(w[2], time.Millisecond)
	if fault != nil {
		text := fault.bounds(w[2], name)
		if text == "" {
			text = fmt.Sprintf("unexpected character '%s' in '%s'", fault.char, name)
		}
		p.bad("%s", text)
		return
	}
	switch {
	case w.at(3) != "":
		p.bad("'%s' : unexpected extra argument '%s' after value '%s'.", name, w[3], w[2])
	case p.lacksSide("'"+name+"'", need):
	case again:
		p.warnAt("overwriting '%s' which was already specified", name)
	}
	*value = d
}
