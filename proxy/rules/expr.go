package rules

import (
	"crypto"
	"fmt"
	"net/netip"
	"strings"
)

// sayf makes an error of HAProxy's words as they are.
func sayf(format string, args ...any) error { return fmt.Errorf(format, args...) }

// arg is one argument of a fetch or converter, read as its table says.
type arg struct {
	s  string
	n  int64
	re *regex

	later *regex // of regsub: re behind the first match
	ip    netip.Addr

	users map[string]*UserList
	keys  map[string]crypto.PublicKey
}

// fetch is one entry of the fetches' table.
type fetch struct {
	name  string
	sig   string // a letter for each argument, see argTypes; behind a bar they are optional
	kind  Kind
	from  source
	get   func(tx *Tx, a []arg) (Value, bool)
	all   func(tx *Tx, a []arg) []Value // all values, for ACLs; nil: get's one
	check func(a []arg) error           // of the arguments; nil: any are right
	idle  string                        // what HAProxy says of arguments that mean nothing
}

// conv is one entry of the converters' table.
type conv struct {
	name  string
	sig   string
	in    Kind // what it takes
	out   Kind
	do    func(tx *Tx, v Value, a []arg) (Value, bool)
	check func(a []arg) error
}

// Expr is a sample expression: a fetch and any number of converters.
type Expr struct {
	text  string
	fetch *fetch
	args  []arg
	convs []step
}

type step struct {
	*conv
	args []arg
}

// Kind is the type of the result.
func (e *Expr) Kind() Kind {
	if n := len(e.convs); n > 0 {
		return e.convs[n-1].out
	}
	return e.fetch.kind
}

// NeedsResponse tells whether the expression asks for what only a response has.
func (e *Expr) NeedsResponse() bool { return e.fetch.from.at&wholeRequest == 0 }

// ParseExpr compiles an expression, which may take the whole of text only. env may be nil.
func ParseExpr(env *Env, text string) (*Expr, error) {
	e, rest, err := parseExpr(env, text)
	if err == nil && rest != "" {
		return nil, e.noComma(e.fetch.name)
	}
	return e, err
}

// ParseSample compiles the expression that the first words make, and refuses one that can have no value where env's rules stand; name
// is what the message calls it.
func ParseSample(env *Env, words []string, name string) (*Expr, error) {
	e, _, err := parseWords(env, words)
	if err == nil && e.usable(env) != nil {
		err = UnusableError{unusable(e, name)}
	}
	return e, err
}

// UnusableError is about a sample that is not to be had in its place, which some messages set apart from other errors.
type UnusableError struct{ error }

// parseWords compiles an expression that begins with the first word. As with HAProxy its converters may be words of their own;
// the first word that is none ends it, and stands first among those that are given back.
func parseWords(env *Env, words []string) (*Expr, []string, error) {
	if len(words) == 0 {
		return nil, nil, sayf("missing fetch method")
	}
	e, rest, err := parseExpr(env, words[0])
	for words = words[1:]; err == nil && rest == "" && len(words) > 0; words = words[1:] {
		name, _ := keyword(words[0])
		if findConv(name) == nil && !foreignConv(name) {
			break
		}
		rest, err = e.converters(env, ","+words[0])
	}
	if err == nil && rest != "" {
		err = e.noComma(e.fetch.name)
	}
	return e, words, err
}

// noComma tells of what stands behind the expression; fetch is what the fetch is called there.
func (e *Expr) noComma(fetch string) error {
	if n := len(e.convs); n > 0 {
		return sayf("missing comma after converter '%s'", e.convs[n-1].name)
	}
	return sayf("missing comma after fetch keyword '%s'", fetch)
}

// parseExpr compiles what stands at text's beginning and gives the rest.
func parseExpr(env *Env, text string) (*Expr, string, error) {
	name, rest := keyword(text)
	if name == "" {
		return nil, text, sayf("missing fetch method")
	}
	f := findFetch(name)
	if f == nil {
		if foreignFetch(name) {
			return nil, text, UnsupportedError(name)
		}
		return nil, text, sayf("unknown fetch method '%s'", name)
	}
	e := &Expr{fetch: f}
	var err error
	if rest, err = e.arguments(env, "fetch method", name, rest); err == nil {
		rest, err = e.converters(env, rest)
	}
	if err != nil {
		return nil, text, err
	}
	e.text = text[:len(text)-len(rest)]
	return e, rest, nil
}

