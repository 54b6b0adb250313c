package rules

import (
	"strconv"
	"strings"
)

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
	m.URI = before + path + "?" + s
}

func parseTarget(set func(m *Message, s string)) func(*ruleParser) (doing, error) {
	return func(p *ruleParser) (doing, error) {
		const usage = "exactly 1 argument <format>"
		if err := p.exactly(1, usage); err != nil {
			return nil, err
		}
		w, _ := p.take()
		f, err := ParseFormat(p.env, w, false)
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
		if err := p.exactly(2, usage); err != nil {
			return nil, err
		}
		pat, _ := p.take()
		re, err := compileRegex(pat, false)
		if err != nil {
			return nil, sayf("failed to parse the regex : %w", err)
		}
		w, _ := p.take()
		f, err := ParseFormat(p.env, w, false)
		if err != nil {
			return nil, err
		}
		return func(tx *Tx) Verdict {
			old := get(tx.Req)
			if m := re.find(old); m != nil {
				return tx.rewrite(set, expand(f.Text(tx), old, m))
			}
			return Next
		}, nil
	}
}

func parseSetStatus(p *ruleParser) (doing, error) {
	w, ok := p.take()
	if !ok {
		return nil, sayf("expects 1 argument: <status>; or 3 arguments: <status> reason <fmt>")
	}
	code, err := strconv.Atoi(w)
	if err != nil || code < 100 || code > 999 {
		return nil, sayf("expects an integer status code between 100 and 999")
	}
	reason, known := "", false
	if len(p.words) > 1 && p.words[0] == "reason" && p.words[1] != "if" && p.words[1] != "unless" {
		p.take()
		reason, known = p.take()
	}
	return func(tx *Tx) Verdict {
		tx.Res.Status = code
		if tx.Res.Reason = reason; !known {
			tx.Res.Reason = Reason(code)
		}
		return Next
	}, nil
}
