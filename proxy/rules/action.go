package rules

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

type doing = func(tx *Tx) Verdict

// actions is the table of actions.
var actions = sync.OnceValue(func() []action {
	var list []action
	for _, part := range [][]action{finalActions(), headerActions(), targetActions(), stateActions()} {
		list = append(list, part...)
	}
	return list
})

// fixed makes an action without arguments.
func fixed(v Verdict) func(*ruleParser) (doing, error) {
	return func(*ruleParser) (doing, error) { return func(*Tx) Verdict { return v }, nil }
}

// finalActions end the evaluation.
func finalActions() []action {
	return []action{
		{"accept", tcp, fixed(Accept)},
		{"allow", http, fixed(Accept)},
		{"reject", tcp | Request, fixed(Reject)},
		{"deny", Request | Response, parseDeny(Deny, 403)},
		{"tarpit", Request, parseDeny(Tarpit, 500)},
		{"return", Request | Response, parseReturn},
		{"redirect", Request | Response, parseRedirect},
		{"auth", Request, parseAuth},
	}
}

func headerActions() []action {
	return []action{
		{"set-header", http, parseHeader(func(m *Message, name, value string) {
			m.Del(name)
			m.Add(name, value)
		})},
		{"add-header", http, parseHeader(func(m *Message, name, value string) { m.Add(name, value) })},
		{"del-header", http, parseDelHeader},
		{"replace-header", http, parseReplace(replaceLines)},
		{"replace-value", http, parseReplace(replaceValues)},
	}
}

// grow takes n bytes of what rewriting may add; false: there is too little. Under strict-mode off the rewrite is left out.
func (tx *Tx) grow(n int) bool {
	if n > tx.Room {
		return false
	}
	tx.Room -= max(n, 0)
	return true
}

// fieldCost is what a field costs beside its text where messages are kept.
const fieldCost = 8

func (tx *Tx) noRoom() Verdict {
	if tx.Lax {
		return Next
	}
	return Fail
}

func parseHeader(set func(m *Message, name, value string)) func(*ruleParser) (doing, error) {
	return func(p *ruleParser) (doing, error) {
		name, ok := p.take()
		if !ok {
			return nil, sayf("expects exactly 2 arguments")
		}
		f, err := p.format("exactly 2 arguments")
		if err != nil {
			return nil, err
		}
		name = strings.ToLower(name)
		return func(tx *Tx) Verdict {
			value := strings.Trim(f.Text(tx), " \t")
			if !tx.grow(len(name) + len(value) + fieldCost) {
				return tx.noRoom()
			}
			set(tx.message(), name, value)
			return Next
		}, nil
	}
}

func parseDelHeader(p *ruleParser) (doing, error) {
	name, ok := p.take()
	if !ok {
		return nil, sayf("expects at least 1 argument")
	}
	name = strings.ToLower(name)
	match := matchers["str"]
	pat := &pattern{text: name}
	if len(p.words) > 0 && p.words[0] == "-m" {
		p.take()
		how, _ := p.take()
		if match = matchers[how]; !contains([]string{"str", "beg", "end", "sub", "reg"}, how) {
			return nil, sayf("unknown matching method '%s'", how)
		}
		if how == "reg" {
			var err error
			if pat.re, err = regexp.Compile(name); err != nil {
				return nil, sayf("regex '%s' is invalid (error=%v)", name, err)
			}
		}
	}
	return func(tx *Tx) Verdict {
		m := tx.message()
		kept := m.Fields[:0]
		for _, f := range m.Fields {
			if !match(Text(f.Name), pat, false) {
				kept = append(kept, f)
			}
		}
		m.Fields = kept
		return Next
	}, nil
}

// replaceLines rewrites whole values, replaceValues their comma-separated parts.
func replaceLines(re *regexp.Regexp, value, with string) string {
	m := re.FindStringSubmatchIndex(value)
	if m == nil {
		return value
	}
	return value[:m[0]] + expand(with, value, m) + value[m[1]:]
}

func replaceValues(re *regexp.Regexp, value, with string) string {
	parts := strings.Split(value, ",")
	for i, part := range parts {
		trimmed := strings.Trim(part, " \t")
		if changed := replaceLines(re, trimmed, with); changed != trimmed {
			parts[i] = strings.Replace(part, trimmed, changed, 1)
		}
	}
	return strings.Join(parts, ",")
}

