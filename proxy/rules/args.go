package rules

import (
	"math"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// argTypes are the letters of signatures with the types' names in messages.
var argTypes = map[byte]string{
	's': "string", 'i': "integer", 'r': "regex", 'v': "string", 'x': "string", 'b': "backend", 'f': "frontend", 'S': "server",
	'4': "IPv4 mask", '6': "IPv6 mask", 'a': "IPv4 address", 'A': "IPv6 address", 'u': "user list", 'p': "Protocol buffers field number",
}

// arguments reads "(a,b)" as sig says. who and name are the keyword's, for messages.
func arguments(env *Env, who, name, text, sig string) ([]arg, string, error) {
	must, may, _ := strings.Cut(sig, "|")
	var words []string
	var open error // why they have no end
	rest, most := text, len(must+may)
	if strings.HasPrefix(text, "(") {
		if most == 0 {
			if strings.HasPrefix(text, "()") {
				return nil, text[2:], nil
			}
			return nil, text, argError(who, name, 1, "%w", notClosed(text[1:]))
		}
		words, rest, open = splitArgs(text[1:], most)
	}
	if words == nil && must != "" {
		words = []string{""} // no argument is one that is empty
	}
	var list []arg
	for i, w := range words {
		letter := (must + may)[i]
		if w == "" && i >= len(must) {
			list = append(list, arg{})
			continue
		}
		if w == "" && strings.IndexByte("svxru", letter) < 0 {
			return nil, text, argError(who, name, i+1, "expected type '%s' at position %d, but got nothing", argTypes[letter], i+1)
		}
		a, err := parseArg(env, name, letter, w)
		if err != nil {
			if letter == 'v' || letter == 'x' || letter == 'p' {
				return nil, text, sayf("invalid args in %s '%s' : %w", who, name, err)
			}
			return nil, text, argError(who, name, i+1, "failed to parse '%s' as type '%s' at position %d", w, argTypes[letter], i+1)
		}
		list = append(list, a)
	}
	if open != nil {
		return nil, text, argError(who, name, len(words), "%w", open)
	}
	if len(words) < len(must) {
		return nil, text, argError(who, name, len(words)+1, "missing arguments (got %d/%d), type '%s' expected", len(words), len(must), argTypes[must[len(words)]])
	}
	return list, rest, nil
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
		if a.n, err = strconv.ParseInt(w, 10, 64); err != nil {
			return a, sayf("'%s' is not a number", w)
		}
	case 'r':
		a.re, err = regexp.Compile(w)
	case 'x': // of arithmetic: a number or a variable
		if n, ok := arithNumber(w); ok {
			a.n, a.s = n, ""
		} else {
			err = validVar(w, "")
		}
	case 'v':
		err = validVar(w, "")
	case '4':
		a.ip, err = maskOf(w, 32)
	case '6':
		a.ip, err = maskOf(w, 128)
	case 'a', 'A':
		if a.ip, err = netip.ParseAddr(w); err != nil || a.ip.Is4() != (letter == 'a') {
			err = sayf("invalid address")
		}
	case 'b', 'f', 'S':
		env.refer(letter, name, w)
	case 'u':
		env.refer(letter, name, w)
		if env != nil {
			a.users = env.Users
		}
	case 'p':
		_, err = fieldNumbers(w)
	}
	return a, err
}

// arithNumber reads a number as the arithmetic converters take it.
func arithNumber(w string) (int64, bool) {
	n, err := strconv.ParseInt(w, 10, 64)
	if err != nil && (strings.HasPrefix(w, "-") && len(w) > 1 && w[1] >= '0' && w[1] <= '9') {
		return math.MinInt64, true
	}
	return n, err == nil
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

// splitArgs reads up to the closing parenthesis, at most so many arguments. Quotes and backslashes protect commas and
// parentheses (section 2.2).
func splitArgs(text string, most int) (words []string, rest string, err error) {
	var b strings.Builder
	quote, any := byte(0), false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote, any = c, true
		case c == '\\' && quote != '\'' && i+1 < len(text):
			i++
			any = true
			b.WriteString(unescaped(text[i], quote))
		case quote == 0 && c == ',' && len(words)+1 == most:
			return append(words, b.String()), text, notClosed(text[i:])
		case quote == 0 && c == ',':
			words = append(words, b.String())
			b.Reset()
		case quote == 0 && c == ')':
			if words = append(words, b.String()); len(words) == 1 && words[0] == "" && !any {
				words = nil
			}
			return words, text[i+1:], nil
		default:
			b.WriteByte(c)
		}
	}
	if quote != 0 {
		return nil, text, sayf("unquoted '%c' in arguments", quote)
	}
	return append(words, b.String()), text, notClosed("")
}

// notClosed says that another argument, or the end, stands where a parenthesis should.
func notClosed(before string) error {
	if before == "" {
		return sayf("expected ')'")
	}
	return sayf("expected ')' before '%s'", before)
}

// unescaped is what a backslash and c stand for in arguments. In double quotes it protects only what is special there.
func unescaped(c, quote byte) string {
	if quote == '"' && strings.IndexByte("\\\"", c) < 0 {
		return "\\" + string([]byte{c})
	}
	if quote == 0 && strings.IndexByte(`\"',() `, c) < 0 {
		return "\\" + string([]byte{c})
	}
	return string([]byte{c})
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
