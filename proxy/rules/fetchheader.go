package rules

import (
	"strings"
)

func reqMessage(tx *Tx) *Message { return tx.Req }
func resMessage(tx *Tx) *Message { return tx.Res }

// messageFetches are those of section 7.3.6 about header fields.
func messageFetches() []fetch {
	list := append(headerFetches("req.", srcReqHead, reqMessage, "cookie"), headerFetches("res.", srcResHead, resMessage, "set-cookie")...)
	list = append(list, shortFetches("", srcReqHead, reqMessage, "cookie")...)
	list = append(list, shortFetches("s", srcResHead, resMessage, "set-cookie")...)
	either := headers{(*Tx).message}
	cookies := func(tx *Tx, a []arg) []Value {
		if tx.Res != nil {
			return either.cookies("set-cookie")(tx, a)
		}
		return either.cookies("cookie")(tx, a)
	}
	return append(list,
		fetch{name: "hdr", sig: "|si", kind: Str, from: srcEither, get: either.last(either.values), all: either.each(either.values)},
		fetch{name: "cookie", sig: "|s", kind: Str, from: srcEither, get: cookie(cookies), all: cookies},
	)
}

// headerFetches makes the family of fetches that read header fields.
func headerFetches(p string, from source, of func(*Tx) *Message, field string) []fetch {
	h := headers{of}
	whole := func(kind Kind, f func(m *Message) string) func(*Tx, []arg) (Value, bool) {
		return func(tx *Tx, _ []arg) (Value, bool) {
			m := of(tx)
			if m == nil {
				return none()
			}
			return Value{Kind: kind, Str: f(m)}, true
		}
	}
	return append(shortFetches(p, from, of, field),
		fetch{name: p + "hdr", sig: "|si", kind: Str, from: from, get: h.last(h.values), all: h.each(h.values)},
		fetch{name: p + "fhdr", sig: "|si", kind: Str, from: from, get: h.last(h.lines), all: h.each(h.lines)},
		fetch{name: p + "fhdr_cnt", sig: "|s", kind: Int, from: from, get: h.count(h.lines)},
		fetch{name: p + "hdr_names", sig: "|s", kind: Str, from: from, get: h.names},
		fetch{name: p + "hdrs", kind: Str, from: from, get: whole(Str, (*Message).lines)},
		fetch{name: p + "hdrs_bin", kind: Bin, from: from, get: whole(Bin, (*Message).packed)},
	)
}

// shortFetches are those of the family that also have a name of old.
func shortFetches(p string, from source, of func(*Tx) *Message, field string) []fetch {
	h := headers{of}
	list := []fetch{
		{name: p + "hdr_cnt", sig: "|s", kind: Int, from: from, get: h.count(h.values)},
		{name: p + "hdr_val", sig: "|si", kind: Int, from: from, get: h.cast(Int), all: h.castAll(Int)},
		{name: p + "hdr_ip", sig: "|si", kind: IP, from: from, get: h.cast(IP), all: h.castAll(IP)},
		{name: p + "cook", sig: "|s", kind: Str, from: from, get: cookie(h.cookies(field)), all: h.cookies(field)},
		{name: p + "cook_cnt", sig: "|s", kind: Int, from: from, get: func(tx *Tx, a []arg) (Value, bool) {
			return integer(len(h.cookies(field)(tx, a))), of(tx) != nil
		}},
		{name: p + "cook_val", sig: "|s", kind: Int, from: from, get: cookie(numbers(h.cookies(field))), all: numbers(h.cookies(field))},
	}
	if p == "s" {
		list = append(list, fetch{name: "shdr", sig: "|si", kind: Str, from: from, get: h.last(h.values), all: h.each(h.values)})
	}
	return list
}

// headers reads a message's fields.
type headers struct{ of func(*Tx) *Message }

// lines gives the whole values of a name's fields, without the blanks that rules may have put around them.
func (h headers) lines(tx *Tx, a []arg) (list []Value) {
	m := h.of(tx)
	if m == nil {
		return nil
	}
	name := strings.ToLower(argText(a, 0, ""))
	for _, f := range m.Fields {
		if name == "" || f.Name == name {
			list = append(list, Text(strings.Trim(f.Value, " \t")))
		}
	}
	return list
}

