package rules

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"
)

// argTypes are the letters of signatures with the types' names in messages.
var argTypes = map[byte]string{
	's': "string", 'i': "integer", 'r': "regex", 'v': "string", 'V': "string", 'x': "string", 'b': "backend", 'f': "frontend", 'S': "server",
	'4': "IPv4 mask", '6': "IPv6 mask", 'a': "IPv4 address", 'A': "IPv6 address", 'u': "user list", 'p': "Protocol buffers field number", 'k': "string",
}

// deferred are the types that may be empty where an argument is read: texts are, the others are looked at once all has been read.
const deferred = "sSvVxrubfk"

// arguments reads "(a,b)" as sig says. who and name are the keyword's, for messages.
func arguments(env *Env, who, name, text, sig string) ([]arg, string, error) {
	must, may, _ := strings.Cut(sig, "|")
	l := argList{text: text, rest: text, must: len(must), sig: must + may}
	if strings.HasPrefix(text, "(") {
		if l.sig == "" {
			if strings.HasPrefix(text, "()") {
				return nil, text[2:], nil
			}
			return nil, text, argError(who, name, 1, "%w", notClosed(text[1:]))
		}
		l.split()
	} else if must != "" {
		l.words = []string{""} // no argument is one that is empty
	}
	for i, w := range l.words {
		letter := l.sig[i]
		if w == "" && i < l.must && strings.IndexByte(deferred, letter) < 0 {
			return nil, text, argError(who, name, i+1, "expected type '%s' at position %d, but got nothing", argTypes[letter], i+1)
		}
		if w == "" && i >= l.must && strings.IndexByte("sV", letter) < 0 {
			l.list = append(l.list, arg{})
			continue
		}
		a, err := parseArg(env, name, letter, w)
		if unsupported := UnsupportedError(""); errors.As(err, &unsupported) {
			return nil, text, unsupported
		}
		if err != nil {
			return nil, text, argError(who, name, i+1, "failed to parse '%s' as type '%s' at position %d", w, argTypes[letter], i+1)
		}
		l.list = append(l.list, a)
	}
	if n := len(l.words); n < l.must {
		return nil, text, argError(who, name, n+1, "missing arguments (got %d/%d), type '%s' expected", n, l.must, argTypes[l.sig[n]])
	}
	if l.open != nil {
		n := len(l.words) // HAProxy counts the first one twice
		if n > 0 {
			n = max(n, 2)
		}
		return nil, text, argError(who, name, max(n, 1), "%w", l.open)
	}
	if err := l.variables(); err != nil {
		return nil, text, sayf("invalid args in %s '%s' : %w", who, name, err)
	}
	return l.list, l.rest, nil
}

// argList are a keyword's arguments while they are read.
type argList struct {
	text  string // from the opening parenthesis on
	sig   string
	must  int // how many there must be
	words []string
	list  []arg
	rest  string // what stands behind the closing parenthesis
	open  error  // why there is none
}

// variables looks at those arguments that name one, which HAProxy does once they all have been read.
func (l *argList) variables() error {
	for i := range l.list {
		a := &l.list[i]
		switch l.sig[i] {
		case 'v':
			return validVar(a.s, "")
		case 'V':
			if a.s != "" && validVar(a.s, "") != nil {
				return sayf("failed to register variable name '%s'", a.s)
			}
		case 'x': // of arithmetic: a number or a variable
			if n, ok := arithNumber(a.s); ok {
				a.n, a.s = n, ""
			} else if validVar(a.s, "") != nil {
				return sayf("expects an integer or a variable name")
			}
		}
	}
	return nil
}

// argError words what is wrong with an argument.
func argError(who, name string, i int, format string, args ...any) error {
	err := sayf(format, args...)
	if who == "converter" {
		return sayf("invalid arg %d in converter '%s' : %w", i, name, err)
	}
	return sayf("%s '%s' : %w", who, name, err)
}

