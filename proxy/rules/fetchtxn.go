package rules

import (
	"strings"
)

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
			if tx.Info == nil || tx.Info.Line == "" {
				return ""
			}
			return tx.Info.Version
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
			n := tx.status()
			return integer(n), n > 0
		}},
		{name: "res.ver", kind: Str, from: srcResHead, get: version},
		{name: "resp_ver", kind: Str, from: srcResHead, get: version},
	}
}

// status is the response's, also once it has gone; not above 0: there is none.
func (tx *Tx) status() int {
	switch {
	case tx.Res != nil:
		return tx.Res.Status
	case tx.Info != nil:
		return tx.Info.Status
	}
	return 0
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
