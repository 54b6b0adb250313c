package rules

import (
	"strings"
	"sync"
)

type doing = func(tx *Tx) Verdict

// actions is the table of actions.
var actions = sync.OnceValue(func() []action {
	var list []action
	for _, part := range [][]action{finalActions(), headerActions(), targetActions(), normalActions(), stateActions(), sessionActions(), priorityActions()} {
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
		{"silent-drop", tcp | Request | Response, fixed(Drop)},
		{"close", TCPResponse, func(*ruleParser) (doing, error) {
			return func(tx *Tx) Verdict { tx.Close = true; return Accept }, nil
		}},
		{"deny", Request | Response, parseDeny(Deny, 403)},
		{"tarpit", Request, parseDeny(Tarpit, 500)},
		{"return", Request | Response, parseReturn},
		{"redirect", Request | Response, parseRedirect},
		{"auth", Request, parseAuth},
		{"use-service", Request | TCPRequest, parseService},
	}
}

// Exporter is the service that this director has.
const Exporter = "prometheus-exporter"

// parseService reads the name of what is to answer.
func parseService(p *ruleParser) (doing, error) {
	name, ok := p.take()
	switch {
	case !ok:
		if p.list == TCPRequest { // HAProxy counts its words from the line's beginning
			return nil, sayf("'tcp-request' expects a service name.")
		}
		return nil, sayf("'use-service' expects a service name.")
	case name != Exporter:
		if p.list == TCPRequest {
			name = "content"
		}
		return nil, sayf("'%s' unknown service name.", name)
	case p.list != Request:
		return nil, sayf("Prometheus exporter service only available on 'http-request' rulesets")
	}
	return func(tx *Tx) Verdict { tx.Service = name; return Serve }, nil
}

func headerActions() []action {
	return []action{
		{"set-header", http, parseHeader(func(m *Message, name, value string) {
			m.Del(name)
			m.Add(name, value)
		})},
		{"add-header", http, parseHeader(func(m *Message, name, value string) { m.Add(name, value) })},
		{"del-header", http, parseDelHeader},
		{"replace-header", http, parseReplace(replaceLine)},
		{"replace-value", http, parseReplace(replaceParts)},
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
			value := f.Text(tx)
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
	match, pat := matchers["str"].fits, &Pattern{text: strings.ToLower(name)}
	if len(p.words) > 0 && p.words[0] == "-m" {
		p.take()
		how, ok := p.take()
		if !ok {
			return nil, sayf("-m flag expects exactly 1 argument")
		}
		if !contains([]string{"str", "beg", "end", "sub", "reg"}, how) {
			return nil, sayf("-m with unsupported matching method '%s'", how)
		}
		if match = matchers[how].fits; how == "reg" {
			var err error
			if pat.re, err = compileRegex(name, false); err != nil {
				return nil, err
			}
		}
	}
	return func(tx *Tx) Verdict {
		m := tx.message()
		kept := m.Fields[:0]
		for _, f := range m.Fields {
			if !match(Text(f.Name), pat) {
				kept = append(kept, f)
			}
		}
		m.Fields = kept
		return Next
	}, nil
}

// replaceLine puts what with stands for in place of a whole value of which the expression fits a part.
func replaceLine(re *regex, value, with string) string {
	if m := re.find(value); m != nil {
		return expand(with, value, m)
	}
	return value
}

// replaceParts does so with comma-separated parts. One that is replaced loses the blanks around it.
func replaceParts(re *regex, value, with string) string {
	parts := splitList(value)
	for i, part := range parts {
		part = strings.Trim(part, " \t")
		if m := re.find(part); m != nil {
			parts[i] = expand(with, part, m)
		}
	}
	return strings.Join(parts, ",")
}

func parseReplace(replace func(re *regex, value, with string) string) func(*ruleParser) (doing, error) {
	return func(p *ruleParser) (doing, error) {
		const usage = "exactly 3 arguments"
		if len(p.words) < 3 {
			return nil, sayf("expects %s", usage)
		}
		name, _ := p.take()
		pat, _ := p.take()
		re, err := compileRegex(pat, false)
		if err != nil {
			return nil, err
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
