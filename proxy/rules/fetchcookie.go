package rules

import "strings"

// cookies gives the values of all cookies of a name in Cookie, or that Set-Cookie gives.
func (h headers) cookies(field string) lister {
	return func(tx *Tx, a []arg) (list []Value) {
		for _, v := range h.values(tx, []arg{{s: field}}) {
			list = cookieValues(list, v.Str, argText(a, 0, ""), field == "cookie")
		}
		return list
	}
}

// cookieValues appends the values that a part of a list has for a name, for any where it is empty. In Set-Cookie attributes follow the
// first cookie, so that one of another name ends the search. Names that begin with a dollar sign are attributes (RFC 2109).
func cookieValues(list []Value, rest, want string, several bool) []Value {
	for len(rest) > len(want)+1 {
		rest = strings.TrimLeft(rest, " \t")
		end := strings.IndexAny(rest, "=;")
		if end < 0 {
			break
		}
		name, value, has := strings.TrimRight(rest[:end], " \t"), "", rest[end] == '='
		if rest = rest[end+1:]; has {
			value, rest = cookieValue(rest)
		}
		switch {
		case !has || strings.HasPrefix(name, "$"):
		case want == "" || name == want:
			list = append(list, Text(value))
		case !several:
			return list
		}
	}
	return list
}

// cookieValue cuts a value off at the semicolon that ends it.
func cookieValue(s string) (value, rest string) {
	i, quoted := 0, false
	for ; i < len(s); i++ {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '\\' && quoted:
			i++
		case s[i] == ';' && !quoted:
			return strings.Trim(s[:i], " \t"), s[i+1:]
		}
	}
	return strings.Trim(s, " \t"), ""
}

// cookie gives the last one, or the first where no name is given.
func cookie(all lister) func(*Tx, []arg) (Value, bool) {
	return func(tx *Tx, a []arg) (Value, bool) {
		list := all(tx, a)
		if len(list) == 0 {
			return none()
		}
		if argText(a, 0, "") == "" {
			return list[0], true
		}
		return list[len(list)-1], true
	}
}
