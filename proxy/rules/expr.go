package rules

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// sayf makes an error of HAProxy's words as they are.
func sayf(format string, args ...any) error { return fmt.Errorf(format, args...) }

// where is a set of places where a fetch makes sense.
type where uint8

const (
	anywhere   where = 0
	inRequest  where = 1 << iota // needs an HTTP request
	inResponse                   // needs an HTTP response
)

// arg is one argument of a fetch or converter, read as its table says.
type arg struct {
	s  string
	n  int64
	re *regexp.Regexp
}

// fetch is one entry of the fetches' table.
type fetch struct {
	name string
	sig  string // an argument's letter: s text, i number, r regular expression, v variable; behind a bar they are optional
	kind Kind
	use  where
	get  func(tx *Tx, a []arg) (Value, bool)
	all  func(tx *Tx, a []arg) []Value // all values, for ACLs; nil: get's one
}

// conv is one entry of the converters' table.
type conv struct {
	name string
	sig  string
	in   Kind // what it takes
	out  Kind
	do   func(tx *Tx, v Value, a []arg) (Value, bool)
	keep bool // the result is of the input's type
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
	k := e.fetch.kind
	for _, s := range e.convs {
		if !s.keep {
			k = s.out
		}
	}
	return k
}

// NeedsResponse tells whether the expression asks for what only a response has.
func (e *Expr) NeedsResponse() bool { return e.fetch.use == inResponse }

// ParseExpr compiles an expression, which may take the whole of text only.
func ParseExpr(text string) (*Expr, error) {
	e, rest, err := parseExpr(text)
	if err == nil && rest != "" {
		return nil, sayf("unexpected character '%s' after keyword", rest[:1])
	}
	return e, err
}

// parseExpr compiles what stands at text's beginning and gives the rest.
func parseExpr(text string) (*Expr, string, error) {
	name, rest := keyword(text)
	f := findFetch(name)
	if f == nil {
		return nil, text, sayf("unknown fetch method '%s'", name)
	}
	e := &Expr{text: text, fetch: f}
	var err error
	if e.args, rest, err = arguments(rest, f.sig); err != nil {
		return nil, text, sayf("invalid args in fetch method '%s' : %v", name, err)
	}
	for strings.HasPrefix(rest, ",") {
		if name, rest = keyword(rest[1:]); name == "" {
			continue
		}
		c := findConv(name)
		if c == nil {
			return nil, text, sayf("unknown converter '%s'", name)
		}
		s := step{conv: c}
		if s.args, rest, err = arguments(rest, c.sig); err != nil {
			return nil, text, sayf("invalid args in converter '%s' : %v", name, err)
		}
		e.convs = append(e.convs, s)
	}
	e.text = text[:len(text)-len(rest)]
	return e, rest, nil
}

// keyword cuts off the name at text's beginning.
func keyword(text string) (name, rest string) {
	i := strings.IndexFunc(text, func(c rune) bool {
		return c != '_' && c != '.' && c != '-' && !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z')
	})
	if i < 0 {
		return text, ""
	}
	return text[:i], text[i:]
}

// arguments reads "(a,b)" as sig says.
func arguments(text, sig string) ([]arg, string, error) {
	must, may, _ := strings.Cut(sig, "|")
	var words []string
	rest := text
	if strings.HasPrefix(text, "(") {
		var err error
		if words, rest, err = splitArgs(text[1:]); err != nil {
			return nil, text, err
		}
	}
	if len(words) < len(must) {
		return nil, text, sayf("missing arguments (got %d/%d), type '%s' expected", len(words), len(must), argType(must[len(words)]))
	}
	if len(words) > len(must+may) {
		return nil, text, sayf("end of arguments expected at position %d, but got '%s'", len(must+may)+1, words[len(must+may)])
	}
	var list []arg
	for i, w := range words {
		a, err := parseArg((must + may)[i], w)
		if err != nil {
			return nil, text, sayf("failed to parse '%s' as type '%s' for arg %d : %v", w, argType((must + may)[i]), i+1, err)
		}
		list = append(list, a)
	}
	return list, rest, nil
}

func argType(letter byte) string {
	switch letter {
	case 'i':
		return "integer"
	case 'r':
		return "regex"
	}
	return "string"
}

func parseArg(letter byte, w string) (arg, error) {
	a := arg{s: w}
	var err error
	switch letter {
	case 'i':
		if a.n, err = strconv.ParseInt(w, 10, 64); err != nil {
			return a, sayf("not a number")
		}
	case 'r':
		a.re, err = regexp.Compile(w)
	case 'v':
		if n, e := strconv.ParseInt(w, 10, 64); e == nil {
			a.n, a.s = n, ""
		} else if w != "" {
			err = validVar(w)
		}
	}
	return a, err
}

// splitArgs reads up to the closing parenthesis. Quotes and backslashes protect commas and parentheses (section 2.2).
func splitArgs(text string) (words []string, rest string, err error) {
	var b strings.Builder
	quote := byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == '\\' && quote != '\'' && i+1 < len(text) && strings.IndexByte(`\"',() `, text[i+1]) >= 0:
			i++
			b.WriteByte(text[i])
		case quote == 0 && c == ',':
			words = append(words, b.String())
			b.Reset()
		case quote == 0 && c == ')':
			if words = append(words, b.String()); len(words) == 1 && words[0] == "" {
				words = nil
			}
			return words, text[i+1:], nil
		default:
			b.WriteByte(c)
		}
	}
	return nil, text, sayf("expected ')' before end of arguments")
}

// Eval gives the sample; false: there is none.
func (e *Expr) Eval(tx *Tx) (Value, bool) {
	v, ok := e.fetch.get(tx, e.args)
	if !ok {
		return v, false
	}
	return e.convert(tx, v)
}

func (e *Expr) convert(tx *Tx, v Value) (Value, bool) {
	for _, s := range e.convs {
		var ok bool
		if v, ok = cast(v, s.in, s.keep); !ok {
			return v, false
		}
		if v, ok = s.do(tx, v, s.args); !ok {
			return v, false
		}
	}
	return v, true
}

// All gives all samples, of fetches that may have several.
func (e *Expr) All(tx *Tx) []Value {
	if e.fetch.all == nil {
		if v, ok := e.Eval(tx); ok {
			return []Value{v}
		}
		return nil
	}
	list := e.fetch.all(tx, e.args)
	kept := list[:0]
	for _, v := range list {
		if v, ok := e.convert(tx, v); ok {
			kept = append(kept, v)
		}
	}
	return kept
}

// cast makes v what a converter takes.
func cast(v Value, to Kind, any bool) (Value, bool) {
	switch {
	case any, v.Kind == to:
		return v, true
	case to == Int, to == Bool:
		n, ok := v.number()
		return Value{Kind: Int, Int: n}, ok
	case to == IP:
		a, ok := v.addr()
		return Value{Kind: IP, IP: a}, ok
	case to == Bin && v.Kind == IP:
		return Value{Kind: Bin, Str: string(v.IP.AsSlice())}, true
	case to == Bin && v.Kind == Int:
		return Value{Kind: Bin, Str: bigEndian(v.Int)}, true
	}
	return Value{Kind: to, Str: v.String()}, true
}

func bigEndian(n int64) string {
	var b [8]byte
	for i := range b {
		b[i] = byte(n >> (56 - 8*i))
	}
	return string(b[:])
}
