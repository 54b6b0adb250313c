package rules

import (
	"net/netip"
	"strings"
)

// path cuts a target into what stands before its path, the path, and the query with its question mark.
func (m *Message) path() (before, path, query string) {
	uri := m.URI
	start := 0
	if i := strings.Index(uri, "://"); i >= 0 && !strings.HasPrefix(uri, "/") {
		j := strings.IndexAny(uri[i+3:], "/?")
		if j < 0 {
			return uri, "", ""
		}
		start = i + 3 + j
	} else if m.Method == "CONNECT" {
		return uri, "", ""
	}
	end := len(uri)
	if q := strings.IndexByte(uri[start:], '?'); q >= 0 {
		end = start + q
	}
	return uri[:start], uri[start:end], uri[end:]
}

// onReq makes a fetch of the request's head.
func onReq(f func(m *Message) (string, bool)) func(*Tx, []arg) (Value, bool) {
	return func(tx *Tx, _ []arg) (Value, bool) {
		if tx.Req == nil {
			return none()
		}
		s, ok := f(tx.Req)
		return Text(s), ok
	}
}

func textOf(f func(m *Message) string) func(*Tx, []arg) (Value, bool) {
	return onReq(func(m *Message) (string, bool) { return f(m), true })
}

func pathOf(m *Message) (string, bool) {
	_, p, _ := m.path()
	return strings.TrimPrefix(p, "*"), p != "" && p != "*"
}

func pathQueryOf(m *Message) (string, bool) {
	_, p, q := m.path()
	return p + q, p != "" && p != "*"
}

func hostOf(m *Message) string {
	h, _ := m.first("host")
	return h
}

// first gives the first field of a name.
func (m *Message) first(name string) (string, bool) {
	for _, f := range m.Fields {
		if f.Name == name {
			return f.Value, true
		}
	}
	return "", false
}

func baseOf(m *Message) string {
	p, _ := pathOf(m)
	return hostOf(m) + p
}

// fullBaseOf is the base with the query.
func fullBaseOf(m *Message) string {
	p, _ := pathOf(m)
	_, _, q := m.path()
	return hostOf(m) + p + q
}

// condensed makes a fetch of 32 bits, and one with the client's address behind them.
func condensed(name string, f func(m *Message) string) []fetch {
	number := func(tx *Tx) (uint32, bool) {
		if tx.Req == nil {
			return 0, false
		}
		return avalanche(sdbm(f(tx.Req))), true
	}
	return []fetch{
		{name: name, kind: Int, from: srcReqHead, get: func(tx *Tx, _ []arg) (Value, bool) {
			n, ok := number(tx)
			return integer(int64(n)), ok
		}},
		{name: name + "+src", kind: Bin, from: srcReqHead, get: func(tx *Tx, _ []arg) (Value, bool) {
			n, ok := number(tx)
			return Value{Kind: Bin, Str: bigEndian(int64(n))[4:] + string(tx.Session.Src.Addr().AsSlice())}, ok && tx.Session.Src.IsValid()
		}},
	}
}

// targetFetches are those of section 7.3.6 about the request line.
func targetFetches() []fetch {
	list := []fetch{
		{name: "method", kind: Method, from: srcRequest, get: func(tx *Tx, _ []arg) (Value, bool) {
			if tx.Req == nil {
				return fetchLine(0)(tx, nil)
			}
			return Text(tx.Req.Method), true
		}},
		{name: "path", kind: Str, from: srcReqHead, get: onReq(pathOf)},
		{name: "pathq", kind: Str, from: srcReqHead, get: onReq(pathQueryOf)},
		{name: "query", kind: Str, from: srcReqHead, get: onReq(func(m *Message) (string, bool) {
			_, _, q := m.path()
			return strings.TrimPrefix(q, "?"), q != ""
		})},
		{name: "url", kind: Str, from: srcReqHead, get: textOf(func(m *Message) string { return m.URI })},
		{name: "url_ip", kind: IP, from: srcReqHead, get: func(tx *Tx, _ []arg) (Value, bool) {
			a, ok := urlAddr(tx.Req)
			if !ok {
				return none()
			}
			return address(a.Addr())
		}},
		{name: "url_port", kind: Int, from: srcReqHead, get: func(tx *Tx, _ []arg) (Value, bool) {
			a, ok := urlAddr(tx.Req)
			return integer(a.Port()), ok
		}},
		{name: "base", kind: Str, from: srcReqHead, get: textOf(baseOf)},
		{name: "baseq", kind: Str, from: srcReqHead, get: textOf(fullBaseOf)},
		{name: "req.ver", kind: Str, from: srcReqHead, get: textOf(func(m *Message) string { return m.Version })},
		{name: "req_ver", kind: Str, from: srcReqHead, get: textOf(func(m *Message) string { return m.Version })},
	}
	list = append(append(list, condensed("base32", baseOf)...), condensed("url32", fullBaseOf)...)
	query := func(m *Message, a []arg) (string, string) {
		delim := argText(a, 1, "?")[:1]
		_, q, _ := strings.Cut(m.URI, delim)
		return q, "&;" + delim
	}
	return append(list, paramFetches([]string{"url_param", "urlp"}, "urlp_val", "|ss", Str, srcReqHead, query)...)
}

