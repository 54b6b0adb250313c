package rules

import (
	"slices"
	"strings"
)

// Format is a compiled log format (section 8.2.4).
type Format struct {
	nodes  []node
	merged bool // blanks between its parts are one
}

type node struct {
	text string
	name string // of a variable
	expr *Expr
	info *logVar
	opts options
}

// options are a node's flags.
type options struct {
	raw                bool // binary: nothing is encoded
	quote, hex, escape bool
	log                bool // an empty value is written as -
}

// Literal makes a format of a text as it is, percent signs and all.
func Literal(text string) *Format { return &Format{nodes: []node{{text: text}}} }

// Computed makes a format of a function, whose bytes stay as they are.
func Computed(f func(tx *Tx) string) *Format {
	return &Format{nodes: []node{{expr: ComputedExpr(func(tx *Tx) (Value, bool) { return Text(f(tx)), true }), opts: options{raw: true}}}}
}

// ComputedExpr makes an expression of a function.
func ComputedExpr(f func(tx *Tx) (Value, bool)) *Expr {
	return &Expr{fetch: &fetch{kind: Str, get: func(tx *Tx, _ []arg) (Value, bool) { return f(tx) }}}
}

// FormatError is a mistake in a log format.
type FormatError struct {
	Begun bool // something right stands before it
	err   error
}

func (e *FormatError) Error() string { return e.err.Error() }

// Unwrap gives the error as such.
func (e *FormatError) Unwrap() error { return e.err }

// ParseFormat compiles a log format. mandatory says that it makes a log line, where an empty value is a hyphen. The error is a
// FormatError.
func ParseFormat(env *Env, text string, mandatory bool) (*Format, error) {
	f := &Format{}
	if err := f.parse(env, text, options{log: mandatory}); err != nil {
		return nil, &FormatError{len(f.nodes) > 0, err}
	}
	return f, nil
}

func (f *Format) parse(env *Env, text string, global options) error {
	whole := text
	literal := func(s string) {
		if s != "" {
			f.nodes = append(f.nodes, node{text: s})
		}
	}
	for {
		i := strings.IndexByte(text, '%')
		if i < 0 {
			literal(text)
			return nil
		}
		literal(text[:i])
		if text = text[i+1:]; text == "" {
			return sayf("truncated line after '%%'")
		}
		switch c := text[0]; {
		case isDigit(c) || c == ' ' || c == '\t':
			return sayf("unexpected variable name near '%c' at position %d line : '%s'. Maybe you want to write a single '%%', "+
				"use the syntax '%%%%'", c, len(whole)-len(text), whole)
		case c != '{' && c != '[' && !isLetter(c): // what a percent sign stands before is itself
			literal(text[:1])
			text = text[1:]
			continue
		}
		n, rest, err := parseNode(env, text, &global)
		if err != nil {
			return err
		}
		if n != nil {
			f.nodes = append(f.nodes, *n)
		}
		text = rest
	}
}

// parseNode reads what follows a percent sign; nil: it only changes the flags of what follows.
func parseNode(env *Env, text string, global *options) (*node, string, error) {
	opts, flags := *global, ""
	if text[0] == '{' {
		end := strings.IndexByte(text, '}')
		if end < 0 {
			return nil, "", sayf("truncated line after '%s'", text[1:])
		}
		flags, text = text[:end+1], text[end+1:]
		opts.set(flags[1:end])
	}
	if strings.HasPrefix(text, "[") {
		e, rest, err := parseSample(env, text[1:])
		return &node{expr: e, opts: opts}, rest, err
	}
	i := 0
	for i < len(text) && (isLetter(text[i]) || isDigit(text[i])) {
		i++
	}
	name := text[:i]
	if name == "" {
		return nil, "", sayf("parse argument modifier without variable name near '%%%s'", flags)
	}
	if name == "o" {
		*global = opts
		return nil, text[i:], nil
	}
	v, ok := logVars[name]
	if !ok {
		return nil, "", sayf("no such format variable '%s'. If you wanted to emit the '%%' character verbatim, you need to use '%%%%'", name)
	}
	if env != nil && env.TCP && contains(httpVars, name) {
		return nil, "", sayf("format variable '%s' is reserved for HTTP mode", name)
	}
	return &node{name: name, info: &v, opts: opts}, text[i:], nil
}