// values gives the comma-separated values of a name's fields.
func (h headers) values(tx *Tx, a []arg) (list []Value) {
	for _, v := range h.lines(tx, a) {
		for _, s := range splitList(v.Str) {
			list = append(list, Text(strings.Trim(s, " \t")))
		}
	}
	return list
}

// splitList splits at commas that no quotes enclose.
func splitList(s string) (list []string) {
	from, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '\\' && quoted:
			i++
		case s[i] == ',' && !quoted:
			list = append(list, s[from:i])
			from = i + 1
		}
	}
	return append(list, s[from:])
}

type lister func(*Tx, []arg) []Value

// last gives the occurrence that the second argument names: from 1, from the end below 0; the last without it.
func (h headers) last(list lister) func(*Tx, []arg) (Value, bool) {
	return func(tx *Tx, a []arg) (Value, bool) {
		if argText(a, 0, "") == "" {
			return none()
		}
		all := list(tx, a)
		i := len(all) - 1
		if n := int(argNumber(a, 1, 0)); n > 0 {
			i = n - 1
		} else if n < 0 {
			i = len(all) + n
		}
		if i < 0 || i >= len(all) {
			return none()
		}
		return all[i], true
	}
}

func (h headers) each(list lister) lister {
	return func(tx *Tx, a []arg) []Value {
		if argText(a, 0, "") == "" {
			return nil
		}
		if argNumber(a, 1, 0) != 0 {
			if v, ok := h.last(list)(tx, a); ok {
				return []Value{v}
			}
			return nil
		}
		return list(tx, a)
	}
}

func (h headers) count(list lister) func(*Tx, []arg) (Value, bool) {
	return func(tx *Tx, a []arg) (Value, bool) { return integer(len(list(tx, a))), h.of(tx) != nil }
}

func (h headers) cast(to Kind) func(*Tx, []arg) (Value, bool) {
	return func(tx *Tx, a []arg) (Value, bool) {
		v, ok := h.last(h.values)(tx, a)
		if !ok {
			return v, false
		}
		return castHeader(v, to)
	}
}

func (h headers) castAll(to Kind) lister {
	return func(tx *Tx, a []arg) (list []Value) {
		for _, v := range h.each(h.values)(tx, a) {
			if v, ok := castHeader(v, to); ok {
				list = append(list, v)
			}
		}
		return list
	}
}

// castHeader is cast, but an IPv4 address ends the value or has a port behind it, and numbers are read loosely.
func castHeader(v Value, to Kind) (Value, bool) {
	switch {
	case to == Int:
		return integer(looseNumber(v.Str)), true
	case to == IP:
		if rest := strings.TrimLeft(v.Str, "0123456789."); len(rest) < len(v.Str) && rest != "" && rest[0] != ':' {
			return none()
		}
	}
	return cast(v, to)
}

// numbers makes a number of each text.
func numbers(all lister) lister {
	return func(tx *Tx, a []arg) []Value {
		list := all(tx, a)
		for i, v := range list {
			list[i] = integer(looseNumber(v.Str))
		}
		return list
	}
}

// looseNumber makes a number of 32 bits of a text up to the first character beyond the digits, as HAProxy does: what stands before
// them in ASCII counts below 0.
func looseNumber(s string) int64 {
	digits, negative := strings.CutPrefix(s, "-")
	n := int32(0)
	for i := range len(digits) {
		d := int32(int8(digits[i])) - '0'
		if d > 9 {
			break
		}
		if negative {
			d = -d
		}
		n = n*10 + d
	}
	return int64(n)
}

func (h headers) names(tx *Tx, a []arg) (Value, bool) {
	m := h.of(tx)
	if m == nil {
		return none()
	}
	var names []string
	for _, f := range m.Fields {
		names = append(names, f.Name)
	}
	return Text(strings.Join(names, argText(a, 0, ",")[:1])), true
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
