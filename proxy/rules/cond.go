package rules

import (
	"slices"
	"strings"
)

// Cond is a condition: terms joined by and, the groups of which are joined by or (section 7.2).
type Cond struct {
	Pos    Pos
	groups [][]term
	unless bool
}

// Raw tells whether the condition asks for a buffer's bytes, which mode http has not. A nil one asks for nothing.
func (c *Cond) Raw() bool {
	if c == nil {
		return false
	}
	for _, group := range c.groups {
		for _, t := range group {
			if slices.ContainsFunc(t.acl.Tests, func(x *Test) bool { return x.expr.fetch.raw() }) {
				return true
			}
		}
	}
	return false
}

type term struct {
	acl *ACL
	not bool
}

// builtin are the ACLs that need not be declared (section 7.4).
var builtin = map[string][]string{
	"FALSE": {"always_false"}, "TRUE": {"always_true"},
	"HTTP":         {"req.proto_http"},
	"HTTP_1.0":     {"req.ver", "1.0"},
	"HTTP_1.1":     {"req.ver", "1.1"},
	"HTTP_2.0":     {"req.ver", "2.0"},
	"HTTP_CONTENT": {"req.hdr_val(content-length)", "gt", "0"},
	"RDP_COOKIE":   {"req.rdp_cookie_cnt", "gt", "0"},
	"HTTP_URL_ABS": {"url_reg", "^[^/:]*://"}, "HTTP_URL_SLASH": {"url_beg", "/"}, "HTTP_URL_STAR": {"url", "*"},
	"LOCALHOST":    {"src", "127.0.0.1/8", "::1"},
	"METH_CONNECT": {"method", "CONNECT"}, "METH_DELETE": {"method", "DELETE"}, "METH_GET": {"method", "GET", "HEAD"},
	"METH_HEAD": {"method", "HEAD"}, "METH_OPTIONS": {"method", "OPTIONS"}, "METH_POST": {"method", "POST"},
	"METH_PUT": {"method", "PUT"}, "METH_TRACE": {"method", "TRACE"},
	"REQ_CONTENT": {"req.len", "gt", "0"},
	"WAIT_END":    {"wait_end"},
}

// ParseCond compiles a condition that begins with if or unless.
func ParseCond(env *Env, words []string) (*Cond, error) {
	c := &Cond{Pos: envPos(env), unless: words[0] == "unless"}
	group, not := []term{}, false
	words = words[1:]
	for len(words) > 0 {
		w := words[0]
		words = words[1:]
		marks := len(w) - len(strings.TrimLeft(w, "!"))
		if not = not != (marks%2 == 1); w[marks:] == "" {
			continue // the mark is for the next word
		}
		if w = w[marks:]; w == "||" || strings.EqualFold(w, "or") {
			c.groups = append(c.groups, group)
			group, not = nil, false
			continue
		}
		t := term{not: not}
		not = false
		var err error
		if w == "{" {
			t.acl, words, err = anonymous(env, words)
		} else {
			t.acl, err = declared(env, w)
		}
		if err != nil {
			return nil, err
		}
		t.warn(env)
		group = append(group, t)
	}
	c.groups = append(c.groups, group)
	return c, nil
}

// warn says that the term can not hold where it stands.
func (t term) warn(env *Env) {
	if !t.acl.conflict(env) {
		return
	}
	in := ""
	if env.List&tcp != 0 {
		in = " in '" + env.List.Name() + "'"
	}
	if t.acl.Name != "" {
		env.warn("acl '%s' will never match%s because it only involves keywords that are incompatible with '%s'", t.acl.Name, in, env.where())
		return
	}
	env.warn("anonymous acl will never match%s because it uses keyword '%s' which is incompatible with '%s'", in, t.acl.Tests[0].expr.keyword(), env.where())
}

func anonymous(env *Env, words []string) (*ACL, []string, error) {
	for i, w := range words {
		if w != "}" {
			continue
		}
		t, err := ParseTest(env, words[:i])
		if err != nil {
			return nil, nil, err
		}
		return &ACL{Tests: []*Test{t}}, words[i+1:], nil
	}
	return nil, nil, sayf("missing closing '}' in condition")
}

// declared finds an ACL by its name.
func declared(env *Env, name string) (*ACL, error) {
	if a := env.ACLs[name]; a != nil {
		return a, nil
	}
	words := builtin[name]
	if words == nil {
		return nil, sayf("no such ACL : '%s'", name)
	}
	t, err := ParseTest(env, words)
	if err != nil {
		return nil, err
	}
	a := &ACL{Name: name, Tests: []*Test{t}}
	return a, nil
}

// result is what is known of a test: where it has not passed, what comes still may change that (section 7.2).
type result uint8

const (
	fails result = iota
	unknown
	holds
)

// Holds tells whether the condition does; a nil one always does. Where that is not known yet, tx waits.
func (c *Cond) Holds(tx *Tx) bool {
	if c == nil {
		return true
	}
	r := fails
	for _, group := range c.groups {
		if r = max(r, all(tx, group)); r == holds {
			break
		}
	}
	tx.waiting = r == unknown
	return (r == holds) != c.unless
}

func all(tx *Tx, group []term) result {
	r := holds
	for _, t := range group {
		x := t.acl.judge(tx)
		if t.not {
			x = holds - x
		}
		if r = min(r, x); r == fails {
			break
		}
	}
	return r
}

// judge evaluates the ACL's tests until one passes.
func (a *ACL) judge(tx *Tx) result {
	r := fails
	for _, t := range a.Tests {
		tx.waiting = false
		if t.Holds(tx) {
			return holds
		}
		if tx.waiting {
			r = unknown
		}
	}
	return r
}
