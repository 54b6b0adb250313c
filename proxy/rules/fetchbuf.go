package rules

import "strings"

// bufferFetches are those of section 7.3.5: they read what has come of a connection in mode tcp.
func bufferFetches() []fetch {
	list := []fetch{
		{name: "req.len", kind: Int, from: srcReqBuf, get: fetchLen(false)}, {name: "req_len", kind: Int, from: srcReqBuf, get: fetchLen(false)},
		{name: "res.len", kind: Int, from: srcResBuf, get: fetchLen(true)},
		{name: "req.proto_http", kind: Bool, from: srcRequest, get: fetchIsHTTP}, {name: "req_proto_http", kind: Bool, from: srcRequest, get: fetchIsHTTP},
		{name: "req.payload", sig: "ii", kind: Bin, from: srcReqBuf, get: fetchPayload},
		{name: "req.payload_lv", sig: "ii|s", kind: Bin, from: srcReqBuf, get: fetchPayloadLV, check: checkPayloadLV},
		{name: "res.payload", sig: "ii", kind: Bin, from: srcResBuf, get: fetchPayload},
		{name: "res.payload_lv", sig: "ii|s", kind: Bin, from: srcResBuf, get: fetchPayloadLV, check: checkPayloadLV},
		{name: "payload", sig: "ii", kind: Bin, from: srcEitherL6, get: fetchPayload},
		{name: "payload_lv", sig: "ii|s", kind: Bin, from: srcEitherL6, get: fetchPayloadLV, check: checkPayloadLV},
	}
	for _, name := range []string{"req.rdp_cookie", "rdp_cookie", "req_rdp_cookie"} {
		list = append(list,
			fetch{name: name, sig: "|s", kind: Str, from: srcReqBuf, get: fetchRDPCookie},
			fetch{name: name + "_cnt", sig: "|s", kind: Int, from: srcReqBuf, get: func(tx *Tx, a []arg) (Value, bool) {
				_, ok := fetchRDPCookie(tx, a)
				return integer(bit(ok)), tx.Payload != ""
			}})
	}
	return append(list, helloFetches()...)
}

// raw tells whether the fetch is of a buffer's bytes, which mode http has not.
func (f *fetch) raw() bool {
	return f.from.needs == srcReqBuf.needs || f.from.needs == srcResBuf.needs
}

func fetchLen(response bool) func(*Tx, []arg) (Value, bool) {
	return func(tx *Tx, _ []arg) (Value, bool) {
		m := tx.Req
		if response {
			m = tx.Res
		}
		if m != nil {
			return integer(m.size() + len(m.Body)), true
		}
		tx.waiting = tx.waiting || !tx.Final
		return integer(len(tx.Payload)), true
	}
}

// size is a head's in HAProxy's own form: its texts, and 21 bytes for what a start line and an end take.
func (m *Message) size() int {
	const fixed, status = 21, 3
	n := fixed + len("HTTP/") + len(m.Version) + len(m.Method) + len(m.URI) + len(m.Reason)
	if m.Status > 0 {
		n += status
	}
	for _, f := range m.Fields {
		n += len(f.Name) + len(f.Value)
	}
	return n
}

func fetchIsHTTP(tx *Tx, _ []arg) (Value, bool) { return boolean(tx.Req != nil || tx.Res != nil), true }

// more says that what a fetch looks for has not come yet.
func (tx *Tx) more() (Value, bool) {
	tx.waiting = tx.waiting || !tx.Final
	return none()
}

// fetchPayload takes its numbers for unsigned ones of 32 bits, as fetchPayloadLV does: what is below 0 lies behind everything.
func fetchPayload(tx *Tx, a []arg) (Value, bool) {
	from, n := int(uint32(a[0].n)), int(uint32(a[1].n))
	if tx.Req != nil || tx.Res != nil {
		return none()
	}
	if from+n > len(tx.Payload) || from >= len(tx.Payload) {
		return tx.more()
	}
	if n == 0 {
		tx.waiting = tx.waiting || !tx.Final
		n = len(tx.Payload) - from
	}
	return Value{Kind: Bin, Str: tx.Payload[from : from+n]}, true
}

func checkPayloadLV(a []arg) error {
	text := argText(a, 2, "")
	move, ok := wholeNumber(text)
	switch {
	case a[0].n < 0:
		return sayf("payload offset1 must be positive")
	case a[1].n == 0:
		return sayf("payload length must be > 0")
	case !ok && text != "" && text != "+" && text != "-": // a sign alone is 0
		return sayf("payload offset2 is not a number")
	case text != "" && a[0].n+a[1].n+move < 0: // also round the range's end
		return sayf("payload offset2 too negative")
	}
	return nil
}

// fetchPayloadLV reads a block behind its length, or so far from there as the third argument says.
func fetchPayloadLV(tx *Tx, a []arg) (Value, bool) {
	at, size := int(uint32(a[0].n)), int(uint32(a[1].n))
	if tx.Req != nil || tx.Res != nil {
		return none()
	}
	if at+size > len(tx.Payload) {
		return tx.more()
	}
	n, from := uint32(0), uint32(at+size)
	for _, c := range []byte(tx.Payload[at : at+size]) {
		n = n<<8 | uint32(c)
	}
	if s := argText(a, 2, ""); s != "" {
		move, _ := wholeNumber(s)
		switch {
		case s[0] == '+' || s[0] == '-':
			from += uint32(move)
		case move%2 == 0: // without a sign 2.6 goes by the half, whatever the manual says
			from = uint32(move >> 1)
		default:
			from += uint32(move >> 1)
		}
	}
	if n == 0 || n > 1<<20 {
		return none()
	}
	end := int(from) + int(n)
	if end > len(tx.Payload) {
		return tx.more()
	}
	return Value{Kind: Bin, Str: tx.Payload[from:end]}, true
}

// fetchRDPCookie reads "Cookie: name=value" of an RDP connection request ([MS-RDPBCGR], section 2.2.1.1).
func fetchRDPCookie(tx *Tx, a []arg) (Value, bool) {
	value, more, ok := rdpCookie(tx.Payload, argText(a, 0, ""))
	if more {
		return tx.more()
	}
	return Text(value), ok
}

// RDPCookie finds a cookie in the connection request that RDP begins with; name "": any.
func RDPCookie(payload, name string) (value string, ok bool) {
	value, _, ok = rdpCookie(payload, name)
	return value, ok
}

// rdpCookie is RDPCookie; more: it may still come.
func rdpCookie(p, want string) (value string, more, ok bool) {
	const head = 11 // TPKT and X.224
	if len(p) <= head {
		return "", true, false
	}
	if p[0] != 3 || p[5] != 0xe0 {
		return "", false, false
	}
	line, _, ended := strings.Cut(p[head:], "\r\n")
	if !ended {
		return "", true, false
	}
	text, is := cutPrefixFold(line, "Cookie: ")
	name, value, ok := strings.Cut(text, "=")
	if !is || !ok || want != "" && !strings.EqualFold(want, name) {
		return "", false, false
	}
	return value, false, true
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}
