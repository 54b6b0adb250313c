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
			return Value{}, false
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

func queryOf(m *Message) string {
	_, _, q := m.path()
	return strings.TrimPrefix(q, "?")
}

func hostOf(m *Message) string {
	h, _ := m.Get("host")
	return h
}

// requestFetches are those of section 7.3.6 about requests.
func requestFetches() []fetch {
	list := []fetch{
		{name: "method", kind: Str, use: inRequest, get: textOf(func(m *Message) string { return m.Method })},
		{name: "path", kind: Str, use: inRequest, get: onReq(pathOf)},
		{name: "pathq", kind: Str, use: inRequest, get: onReq(func(m *Message) (string, bool) {
			_, p, q := m.path()
			return p + q, p != ""
		})},
		{name: "query", kind: Str, use: inRequest, get: textOf(queryOf)},
		{name: "url", kind: Str, use: inRequest, get: textOf(func(m *Message) string { return m.URI })},
		{name: "base", kind: Str, use: inRequest, get: textOf(func(m *Message) string {
			p, _ := pathOf(m)
			return hostOf(m) + p
		})},
		{name: "req.ver", kind: Str, use: inRequest, get: textOf(func(m *Message) string { return m.Version })},
		{name: "req_ver", kind: Str, use: inRequest, get: textOf(func(m *Message) string { return m.Version })},
		{name: "url_param", sig: "|ss", kind: Str, use: inRequest, get: fetchParam},
		{name: "urlp", sig: "|ss", kind: Str, use: inRequest, get: fetchParam},
		{name: "urlp_val", sig: "|ss", kind: Int, use: inRequest, get: func(tx *Tx, a []arg) (Value, bool) {
			v, ok := fetchParam(tx, a)
			if !ok {
				return v, false
			}
			return cast(v, Int, false)
		}},
		{name: "req.body", kind: Bin, use: inRequest, get: onReq(func(m *Message) (string, bool) { return m.Body, true })},
		{name: "req.body_len", kind: Int, use: inRequest, get: func(tx *Tx, _ []arg) (Value, bool) {
			if tx.Req == nil {
				return Value{}, false
			}
			return integer(len(tx.Req.Body)), true
		}},
		{name: "req.body_size", kind: Int, use: inRequest, get: func(tx *Tx, _ []arg) (Value, bool) {
			if tx.Req == nil {
				return Value{}, false
			}
			return integer(max(tx.Req.BodyLen, int64(len(tx.Req.Body)))), true
		}},
		{name: "http_auth_bearer", sig: "|s", kind: Str, use: inRequest, get: fetchBearer},
		{name: "capture.req.hdr", sig: "i", kind: Str, get: fetchCapture(0)},
		{name: "capture.res.hdr", sig: "i", kind: Str, get: fetchCapture(1)},
		{name: "capture.req.method", kind: Str, get: fetchLine(0)},
		{name: "capture.req.uri", kind: Str, get: fetchLine(1)},
	}
	return append(list, headerFetches([]string{"req.", ""}, inRequest, reqMessage)...)
}

// responseFetches are those of section 7.3.6 about responses.
func responseFetches() []fetch {
	status := func(tx *Tx, _ []arg) (Value, bool) {
		if tx.Res == nil {
			return Value{}, false
		}
		return integer(tx.Res.Status), true
	}
	version := func(tx *Tx, _ []arg) (Value, bool) {
		if tx.Res == nil {
			return Value{}, false
		}
		return Text(tx.Res.Version), true
	}
	list := []fetch{
		{name: "status", kind: Int, use: inResponse, get: status},
		{name: "res.ver", kind: Str, use: inResponse, get: version},
		{name: "resp_ver", kind: Str, use: inResponse, get: version},
		{name: "res.body", kind: Bin, use: inResponse, get: func(tx *Tx, _ []arg) (Value, bool) {
			if tx.Res == nil {
				return Value{}, false
			}
			return Value{Kind: Bin, Str: tx.Res.Body}, true
		}},
	}
	return append(list, headerFetches([]string{"res.", "s"}, inResponse, resMessage)...)
}

func reqMessage(tx *Tx) *Message { return tx.Req }
func resMessage(tx *Tx) *Message { return tx.Res }

// headerFetches makes the family of fetches that read header fields, under each of their prefixes.
func headerFetches(prefixes []string, use where, of func(*Tx) *Message) []fetch {
	h := headers{of}
	var list []fetch
	for _, p := range prefixes {
		list = append(list,
			fetch{name: p + "hdr", sig: "|si", kind: Str, use: use, get: h.last(h.values), all: h.each(h.values)},
			fetch{name: p + "fhdr", sig: "|si", kind: Str, use: use, get: h.last(h.lines), all: h.each(h.lines)},
			fetch{name: p + "hdr_cnt", sig: "|s", kind: Int, use: use, get: h.count(h.values)},
			fetch{name: p + "fhdr_cnt", sig: "|s", kind: Int, use: use, get: h.count(h.lines)},
			fetch{name: p + "hdr_val", sig: "|si", kind: Int, use: use, get: h.cast(Int), all: h.castAll(Int)},
			fetch{name: p + "hdr_ip", sig: "|si", kind: IP, use: use, get: h.cast(IP), all: h.castAll(IP)},
			fetch{name: p + "hdr_names", sig: "|s", kind: Str, use: use, get: h.names},
			fetch{name: p + "cook", sig: "|s", kind: Str, use: use, get: h.cookie(use)},
		)
	}
	return list
}

