package rules

import (
	"errors"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// stateActions change what is known of the session, or how it is handled.
func stateActions() []action {
	return []action{
		{"set-var", everywhere, parseSetVar},
		{"set-var-fmt", everywhere, parseSetVarFormat},
		{"unset-var", everywhere, parseUnsetVar},
		{"capture", http | TCPRequest, parseCapture},
		{"set-src", Request | Connection | SessionList | TCPRequest, parseSetAddr(false)},
		{"set-dst", Request | Connection | SessionList | TCPRequest, parseSetAddr(true)},
		{"set-src-port", Request | Connection | SessionList | TCPRequest, parseSetPort(false)},
		{"set-dst-port", Request | Connection | SessionList | TCPRequest, parseSetPort(true)},
		{"set-log-level", Request | Response | TCPRequest | TCPResponse, parseLogLevel},
		{"set-timeout", Request, parseSetTimeout},
		{"strict-mode", http, parseStrict},
		{"wait-for-body", Request | Response, parseWaitForBody},
		{"wait-for-handshake", Request, fixed(Next)},
	}
}

// parseCapture reads capture <sample> len <n>, or id <n> of a declared capture.
func parseCapture(p *ruleParser) (doing, error) {
	side, usage := 0, "expects <expression> [ 'len' <length> | id <idx> ]"
	if p.list == Response || p.list == After {
		side, usage = 1, "expects <expression> id <idx>"
	}
	if p.list == TCPRequest {
		if !p.env.Front {
			return nil, sayf("proxy '%s' has no frontend capability", p.env.Section)
		}
	} else if p.arguments() < 3 {
		return nil, sayf("%s", usage)
	}
	e, err := p.expr()
	if err != nil {
		return nil, err
	}
	if e.usable(p.env) != nil {
		return nil, unusable(e, p.last)
	}
	p.waits = p.list == TCPRequest && e.fetch.from.at&(atConnection|atSession) == 0
	slot, err := p.slot(side)
	if err != nil {
		return nil, err
	}
	return func(tx *Tx) Verdict {
		if v, ok := e.Eval(tx); ok {
			tx.Capture(side, slot, v.String())
		}
		return Next
	}, nil
}

// arguments is how many words stand before the condition.
func (p *ruleParser) arguments() int {
	for i, w := range p.words {
		if w == "" || w == "if" || w == "unless" {
			return i
		}
	}
	return len(p.words)
}

// slot reads where a capture goes: len <n> declares a new one.
func (p *ruleParser) slot(side int) (int, error) {
	how, _ := p.take()
	value, ok := p.take()
	n := int(leadingNumber(value))
	switch {
	case p.list == TCPRequest && how != "len":
		return 0, sayf("a positive 'len' argument is mandatory")
	case how == "len" && side == 1:
		return 0, sayf("expects 'id', found 'len'")
	case how == "len" && !p.env.Front:
		return 0, sayf("proxy '%s' has no frontend capability", p.env.Section)
	case !ok && (how == "len" && p.list != TCPRequest || how == "id"):
		return 0, sayf("missing %s value", map[string]string{"len": "length", "id": "id"}[how])
	case how == "len" && n <= 0:
		return 0, sayf("length must be > 0")
	case how == "len":
		p.env.Captures[side] = append(p.env.Captures[side], n)
		return len(p.env.Captures[side]) - 1, nil
	case how == "id":
		n, err := strconv.Atoi(value)
		if err != nil {
			return 0, sayf("cannot parse id '%s'", value)
		}
		if n >= 0 {
			p.env.captured(n, side, []string{"http-request", "http-response"}[side]+" capture rule")
		}
		return n, nil
	}
	if side == 1 {
		return 0, sayf("expects 'id', found '%s'", how)
	}
	return 0, sayf("expects 'len' or 'id', found '%s'", how)
}

// Capture notes a text, cut to its slot's length, for the logs. A slot that is not declared takes nothing.
func (tx *Tx) Capture(side, slot int, s string) {
	if tx.Slots == nil || slot < 0 || slot >= len(tx.Slots[side]) {
		return
	}
	for len(tx.Captured[side]) < len(tx.Slots[side]) {
		tx.Captured[side] = append(tx.Captured[side], "")
	}
	tx.Captured[side][slot] = s[:min(len(s), tx.Slots[side][slot])]
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
		e, err := p.sample()
		if err != nil {
			return nil, err
		}
		if e.fetch.from.at&requestAt(p.env) == 0 {
			return nil, unusable(e, p.last)
		}
		return func(tx *Tx) Verdict {
			if v, ok := e.Eval(tx); ok {
				do(tx, v)
			}
			return Next
		}, nil
	}
}