// arguments reads the fetch's. who and name are what messages call it.
func (e *Expr) arguments(env *Env, who, name, rest string) (string, error) {
	var err error
	if e.args, rest, err = arguments(env, who, name, rest, e.fetch.sig); err != nil {
		return rest, err
	}
	if e.fetch.check != nil {
		if err = e.fetch.check(e.args); err != nil {
			return rest, sayf("invalid args in fetch method '%s' : %w", name, err)
		}
	}
	if e.fetch.idle != "" && len(e.args) > 0 {
		env.bare("%s", e.fetch.idle)
	}
	return rest, nil
}

// converters reads ",name(arguments)" as often as it stands.
func (e *Expr) converters(env *Env, rest string) (string, error) {
	kind := e.Kind()
	for strings.HasPrefix(rest, ",") {
		var name string
		if name, rest = keyword(rest[1:]); name == "" {
			if rest != "" && rest[0] != ',' {
				return rest, sayf("unknown converter ''")
			}
			continue
		}
		c := findConv(name)
		if c == nil {
			if foreignConv(name) {
				return rest, UnsupportedError(name)
			}
			return rest, sayf("unknown converter '%s'", name)
		}
		if !castable(kind, c.in) {
			return rest, sayf("converter '%s' cannot be applied", name)
		}
		s := step{conv: c}
		var err error
		if s.args, rest, err = arguments(env, "converter", name, rest, c.sig); err != nil {
			return rest, err
		}
		if strings.HasPrefix(c.sig, "r") && s.args[0].s == "" {
			env.lacks('r', c.name, e)
		}
		if c.check != nil {
			if err := c.check(s.args); err != nil {
				return rest, sayf("invalid args in converter '%s' : %w", name, err)
			}
		}
		e.convs = append(e.convs, s)
		kind = e.Kind()
	}
	return rest, nil
}

// keyword cuts off the name at text's beginning.
func keyword(text string) (name, rest string) {
	i := strings.IndexFunc(text, func(c rune) bool {
		return !strings.ContainsRune("_.-+:", c) && !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z')
	})
	if i < 0 {
		return text, ""
	}
	return text[:i], text[i:]
}

// usable tells whether the expression can have a value where env's rules stand.
func (e *Expr) usable(env *Env) error {
	if env == nil || e.fetch.from.at == 0 {
		return nil
	}
	if e.fetch.from.at&env.where() == 0 {
		return sayf("needs '%s' which is not available here", e.fetch.from.needs)
	}
	return nil
}

// Eval gives the sample; false: there is none.
func (e *Expr) Eval(tx *Tx) (Value, bool) {
	if tx.gone(e.fetch) {
		return Value{}, false
	}
	v, ok := e.fetch.get(tx, e.args)
	if !ok {
		return v, false
	}
	return e.convert(tx, v)
}

// gone tells whether what a fetch reads has passed by: the request, once its response is there.
func (tx *Tx) gone(f *fetch) bool { return tx.Res != nil && f.from.at == wholeRequest }

func (e *Expr) convert(tx *Tx, v Value) (Value, bool) {
	for _, s := range e.convs {
		var ok bool
		if v, ok = cast(v, s.in); !ok {
			return v, false
		}
		if v, ok = s.do(tx, v, s.args); !ok {
			return v, false
		}
		v.Str = tx.cut(v.Str)
	}
	return v, true
}

// any tells whether one of the samples, of fetches that may have several, is as ok wants it. None behind that one is looked at.
func (e *Expr) any(tx *Tx, ok func(v Value) bool) bool {
	if e.fetch.all == nil {
		v, found := e.Eval(tx)
		return found && ok(v)
	}
	if tx.gone(e.fetch) {
		return false
	}
	for _, v := range e.fetch.all(tx, e.args) {
		if v, found := e.convert(tx, v); found && ok(v) {
			return true
		}
	}
	return false
}

// keyword is the fetch as it is written.
func (e *Expr) keyword() string {
	name, _ := keyword(e.text)
	return name
}