// headers reads a message's fields.
type headers struct{ of func(*Tx) *Message }

// lines gives the whole values of a name's fields.
func (h headers) lines(tx *Tx, a []arg) (list []Value) {
	m := h.of(tx)
	if m == nil {
		return nil
	}
	name := ""
	if len(a) > 0 {
		name = strings.ToLower(a[0].s)
	}
	for _, f := range m.Fields {
		if name == "" || f.Name == name {
			list = append(list, Text(f.Value))
		}
	}
	return list
}

// values gives the comma-separated values of a name's fields.
func (h headers) values(tx *Tx, a []arg) (list []Value) {
	for _, v := range h.lines(tx, a) {
		for _, s := range splitList(v.Str) {
			list = append(list, Text(s))
		}
	}
	return list
}

// splitList splits at commas that no quotes enclose, and trims blanks.
func splitList(s string) (list []string) {
	from, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '\\' && quoted:
			i++
		case s[i] == ',' && !quoted:
			list = append(list, strings.Trim(s[from:i], " \t"))
			from = i + 1
		}
	}
	return append(list, strings.Trim(s[from:], " \t"))
}

type lister func(*Tx, []arg) []Value

// last gives the occurrence that the second argument names: from 1, from the end below 0; the last without it.
func (h headers) last(list lister) func(*Tx, []arg) (Value, bool) {
	return func(tx *Tx, a []arg) (Value, bool) {
		all := list(tx, a)
		i := len(all) - 1
		if len(a) > 1 && a[1].n > 0 {
			i = int(a[1].n) - 1
		} else if len(a) > 1 && a[1].n < 0 {
			i = len(all) + int(a[1].n)
		}
		if i < 0 || i >= len(all) {
			return Value{}, false
		}
		return all[i], true
	}
}

func (h headers) each(list lister) lister {
	return func(tx *Tx, a []arg) []Value {
		if len(a) > 1 && a[1].n != 0 {
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

// castHeader is cast, but an address may be followed by a port.
func castHeader(v Value, to Kind) (Value, bool) {
	if to == IP {
		if ap, err := netip.ParseAddrPort(v.Str); err == nil {
			return Value{Kind: IP, IP: ap.Addr()}, true
		}
	}
	return cast(v, to, false)
}

func (h headers) names(tx *Tx, a []arg) (Value, bool) {
	m, sep := h.of(tx), ","
	if m == nil {
		return Value{}, false
	}
	if len(a) > 0 {
		sep = a[0].s
	}
	var names []string
	for _, f := range m.Fields {
		if !contains(names, f.Name) {
			names = append(names, f.Name)
		}
	}
	return Text(strings.Join(names, sep)), true
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// cookie reads a cookie of Cookie, or the value that Set-Cookie gives one.
func (h headers) cookie(use where) func(*Tx, []arg) (Value, bool) {
	field := "cookie"
	if use == inResponse {
		field = "set-cookie"
	}
	return func(tx *Tx, a []arg) (Value, bool) {
		for _, line := range h.lines(tx, []arg{{s: field}}) {
			for i, part := range strings.Split(line.Str, ";") {
				name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
				if (len(a) == 0 || name == a[0].s) && (i == 0 || use == inRequest) {
					return Text(value), true
				}
			}
		}
		return Value{}, false
	}
}

// fetchParam reads a parameter of the query; a second argument is another delimiter than the question mark.
func fetchParam(tx *Tx, a []arg) (Value, bool) {
	if tx.Req == nil {
		return Value{}, false
	}
	delim := "?"
	if len(a) > 1 && a[1].s != "" {
		delim = a[1].s[:1]
	}
	_, q, ok := strings.Cut(tx.Req.URI, delim)
	if !ok {
		return Value{}, false
	}
	for _, part := range strings.FieldsFunc(q, func(c rune) bool { return c == '&' || c == ';' }) {
		name, value, has := strings.Cut(part, "=")
		if has && (len(a) == 0 || a[0].s == "" || name == a[0].s) {
			return Text(value), true
		}
	}
	return Value{}, false
}

func fetchBearer(tx *Tx, a []arg) (Value, bool) {
	if tx.Req == nil {
		return Value{}, false
	}
	name := "authorization"
	if len(a) > 0 {
		name = strings.ToLower(a[0].s)
	}
	v, _ := tx.Req.Get(name)
	if name != "authorization" {
		return Text(v), v != ""
	}
	scheme, token, ok := strings.Cut(v, " ")
	return Text(strings.TrimSpace(token)), ok && strings.EqualFold(scheme, "bearer")
}

// basicAuth reads Authorization: Basic (RFC 7617).
func (m *Message) basicAuth() (user, password string, ok bool) {
	v, _ := m.Get("authorization")
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

func fetchCapture(side int) func(*Tx, []arg) (Value, bool) {
	return func(tx *Tx, a []arg) (Value, bool) {
		list := tx.Captured[side]
		if a[0].n < 0 || a[0].n >= int64(len(list)) || list[a[0].n] == "" {
			return Value{}, false
		}
		return Text(list[a[0].n]), true
	}
}

// fetchLine reads the i-th word of the request line as it came.
func fetchLine(i int) func(*Tx, []arg) (Value, bool) {
	return func(tx *Tx, _ []arg) (Value, bool) {
		if tx.Info == nil {
			return Value{}, false
		}
		words := strings.Fields(tx.Info.Line)
		if i >= len(words) {
			return Value{}, false
		}
		return Text(words[i]), true
	}
}
