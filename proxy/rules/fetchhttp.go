package rules

import (
	"encoding/base64"
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
	return p, p != ""
}

func pathQueryOf(m *Message) (string, bool) {
	_, p, q := m.path()
	return p + q, p != ""
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
			return Value{Kind: Bin, Str: bigEndian(int64(n))[4:] + string(tx.Session.Src.Addr().Unmap().AsSlice())}, ok
		}},
	}
}

// targetFetches are those of section 7.3.6 about the request line.
func targetFetches() []fetch {
	list := []fetch{
		{name: "method", kind: Str, from: srcRequest, get: func(tx *Tx, _ []arg) (Value, bool) {
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
		{name: "baseq", kind: Str, from: srcReqHead, get: textOf(func(m *Message) string {
			_, p, q := m.path()
			return hostOf(m) + p + q
		})},
		{name: "req.ver", kind: Str, from: srcReqHead, get: textOf(func(m *Message) string { return m.Version })},
		{name: "req_ver", kind: Str, from: srcReqHead, get: textOf(func(m *Message) string { return m.Version })},
	}
	list = append(append(list, condensed("base32", baseOf)...), condensed("url32", func(m *Message) string {
		_, p, q := m.path()
		return hostOf(m) + p + q
	})...)
	query := func(m *Message, a []arg) (string, string) {
		_, q, _ := strings.Cut(m.URI, argText(a, 1, "?")[:1])
		return q, "&;"
	}
	return append(list, paramFetches([]string{"url_param", "urlp"}, "urlp_val", "|ss", Str, srcReqHead, query)...)
}

// urlAddr is the address of an absolute target that has one instead of a name.
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
		return a, true
	}
	a, err := netip.ParseAddr(strings.Trim(authority, "[]"))
	port := uint16(80)
	if scheme == "https" {
		port = 443
	}
	return netip.AddrPortFrom(a, port), err == nil
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
	first := func(tx *Tx, a []arg) (Value, bool) {
		list := values(tx, a)
		if len(list) == 0 {
			return none()
		}
		return list[0], true
	}
	var list []fetch
	for _, name := range names {
		list = append(list, fetch{name: name, sig: sig, kind: kind, from: from, get: first, all: values})
	}
	if number == "" {
		return list
	}
	return append(list, fetch{name: number, sig: sig, kind: Int, from: from, get: func(tx *Tx, a []arg) (Value, bool) {
		v, ok := first(tx, a)
		if !ok {
			return v, false
		}
		return cast(v, Int)
	}})
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
	}{{"req", reqMessage, srcReqBody}, {"res", resMessage, srcResBody}} {
		list = append(list,
			fetch{name: side.name + ".body", kind: Bin, from: side.from, get: ofBody(side.of, func(m *Message) Value { return Value{Kind: Bin, Str: m.Body} })},
			fetch{name: side.name + ".body_len", kind: Int, from: side.from, get: ofBody(side.of, func(m *Message) Value { return integer(len(m.Body)) })},
			fetch{name: side.name + ".body_size", kind: Int, from: side.from, get: ofBody(side.of, func(m *Message) Value {
				return integer(max(m.BodyLen, int64(len(m.Body))))
			})},
		)
	}
	return append(list, paramFetches([]string{"req.body_param"}, "", "|s", Bin, srcReqBody, func(m *Message, _ []arg) (string, string) { return m.Body, "&" })...)
}

// basicAuth reads Authorization: Basic (RFC 7617).
func (m *Message) basicAuth() (user, password string, ok bool) {
	v, _ := m.first("authorization")
	scheme, token, _ := strings.Cut(v, " ")
	if !strings.EqualFold(scheme, "basic") {
		return "", "", false
	}
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(token))
	if err != nil {
		return "", "", false
	}
	return strings.Cut(string(b), ":")
}

// authFetches read what the client has shown of itself.
func authFetches() []fetch {
	return []fetch{
		{name: "http_auth", sig: "u", kind: Bool, from: srcReqHead, get: func(tx *Tx, a []arg) (Value, bool) {
			if tx.Req == nil {
				return none()
			}
			return boolean(tx.user(a[0].users[a[0].s]) != nil), true
		}},
		{name: "http_auth_group", sig: "u", kind: Str, from: srcReqHead, get: func(tx *Tx, a []arg) (Value, bool) {
			if tx.Req == nil || tx.user(a[0].users[a[0].s]) == nil {
				return none()
			}
			name, _, _ := tx.Req.basicAuth()
			return Text(name), true
		}},
		{name: "http_auth_user", kind: Str, from: srcReqHead, get: onReq(func(m *Message) (string, bool) { u, _, ok := m.basicAuth(); return u, ok })},
		{name: "http_auth_pass", kind: Str, from: srcReqHead, get: onReq(func(m *Message) (string, bool) { _, p, ok := m.basicAuth(); return p, ok })},
		{name: "http_auth_type", kind: Str, from: srcReqHead, get: onReq(func(m *Message) (string, bool) {
			v, _ := m.first("authorization")
			scheme, _, ok := strings.Cut(v, " ")
			if _, _, basic := m.basicAuth(); strings.EqualFold(scheme, "basic") {
				return "Basic", basic
			}
			return "Bearer", ok && strings.EqualFold(scheme, "bearer")
		})},
		{name: "http_auth_bearer", sig: "|s", kind: Str, from: srcReqHead, get: fetchBearer},
	}
}