// urlAddr is the IPv4 address of an absolute target that has one instead of a name.
func urlAddr(m *Message) (netip.AddrPort, bool) {
	if m == nil {
		return netip.AddrPort{}, false
	}
	before, _, _ := m.path()
	scheme, authority, ok := strings.Cut(before, "://")
	if !ok {
		return netip.AddrPort{}, false
	}
	if a, err := netip.ParseAddrPort(authority); err == nil {
		return a, a.Addr().Is4()
	}
	a, err := netip.ParseAddr(authority)
	port := uint16(80)
	if scheme == "https" {
		port = 443
	}
	return netip.AddrPortFrom(a, port), err == nil && a.Is4()
}

// paramFetches make the fetches that read parameters of a query or a form.
func paramFetches(names []string, number, sig string, kind Kind, from source, text func(m *Message, a []arg) (s, delims string)) []fetch {
	values := func(tx *Tx, a []arg) (list []Value) {
		if tx.Req == nil {
			return nil
		}
		s, delims := text(tx.Req, a)
		want := argText(a, 0, "")
		for _, part := range strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(delims, c) }) {
			name, value, has := strings.Cut(part, "=")
			if has && (want == "" || name == want) {
				list = append(list, Value{Kind: kind, Str: value})
			}
		}
		return list
	}
	first := func(all lister) func(tx *Tx, a []arg) (Value, bool) {
		return func(tx *Tx, a []arg) (Value, bool) {
			list := all(tx, a)
			if len(list) == 0 {
				return none()
			}
			return list[0], true
		}
	}
	var list []fetch
	for _, name := range names {
		list = append(list, fetch{name: name, sig: sig, kind: kind, from: from, get: first(values), all: values})
	}
	if number == "" {
		return list
	}
	return append(list, fetch{name: number, sig: sig, kind: Int, from: from, get: first(numbers(values)), all: numbers(values)})
}

func ofBody(of func(*Tx) *Message, f func(m *Message) Value) func(*Tx, []arg) (Value, bool) {
	return func(tx *Tx, _ []arg) (Value, bool) {
		m := of(tx)
		if m == nil {
			return none()
		}
		return f(m), true
	}
}

// bodyFetches read what has come of a body.
func bodyFetches() []fetch {
	var list []fetch
	for _, side := range []struct {
		name string
		of   func(*Tx) *Message
		from source
	}{{"req", reqMessage, srcReqHead}, {"res", resMessage, srcResHead}} {
		list = append(list,
			fetch{name: side.name + ".body", kind: Bin, from: side.from, get: ofBody(side.of, func(m *Message) Value { return Value{Kind: Bin, Str: m.Body} })},
			fetch{name: side.name + ".body_len", kind: Int, from: side.from, get: ofBody(side.of, func(m *Message) Value { return integer(len(m.Body)) })},
			fetch{name: side.name + ".body_size", kind: Int, from: side.from, get: ofBody(side.of, func(m *Message) Value {
				return integer(max(m.BodyLen, int64(len(m.Body))))
			})},
		)
	}
	return append(list, paramFetches([]string{"req.body_param"}, "", "|s", Bin, srcReqHead, func(m *Message, _ []arg) (string, string) { return m.Body, "&;" })...)
}
