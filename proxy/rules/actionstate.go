package rules

import (
	"net/netip"
	"strconv"
	"time"
)

// stateActions change what is known of the session, or how it is handled.
func stateActions() []action {
	return []action{
		{"set-var", everywhere, parseSetVar},
		{"set-var-fmt", everywhere, parseSetVarFormat},
		{"unset-var", everywhere, parseUnsetVar},
		{"capture", Request | Response | TCPRequest, parseCapture},
		{"set-src", Request | Connection | SessionList | TCPRequest, parseSetAddr(false)},
		{"set-dst", Request | Connection | SessionList | TCPRequest, parseSetAddr(true)},
		{"set-src-port", Request | Connection | SessionList | TCPRequest, parseSetPort(false)},
		{"set-dst-port", Request | Connection | SessionList | TCPRequest, parseSetPort(true)},
		{"set-log-level", Request | Response | TCPRequest, parseLogLevel},
		{"set-timeout", Request, parseSetTimeout},
		{"strict-mode", http, parseStrict},
		{"wait-for-body", Request | Response, parseWaitForBody},
		{"wait-for-handshake", Request, fixed(Next)},
		{"close", TCPResponse, func(*ruleParser) (doing, error) {
			return func(tx *Tx) Verdict { tx.Close = true; return Accept }, nil
		}},
	}
}

func parseSetVar(p *ruleParser) (doing, error) {
	if err := validVar(p.param); err != nil {
		return nil, err
	}
	w, ok := p.take()
	if !ok {
		return nil, sayf("missing sample expression")
	}
	// An expression with blanks inside its arguments comes as several words.
	for len(p.words) > 0 {
		next, _ := p.take()
		w += " " + next
	}
	e, err := ParseExpr(w)
	if err != nil {
		return nil, err
	}
	name := p.param
	return func(tx *Tx) Verdict {
		if v, ok := e.Eval(tx); ok {
			tx.setVar(name, v)
		}
		return Next
	}, nil
}

func (tx *Tx) setVar(name string, v Value) {
	if vars, rest := tx.variable(name); vars != nil {
		vars.Set(rest, v)
	}
}

func parseSetVarFormat(p *ruleParser) (doing, error) {
	if err := validVar(p.param); err != nil {
		return nil, err
	}
	f, err := p.format("a format")
	if err != nil {
		return nil, err
	}
	name := p.param
	return func(tx *Tx) Verdict { tx.setVar(name, Text(f.Text(tx))); return Next }, nil
}

func parseUnsetVar(p *ruleParser) (doing, error) {
	if err := validVar(p.param); err != nil {
		return nil, err
	}
	name := p.param
	return func(tx *Tx) Verdict {
		if vars, rest := tx.variable(name); vars != nil {
			vars.Unset(rest)
		}
		return Next
	}, nil
}

// parseCapture reads capture <sample> len <n>, or id <n> of a declared capture.
func parseCapture(p *ruleParser) (doing, error) {
	w, _ := p.take()
	e, err := ParseExpr(w)
	if err != nil {
		return nil, err
	}
	how, _ := p.take()
	value, ok := p.take()
	n, err := strconv.Atoi(value)
	if !ok || err != nil || how != "len" && how != "id" {
		return nil, sayf("expects <expression> [ 'len' <length> | id <idx> ]")
	}
	side, slot, limit := 0, n, 1<<20
	if p.list == Response {
		side = 1
	}
	if how == "len" {
		if side == 1 {
			return nil, sayf("expects 'id'")
		}
		slot, limit = p.env.Captures[side], n
		p.env.Captures[side]++
	}
	return func(tx *Tx) Verdict {
		if v, ok := e.Eval(tx); ok {
			tx.Capture(side, slot, limit, v.String())
		}
		return Next
	}, nil
}

// Capture notes a text, cut to a length, for the logs.
func (tx *Tx) Capture(side, slot, limit int, s string) {
	for len(tx.Captured[side]) <= slot {
		tx.Captured[side] = append(tx.Captured[side], "")
	}
	tx.Captured[side][slot] = s[:min(len(s), limit)]
}

func parseSetAddr(dst bool) func(*ruleParser) (doing, error) {
	return exprAction(func(tx *Tx, v Value) {
		a, ok := v.addr()
		if !ok {
			return
		}
		if dst {
			tx.Session.Dst, tx.Dst = netip.AddrPortFrom(a, tx.Session.Dst.Port()), true
		} else {
			tx.Session.Src, tx.Src = netip.AddrPortFrom(a, tx.Session.Src.Port()), true
		}
	})
}