func parseReplace(replace func(re *regexp.Regexp, value, with string) string) func(*ruleParser) (doing, error) {
	return func(p *ruleParser) (doing, error) {
		const usage = "exactly 3 arguments <name> <match-regex> <replace-fmt>"
		name, _ := p.take()
		pat, ok := p.take()
		if !ok {
			return nil, sayf("expects %s", usage)
		}
		re, err := regexp.Compile(pat)
		if err != nil {
			return nil, sayf("failed to parse the regex : regex '%s' is invalid (error=%v)", pat, err)
		}
		f, err := p.format(usage)
		if err != nil {
			return nil, err
		}
		name = strings.ToLower(name)
		return func(tx *Tx) Verdict {
			m, with := tx.message(), f.Text(tx)
			for i := range m.Fields {
				x := &m.Fields[i]
				if x.Name != name {
					continue
				}
				value := replace(re, x.Value, with)
				if !tx.grow(len(value) - len(x.Value)) {
					return tx.noRoom()
				}
				x.Value = value
			}
			return Next
		}, nil
	}
}

// targetActions change the start line.
func targetActions() []action {
	return []action{
		{"set-method", Request, parseTarget(func(m *Message, s string) { m.Method = s })},
		{"set-uri", Request, parseTarget(setURI)},
		{"set-path", Request, parseTarget(setPath)},
		{"set-pathq", Request, parseTarget(setPathQuery)},
		{"set-query", Request, parseTarget(setQuery)},
		{"replace-path", Request, parseReplaceTarget(func(m *Message) string { _, p, _ := m.path(); return p }, setPath)},
		{"replace-pathq", Request, parseReplaceTarget(func(m *Message) string { _, p, q := m.path(); return p + q }, setPathQuery)},
		{"replace-uri", Request, parseReplaceTarget(func(m *Message) string { return m.URI }, setURI)},
		{"set-status", Response | After, parseSetStatus},
	}
}

func setPath(m *Message, s string) {
	before, _, query := m.path()
	m.URI = before + s + query
}

// setURI also lets Host follow a target that names one.
func setURI(m *Message, s string) {
	m.URI = s
	if i := strings.Index(s, "://"); i >= 0 {
		s = s[i+3:]
	}
	if i := strings.IndexAny(s, "/?"); i >= 0 {
		s = s[:i]
	}
	if s == "" || s == "*" {
		return
	}
	for i := range m.Fields {
		if m.Fields[i].Name == "host" {
			m.Fields[i].Value = s
		}
	}
}

func setPathQuery(m *Message, s string) {
	before, _, _ := m.path()
	m.URI = before + s
}

func setQuery(m *Message, s string) {
	before, path, _ := m.path()
	if m.URI = before + path; s != "" {
		m.URI += "?" + strings.TrimPrefix(s, "?")
	}
}

func parseTarget(set func(m *Message, s string)) func(*ruleParser) (doing, error) {
	return func(p *ruleParser) (doing, error) {
		f, err := p.format("exactly 1 argument <format>")
		if err != nil {
			return nil, err
		}
		return func(tx *Tx) Verdict { return tx.rewrite(set, f.Text(tx)) }, nil
	}
}

// rewrite changes the start line if there is room for it.
func (tx *Tx) rewrite(set func(m *Message, s string), s string) Verdict {
	before := *tx.Req
	if set(tx.Req, s); !tx.grow(len(tx.Req.URI) + len(tx.Req.Method) - len(before.URI) - len(before.Method)) {
		*tx.Req = before
		return tx.noRoom()
	}
	return Next
}

func parseReplaceTarget(get func(m *Message) string, set func(m *Message, s string)) func(*ruleParser) (doing, error) {
	return func(p *ruleParser) (doing, error) {
		const usage = "exactly 2 arguments <match-regex> and <replace-format>"
		pat, ok := p.take()
		if !ok {
			return nil, sayf("expects %s", usage)
		}
		re, err := regexp.Compile(pat)
		if err != nil {
			return nil, sayf("failed to parse the regex : regex '%s' is invalid (error=%v)", pat, err)
		}
		f, err := p.format(usage)
		if err != nil {
			return nil, err
		}
		return func(tx *Tx) Verdict {
			old := get(tx.Req)
			if re.MatchString(old) {
				return tx.rewrite(set, replaceLines(re, old, f.Text(tx)))
			}
			return Next
		}, nil
	}
}

func parseSetStatus(p *ruleParser) (doing, error) {
	w, _ := p.take()
	code, err := strconv.Atoi(w)
	if err != nil || code < 100 || code > 999 {
		return nil, sayf("expects an integer status code between 100 and 999")
	}
	reason, known := "", false
	if len(p.words) > 0 && p.words[0] == "reason" {
		p.take()
		if reason, known = p.take(); !known {
			return nil, sayf("expects 'reason <text>'")
		}
	}
	return func(tx *Tx) Verdict {
		tx.Res.Status = code
		if tx.Res.Reason = reason; !known {
			tx.Res.Reason = Reason(code)
		}
		return Next
	}, nil
}

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
