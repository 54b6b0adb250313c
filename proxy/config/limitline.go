package config

import (
	"strings"
	"time"
)

// limitKeywords are lines of a proxy that bound something by a number, or say how an idle connection is probed (section 4.2).
// None of them looks at further words of its line.
var limitKeywords = []keyword{
	{name: "rate-limit", usage: "sessions <rate>", max: -1, parse: parseRateLimit},
	{name: "max-keep-alive-queue", usage: "<number>", max: -1, parse: parseKeepAliveQueue},
	{name: "max-session-srv-conns", usage: "<number>", max: -1, need: frontSide, parse: parseSessionConns},
	{name: "clitcpka-cnt", usage: "<count>", max: -1, parse: parseProbeCount},
	{name: "clitcpka-idle", usage: "<time>", max: -1, parse: parseProbeTime},
	{name: "clitcpka-intvl", usage: "<time>", max: -1, parse: parseProbeTime},
	{name: "srvtcpka-cnt", usage: "<count>", max: -1, parse: parseProbeCount},
	{name: "srvtcpka-idle", usage: "<time>", max: -1, parse: parseProbeTime},
	{name: "srvtcpka-intvl", usage: "<time>", max: -1, parse: parseProbeTime},
}

// TCPProbes is how a connection is probed whose other end is silent. 0: as the system does.
type TCPProbes struct {
	Count          int
	Idle, Interval time.Duration // whole seconds
}

// KeepAliveQueue is `max-keep-alive-queue`: how many may wait for a server that a client's request still goes back to.
type KeepAliveQueue struct {
	Limited bool
	Most    int
}

// wholeNumber reads a word that has to be a number and nothing else, cut to 32 bits.
func (p *parser) wholeNumber(name, text string) (n int, ok bool) {
	long, rest := cNumber(text, 0)
	if rest != "" {
		p.bad("'%s' : unexpected character '%s' in integer value '%s'", name, rest[:1], text)
		return 0, false
	}
	return int(int32(long)), true
}

// parseRateLimit reads `rate-limit sessions`. HAProxy warns of a second line only where the first has changed what the defaults say.
func parseRateLimit(p *parser, w words) {
	if w.at(1) != "sessions" {
		p.bad("'%s' only supports 'sessions' (got '%s')", w[0], w.at(1))
		return
	}
	name := w[0] + " " + w[1]
	if w.at(2) == "" {
		p.bad("'%s' expects expects an integer value (in sessions/second)", name)
		return
	}
	n, ok := p.wholeNumber(name, w[2])
	if !ok {
		return
	}
	if !p.lacksSide(name, frontSide) && !p.px.isDefaults && p.px.RateLimit != p.px.from.RateLimit {
		p.warnAt("overwriting %s which was already specified", name)
	}
	p.px.RateLimit = int(uint32(n))
}

func parseKeepAliveQueue(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("'%s' expects expects an integer value (or -1 to disable)", w[0])
		return
	}
	n, ok := p.wholeNumber(w[0], w[1])
	if !ok {
		return
	}
	p.lacksSide(w[0], backSide)
	p.px.KeepAliveQueue = KeepAliveQueue{Limited: n != -1, Most: n}
}

func parseSessionConns(p *parser, w words) {
	if w.at(1) == "" {
		p.alert("parsine [%s:%d] : '%s' expects a number. Got no argument", p.pos.File, p.pos.Line, w[0])
		return
	}
	n := int(uint32(atoi(w[1])))
	p.px.SessionConns = &n
}

// probes gives the settings that a clitcpka- or srvtcpka- line is about, and warns where the section has no such connections.
func (p *parser) probes(name string) *TCPProbes {
	if strings.HasPrefix(name, "cli") {
		p.lacksSide(name, frontSide)
		return &p.px.ClientProbes
	}
	p.lacksSide(name, backSide)
	return &p.px.ServerProbes
}

func parseProbeCount(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("'%s' expects an integer value", w[0])
		return
	}
	if n, ok := p.wholeNumber(w[0], w[1]); ok {
		p.probes(w[0]).Count = n
	}
}

func parseProbeTime(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("'%s' expects an integer value", w[0])
		return
	}
	var d time.Duration
	if !p.timeIn(w, time.Second, &d) {
		return
	}
	if t := p.probes(w[0]); strings.HasSuffix(w[0], "-idle") {
		t.Idle = d
	} else {
		t.Interval = d
	}
}