func parseSetPort(dst bool) func(*ruleParser) (doing, error) {
	return exprAction(func(tx *Tx, v Value) {
		n, ok := v.number()
		if !ok {
			return
		}
		if dst {
			tx.Session.Dst, tx.Dst = netip.AddrPortFrom(tx.Session.Dst.Addr(), uint16(n)), true
		} else {
			tx.Session.Src, tx.Src = netip.AddrPortFrom(tx.Session.Src.Addr(), uint16(n)), true
		}
	})
}

func exprAction(do func(tx *Tx, v Value)) func(*ruleParser) (doing, error) {
	return func(p *ruleParser) (doing, error) {
		w, ok := p.take()
		if !ok {
			return nil, sayf("missing sample expression")
		}
		e, err := ParseExpr(w)
		if err != nil {
			return nil, err
		}
		return func(tx *Tx) Verdict {
			if v, ok := e.Eval(tx); ok {
				do(tx, v)
			}
			return Next
		}, nil
	}
}

var logLevels = []string{"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"}

func parseLogLevel(p *ruleParser) (doing, error) {
	w, _ := p.take()
	level := -1
	for i, name := range logLevels {
		if name == w {
			level = i + 1
		}
	}
	if level < 0 && w != "silent" {
		return nil, sayf("expects exactly 1 argument (log level name or 'silent')")
	}
	return func(tx *Tx) Verdict { tx.LogLevel = level; return Next }, nil
}

// parseSetTimeout reads set-timeout server|tunnel <time>.
func parseSetTimeout(p *ruleParser) (doing, error) {
	which, _ := p.take()
	w, ok := p.take()
	if !ok || which != "server" && which != "tunnel" {
		return nil, sayf("expects exactly 2 arguments")
	}
	d, ok := duration(w)
	if ok {
		return func(tx *Tx) Verdict { tx.timeout(which, d); return Next }, nil
	}
	e, err := ParseExpr(w)
	if err != nil {
		return nil, err
	}
	return func(tx *Tx) Verdict {
		if v, ok := e.Eval(tx); ok {
			if n, ok := v.number(); ok {
				tx.timeout(which, time.Duration(n)*time.Millisecond)
			}
		}
		return Next
	}, nil
}

func (tx *Tx) timeout(which string, d time.Duration) {
	if tx.Timeouts == nil {
		tx.Timeouts = map[string]time.Duration{}
	}
	tx.Timeouts[which] = d
}

// duration reads a time: a number with an optional unit, ms without.
func duration(w string) (time.Duration, bool) {
	i := 0
	for i < len(w) && w[i] >= '0' && w[i] <= '9' {
		i++
	}
	unit, ok := map[string]time.Duration{
		"": time.Millisecond, "us": time.Microsecond, "ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour,
	}[w[i:]]
	n, err := strconv.ParseInt(w[:i], 10, 32)
	return time.Duration(n) * unit, ok && err == nil
}

func parseStrict(p *ruleParser) (doing, error) {
	w, _ := p.take()
	if w != "on" && w != "off" {
		return nil, sayf("expects 'on' or 'off'")
	}
	return func(tx *Tx) Verdict { tx.Lax = w == "off"; return Next }, nil
}

// parseWaitForBody reads wait-for-body time <time> [at-least <bytes>].
func parseWaitForBody(p *ruleParser) (doing, error) {
	var wait time.Duration
	var least int64
	for len(p.words) > 0 {
		how, _ := p.take()
		w, _ := p.take()
		ok := false
		switch how {
		case "time":
			wait, ok = duration(w)
		case "at-least":
			least, ok = Text(w).number()
		default:
			return nil, sayf("expects 'time' or 'at-least' but got '%s'", how)
		}
		if !ok {
			return nil, sayf("invalid value '%s' for '%s'", w, how)
		}
	}
	if wait == 0 {
		return nil, sayf("missing time argument")
	}
	return func(tx *Tx) Verdict {
		m := tx.message()
		if m.Whole || m.Full || least > 0 && m.Got >= least {
			return Next
		}
		tx.wait = Wait{Body: true, Time: wait}
		return Yield
	}, nil
}