// requestAt is where HAProxy takes the rules that change addresses to stand, in whichever list they are.
func requestAt(env *Env) place { return Request.places(env.Front, env.Back) }

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
	if !ok {
		return nil, sayf("expects exactly 2 arguments")
	}
	if !p.env.Back && p.env.Section != "" {
		return nil, sayf("proxy '%s' has no backend capability", p.env.Section)
	}
	if which != "server" && which != "tunnel" {
		return nil, sayf("'set-timeout' rule supports 'server'/'tunnel' (got '%s')", which)
	}
	const most = "(maximum value is 2147483647 ms or ~24.8 days)"
	switch d, fault := p.env.duration(w); {
	case fault == nil && d == 0:
		return nil, sayf("null value is not valid for a 'set-timeout %s' rule", which)
	case fault == nil:
		return func(tx *Tx) Verdict { tx.timeout(which, d); return Next }, nil
	case fault.Over:
		return nil, sayf("timer overflow in argument '%s' to rule 'set-timeout %s' %s", w, which, most)
	case fault.Under:
		return nil, sayf("timer underflow in argument '%s' to rule 'set-timeout %s' (minimum value is 1 ms)", w, which)
	}
	e, err := ParseExpr(p.env, w)
	if unsupported := UnsupportedError(""); errors.As(err, &unsupported) {
		return nil, err
	}
	if err != nil {
		return nil, sayf("unexpected character '%s' in rule 'set-timeout %s'", w[:1], which)
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

func parseStrict(p *ruleParser) (doing, error) {
	w, ok := p.take()
	if !ok {
		return nil, sayf("expects exactly 1 arguments")
	}
	on := strings.EqualFold(w, "on")
	if !on && !strings.EqualFold(w, "off") {
		return nil, sayf("Unexpected value '%s'. Only 'on' and 'off' are supported", w)
	}
	return func(tx *Tx) Verdict { tx.Lax = !on; return Next }, nil
}

// byteSize reads a number of 32 bits, of bytes with an optional unit; or gives the character that makes it none.
func byteSize(w string) (n int64, wrong string) {
	i := 0
	for ; i < len(w) && isDigit(w[i]); i++ {
		if n = n*10 + int64(w[i]-'0'); n > math.MaxUint32 {
			return 0, w[i : i+1]
		}
	}
	scale, ok := map[string]int64{"": 1, "k": 1 << 10, "K": 1 << 10, "m": 1 << 20, "M": 1 << 20, "g": 1 << 30, "G": 1 << 30}[w[i:]]
	if !ok || n*scale > math.MaxUint32 {
		return 0, w[i : i+1]
	}
	return n * scale, ""
}

// parseWaitForBody reads wait-for-body time <time> [at-least <bytes>].
func parseWaitForBody(p *ruleParser) (doing, error) {
	var wait time.Duration
	var least int64
	timed := false
	for len(p.words) > 0 && (p.words[0] == "time" || p.words[0] == "at-least") {
		how, _ := p.take()
		w, ok := p.take()
		if !ok {
			return nil, sayf("missing argument for '%s'", how)
		}
		wrong := ""
		switch how {
		case "time":
			timed = true
			var fault *TimeFault
			switch wait, fault = p.env.duration(w); {
			case fault == nil:
			case fault.Over:
				return nil, sayf("time overflow (maximum value is 2147483647 ms or ~24.8 days)")
			case fault.Under:
				return nil, sayf("time underflow (minimum non-null value is 1 ms)")
			default:
				wrong = fault.Char
			}
		case "at-least":
			least, wrong = byteSize(w)
		}
		if wrong != "" {
			return nil, sayf("unexpected character '%s'", wrong)
		}
	}
	if !timed {
		return nil, sayf("expects time <time> [ at-least <bytes> ]")
	}
	return func(tx *Tx) Verdict {
		m := tx.message()
		if m == tx.Req && tx.World != nil {
			tx.World.Continue()
		}
		if m.Whole || m.Full || least > 0 && m.Got >= least {
			return Next
		}
		tx.wait = Wait{Body: true, Time: wait}
		return Yield
	}, nil
}