// user finds the one that the client's name and password are of; nil: none.
func (tx *Tx) user(l *UserList) *User {
	name, password, ok := tx.Req.basicAuth()
	if l == nil || !ok {
		return nil
	}
	if u := l.Users[name]; u != nil && u.Check(password) {
		return u
	}
	return nil
}

// fetchBearer reads the token of the Bearer scheme (RFC 6750). Of a header that is named it gives nothing for want of one.
func fetchBearer(tx *Tx, a []arg) (Value, bool) {
	if tx.Req == nil {
		return none()
	}
	named := argText(a, 0, "") != ""
	v, _ := tx.Req.first(strings.ToLower(argText(a, 0, "authorization")))
	scheme, token, _ := strings.Cut(v, " ")
	if !strings.EqualFold(scheme, "bearer") {
		return Text(""), named
	}
	return Text(strings.TrimLeft(token, " ")), true
}

// txnFetches are of what is kept of a request beyond its own time.
func txnFetches() []fetch {
	version := func(f func(tx *Tx) string) func(*Tx, []arg) (Value, bool) {
		return func(tx *Tx, _ []arg) (Value, bool) {
			s := f(tx)
			if s == "" {
				return none()
			}
			if s > "1.0" {
				return Text("HTTP/1.1"), true
			}
			return Text("HTTP/1.0"), true
		}
	}
	return []fetch{
		{name: "http_first_req", kind: Bool, from: srcRequest, get: func(tx *Tx, _ []arg) (Value, bool) { return boolean(tx.First), true }},
		{name: "capture.req.hdr", sig: "i", kind: Str, from: srcRequest, get: fetchCapture(0)},
		{name: "capture.res.hdr", sig: "i", kind: Str, from: srcResponse, get: fetchCapture(1)},
		{name: "capture.req.method", kind: Str, from: srcRequest, get: fetchLine(0)},
		{name: "capture.req.uri", kind: Str, from: srcRequest, get: func(tx *Tx, a []arg) (Value, bool) {
			v, ok := fetchLine(1)(tx, a)
			if i := strings.Index(v.Str, "://"); ok && i > 0 && !strings.HasPrefix(v.Str, "/") {
				if j := strings.IndexByte(v.Str[i+3:], '/'); j >= 0 {
					v.Str = v.Str[i+3+j:]
				}
			}
			return v, ok
		}},
		{name: "capture.req.ver", kind: Str, from: srcRequest, get: version(func(tx *Tx) string {
			v, _ := fetchLine(2)(tx, nil)
			return strings.TrimPrefix(v.Str, "HTTP/")
		})},
		{name: "capture.res.ver", kind: Str, from: srcRequest, get: version(func(tx *Tx) string {
			if tx.Res != nil {
				tx.resVersion = tx.Res.Version
			}
			return tx.resVersion
		})},
	}
}

func fetchCapture(side int) func(*Tx, []arg) (Value, bool) {
	return func(tx *Tx, a []arg) (Value, bool) {
		list := tx.Captured[side]
		if a[0].n < 0 || a[0].n >= int64(len(list)) || list[a[0].n] == "" {
			return none()
		}
		return Text(list[a[0].n]), true
	}
}

// fetchLine reads the i-th word of the request line as it came.
func fetchLine(i int) func(*Tx, []arg) (Value, bool) {
	return func(tx *Tx, _ []arg) (Value, bool) {
		if tx.Info == nil {
			return none()
		}
		words := strings.Fields(tx.Info.Line)
		if i >= len(words) {
			return none()
		}
		return Text(words[i]), true
	}
}

// responseFetches are those of section 7.3.6 about the status line.
func responseFetches() []fetch {
	version := func(tx *Tx, _ []arg) (Value, bool) {
		if tx.Res == nil {
			return none()
		}
		return Text(tx.Res.Version), true
	}
	return []fetch{
		{name: "status", kind: Int, from: srcResponse, get: func(tx *Tx, _ []arg) (Value, bool) {
			if tx.Res != nil {
				return integer(tx.Res.Status), true
			}
			return integer(tx.status()), tx.status() > 0
		}},
		{name: "res.ver", kind: Str, from: srcResHead, get: version},
		{name: "resp_ver", kind: Str, from: srcResHead, get: version},
	}
}

// status is the response's once it has gone.
func (tx *Tx) status() int {
	if tx.Info == nil {
		return 0
	}
	return tx.Info.Status
}

// lines writes a head's fields as a message has them, with the blank line.
func (m *Message) lines() string {
	var b strings.Builder
	for _, f := range m.Fields {
		b.WriteString(f.Name + ": " + f.Value + "\r\n")
	}
	return b.String() + "\r\n"
}

// packed writes a head's fields as SPOE does: each text behind its length, two empty ones at the end.
func (m *Message) packed() string {
	var b []byte
	add := func(s string) { b = append(appendVarint(b, uint64(len(s))), s...) }
	for _, f := range m.Fields {
		add(f.Name)
		add(f.Value)
	}
	add("")
	add("")
	return string(b)
}

// appendVarint is the variable integer of the peers' and SPOE's protocols: the first byte has 4 bits of it where more follow.
func appendVarint(b []byte, n uint64) []byte {
	if n < 240 {
		return append(b, byte(n))
	}
	b = append(b, byte(n)|240)
	for n = (n - 240) >> 4; n >= 128; n = (n - 128) >> 7 {
		b = append(b, byte(n)|128)
	}
	return append(b, byte(n))
}