func parseArg(env *Env, name string, letter byte, w string) (arg, error) {
	a := arg{s: w}
	var err error
	switch letter {
	case 'i':
		var ok bool
		if a.n, ok = wholeNumber(w); !ok {
			return a, sayf("'%s' is not a number", w)
		}
	case 'r':
		a.re, err = compileRegex(w, false)
	case '4':
		a.ip, err = maskOf(w, 32)
	case '6':
		a.ip, err = maskOf(w, 128)
	case 'a', 'A':
		if a.ip, err = netip.ParseAddr(w); err != nil || a.ip.Is4() != (letter == 'a') {
			err = sayf("invalid address")
		}
	case 'b', 'f':
		env.refer(letter, name, w)
		if w == "" {
			a.s = env.own()
		}
	case 'S':
		env.refer(letter, name, w)
	case 'u':
		env.refer(letter, name, w)
		if env != nil {
			a.users = env.Users
		}
	case 'k':
		if env.publicKey(w); env != nil {
			a.keys = env.Keys
		}
	case 'p':
		_, err = fieldNumbers(w)
	}
	return a, err
}

// arithNumber reads a number as the arithmetic converters take it: none is 0.
func arithNumber(w string) (int64, bool) {
	if w == "" {
		return 0, true
	}
	return wholeNumber(w)
}

// wholeNumber reads a number, which stops at the ends of its range.
func wholeNumber(w string) (int64, bool) {
	n, err := strconv.ParseInt(w, 10, 64)
	return n, err == nil || errors.Is(err, strconv.ErrRange)
}

// maskOf makes a mask of a length or of an address.
func maskOf(w string, bits int) (netip.Addr, error) {
	if n, err := strconv.Atoi(w); err == nil && n >= 0 && n <= bits {
		b := make([]byte, bits/8)
		for i := range n {
			b[i/8] |= 0x80 >> (i % 8)
		}
		ip, _ := netip.AddrFromSlice(b)
		return ip, nil
	}
	ip, err := netip.ParseAddr(w)
	if err != nil || ip.BitLen() != bits {
		return ip, sayf("invalid mask")
	}
	return ip, nil
}

// split reads up to the closing parenthesis. Quotes and backslashes protect commas and parentheses (section 2.2). Where an argument
// that may be left out is empty, and is no text, nothing can follow.
func (l *argList) split() {
	var b strings.Builder
	quote, from := byte(0), 1
	for i := 1; i < len(l.text); i++ {
		c := l.text[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == '\\' && quote != '\'' && i+1 < len(l.text) && unescaped(l.text[i+1]) != 0:
			i++
			b.WriteByte(unescaped(l.text[i]))
		case quote == 0 && (c == ',' || c == ')'):
			l.words = append(l.words, b.String())
			b.Reset()
			if n := len(l.words); c == ',' && l.ends(n-1, l.text[from:i]) {
				l.words, l.open = l.words[:n-1], notClosed(l.text[from:])
				return
			} else if c == ',' && n == len(l.sig) {
				l.open = notClosed(l.text[i:])
				return
			}
			if from = i + 1; c == ')' {
				l.rest = l.text[from:]
				return
			}
		default:
			b.WriteByte(c)
		}
	}
	if !l.ends(len(l.words), b.String()) {
		l.words = append(l.words, b.String())
	}
	if l.open = notClosed(""); quote != 0 {
		l.open = sayf("unquoted '%c' in arguments", quote)
	}
}

// ends tells whether the i-th argument is one behind which nothing can follow.
func (l *argList) ends(i int, word string) bool {
	return word == "" && i >= l.must && strings.IndexByte("sV", l.sig[i]) < 0
}

// notClosed says that another argument, or the end, stands where a parenthesis should.
func notClosed(before string) error {
	if before == "" {
		return sayf("expected ')'")
	}
	return sayf("expected ')' before '%s'", before)
}

// unescaped is what a backslash and c stand for in arguments; 0: the backslash stands for itself.
func unescaped(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case '\\', '"', '\'', ' ':
		return c
	}
	return 0
}

// text is the i-th argument's, or other where there is none.
func argText(a []arg, i int, other string) string {
	if i < len(a) && a[i].s != "" {
		return a[i].s
	}
	return other
}

func argNumber(a []arg, i int, other int64) int64 {
	if i < len(a) && a[i].s != "" {
		return a[i].n
	}
	return other
}
