package rules

// hello is a TLS hello message (RFC 8446, section 4.1.2; RFC 6066 for the server's name).
type hello struct {
	kind       byte
	version    int // of the record: major times 65536 and minor
	extensions map[uint16]string
}

// The extensions that fetches read.
const (
	extServerName    = 0
	extGroups        = 10
	extALPN          = 16
	extSessionTicket = 35
)

// parseHello reads the hello at p's beginning; nil, false: p is none; nil, true: it may become one.
func parseHello(p string) (h *hello, more bool) {
	const recordHead, messageHead = 5, 4
	if len(p) > 0 && p[0] != 22 {
		return nil, false
	}
	if len(p) < recordHead+messageHead {
		return nil, true
	}
	if p[1] < 3 {
		return nil, false
	}
	h = &hello{kind: p[5], version: int(p[1])<<16 | int(p[2])}
	size := int(p[3])<<8 | int(p[4])
	length := int(p[6])<<16 | int(p[7])<<8 | int(p[8])
	if h.kind != 1 && h.kind != 2 || size < messageHead || length+messageHead > size {
		return nil, false
	}
	if len(p) < recordHead+messageHead+length {
		return nil, true
	}
	h.extensions = map[uint16]string{}
	h.body([]byte(p[recordHead+messageHead : recordHead+messageHead+length]))
	return h, false
}

// body reads the extensions behind what a hello of either side begins with.
func (h *hello) body(b []byte) {
	skip := func(n int) bool {
		if n > len(b) {
			b = nil
			return false
		}
		b = b[n:]
		return true
	}
	if !skip(2+32) || len(b) == 0 || !skip(1+int(b[0])) { // version, random, session id
		return
	}
	if h.kind == 1 {
		if len(b) < 2 || !skip(2+int(big16(b))) || len(b) == 0 || !skip(1+int(b[0])) { // ciphers, compression
			return
		}
	} else if !skip(3) {
		return
	}
	if !skip(2) {
		return
	}
	for len(b) >= 4 {
		id, n := big16(b), int(big16(b[2:]))
		if !skip(4) || n > len(b) {
			return
		}
		h.extensions[id] = string(b[:n])
		b = b[n:]
	}
}

func big16(b []byte) uint16 { return uint16(b[0])<<8 | uint16(b[1]) }

// serverName is the first host name of the extension.
func (h *hello) serverName() (string, bool) {
	e := h.extensions[extServerName]
	if len(e) < 5 || e[2] != 0 {
		return "", false
	}
	n := int(e[3])<<8 | int(e[4])
	if n == 0 || 5+n > len(e) {
		return "", false
	}
	return e[5 : 5+n], true
}

// alpn lists the protocols that the client offers.
func (h *hello) alpn() (list []string) {
	e := h.extensions[extALPN]
	for e = e[min(2, len(e)):]; e != ""; {
		n := int(e[0])
		if 1+n > len(e) {
			break
		}
		list = append(list, e[1:1+n])
		e = e[1+n:]
	}
	return list
}

// ofHello makes a fetch of the hello in the buffer.
func ofHello(f func(h *hello) (Value, bool)) func(*Tx, []arg) (Value, bool) {
	return func(tx *Tx, _ []arg) (Value, bool) {
		if tx.Req != nil || tx.Res != nil {
			return none()
		}
		h, more := parseHello(tx.Payload)
		if more {
			return tx.more()
		}
		if h == nil {
			return none()
		}
		return f(h)
	}
}

func helloFetches() []fetch {
	kind := ofHello(func(h *hello) (Value, bool) { return integer(int64(h.kind)), true })
	version := ofHello(func(h *hello) (Value, bool) { return integer(h.version), true })
	sni := ofHello(func(h *hello) (Value, bool) {
		s, ok := h.serverName()
		return Text(s), ok && h.kind == 1
	})
	return []fetch{
		{name: "req.ssl_hello_type", kind: Int, from: srcReqBuf, get: kind}, {name: "req_ssl_hello_type", kind: Int, from: srcReqBuf, get: kind},
		{name: "res.ssl_hello_type", kind: Int, from: srcResBuf, get: kind}, {name: "rep_ssl_hello_type", kind: Int, from: srcResBuf, get: kind},
		{name: "req.ssl_ver", kind: Int, from: srcReqBuf, get: version}, {name: "req_ssl_ver", kind: Int, from: srcReqBuf, get: version},
		{name: "req.ssl_sni", kind: Str, from: srcReqBuf, get: sni}, {name: "req_ssl_sni", kind: Str, from: srcReqBuf, get: sni},
		{name: "req.ssl_alpn", kind: Str, from: srcReqBuf, get: ofHello(func(h *hello) (Value, bool) {
			list := h.alpn()
			if len(list) == 0 {
				return none()
			}
			return Text(list[0]), true
		}), all: func(tx *Tx, _ []arg) (values []Value) {
			h, _ := parseHello(tx.Payload)
			if h == nil {
				_, _ = tx.more()
				return nil
			}
			for _, s := range h.alpn() {
				values = append(values, Text(s))
			}
			return values
		}},
		{name: "req.ssl_ec_ext", kind: Bool, from: srcReqBuf, get: ofHello(func(h *hello) (Value, bool) {
			_, ok := h.extensions[extGroups]
			return boolean(ok), true
		})},
		{name: "req.ssl_st_ext", kind: Int, from: srcReqBuf, get: ofHello(func(h *hello) (Value, bool) {
			ticket, ok := h.extensions[extSessionTicket]
			return integer(bit(ok) + bit(ticket != "")), true
		})},
	}
}