// parseSample reads an expression and the bracket that closes it.
func parseSample(env *Env, text string) (*Expr, string, error) {
	e, rest, err := parseExpr(env, text)
	switch {
	case err != nil:
		return nil, "", sayf("failed to parse sample expression <%s> : %w", text, err)
	case rest == "":
		return nil, "", sayf("missing ']' after '%s'", e.text)
	case rest[0] != ']':
		return nil, "", sayf("expected ']' after '%s', but found '%c'", e.text, rest[0])
	}
	if err := e.usable(env); err != nil {
		return nil, "", sayf("sample fetch <%s> may not be reliably used here because it %w", text, err)
	}
	if env != nil {
		env.NeedsHTTP = env.NeedsHTTP || strings.HasPrefix(e.fetch.from.needs, "HTTP")
		if env.Section != "" && e.fetch.raw() {
			env.caution("L6 sample fetch <%s> ignored in HTTP log-format string", text)
		}
	}
	return e, rest[1:], nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { c |= 0x20; return 'a' <= c && c <= 'z' }

func (o *options) set(flags string) {
	on := true
	for _, c := range flags {
		switch c {
		case '+':
			on = true
		case '-':
			on = false
		case 'Q':
			o.quote = on
		case 'X':
			o.hex = on
		case 'E':
			o.escape = on
		}
	}
}

// MergeBlanks makes one of the blanks that follow each other in the format, even where a variable between them shows nothing,
// and leaves out those it begins with: so the formats of log-format, log-format-sd, error-log-format and unique-id-format are.
func (f *Format) MergeBlanks() { f.merged = true }

// Shows tells whether one of these variables is in the format. A nil one shows nothing.
func (f *Format) Shows(names ...string) bool {
	return f != nil && slices.ContainsFunc(f.nodes, func(n node) bool { return slices.Contains(names, n.name) })
}

// AsksServer tells whether the format has a sample of the connection to a server. A nil one has none.
func (f *Format) AsksServer() bool {
	return f != nil && slices.ContainsFunc(f.nodes, func(n node) bool {
		if n.expr == nil {
			return false
		}
		fetch := n.expr.fetch
		return fetch.from == srcServerConn || fetch.from == srcBackAddr || strings.HasPrefix(fetch.name, "ssl_s_")
	})
}

// ShowsOnly tells whether the format has no expressions, and no variables but these. A nil one shows nothing.
func (f *Format) ShowsOnly(names ...string) bool {
	return f == nil || !slices.ContainsFunc(f.nodes, func(n node) bool { return n.expr != nil || n.info != nil && !slices.Contains(names, n.name) })
}

// Append adds the format's text to dst.
func (f *Format) Append(dst []byte, tx *Tx) []byte {
	blank := true // what was added last separates
	for i := range f.nodes {
		n := &f.nodes[i]
		before := len(dst)
		switch {
		case n.expr != nil:
			dst = n.sample(dst, tx)
			blank = false
		case n.info != nil:
			var ended bool
			if dst, ended = n.variable(dst, tx); ended {
				return dst
			}
			blank = blank && len(dst) == before
		case f.merged:
			dst, blank = appendMerged(dst, n.text, blank)
		default:
			dst = append(dst, n.text...)
		}
	}
	return dst
}

// appendMerged adds a text with its blanks made one.
func appendMerged(dst []byte, text string, blank bool) ([]byte, bool) {
	for i := range len(text) {
		if text[i] == ' ' && blank {
			continue
		}
		blank = text[i] == ' '
		dst = append(dst, text[i])
	}
	return dst, blank
}

// Text gives the format's text.
func (f *Format) Text(tx *Tx) string {
	if len(f.nodes) == 1 && f.nodes[0].expr == nil && f.nodes[0].info == nil {
		return f.nodes[0].text
	}
	return string(f.Append(nil, tx))
}

// empty tells whether the format makes no text whatever the request.
func (f *Format) empty() bool {
	s, ok := f.Constant()
	return ok && s == ""
}

// Constant gives the text of a format without samples and variables.
func (f *Format) Constant() (string, bool) {
	s := ""
	for _, n := range f.nodes {
		if n.expr != nil || n.info != nil {
			return "", false
		}
		s += n.text
	}
	return s, true
}

func (n *node) sample(dst []byte, tx *Tx) []byte {
	s := ""
	if v, ok := n.expr.Eval(tx); ok {
		s = v.String()
	}
	if s == "" && n.opts.log {
		return n.opts.empty(dst)
	}
	return n.opts.append(dst, s)
}

// variable adds a log variable. As with HAProxy the whole text ends at a unix socket that is wanted in hexadecimal digits.
func (n *node) variable(dst []byte, tx *Tx) (_ []byte, ended bool) {
	if tx.Info == nil {
		return n.opts.empty(dst), false
	}
	if tx.Fill != nil {
		tx.Fill()
	}
	o, v := n.opts, n.info
	if !o.quote && !o.hex && !o.escape && v.kind != listVar {
		before := len(dst)
		if dst = v.add(dst, tx.Info, tx); len(dst) == before && v.kind.hyphened() {
			return o.empty(dst), false
		}
		return dst, false
	}
	text := v.add(nil, tx.Info, tx)
	if o.hex && v.end != nil {
		switch at, socket := v.end(tx.Info); {
		case at.IsValid() || socket < 0:
		case v.kind == ipVar:
			return dst, true
		case socket > 0:
			return append(dst, text...), false // a listener's number is none of a port
		}
	}
	return o.variable(dst, v.kind, text), false
}
