package engine

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"net/netip"
	"strconv"
	"strings"

	"simulacro/proxy/rules"
)

// proxyHeader is what the PROXY protocol says of a connection (HAProxy's proxy-protocol.txt).
type proxyHeader struct {
	src, dst  netip.AddrPort // invalid: the connection's own addresses hold
	authority string
	hasAuth   bool
	unique    string // the connection's unique ID
}

// proxySignature begins a header of version 2.
const proxySignature = "\r\n\r\n\x00\r\nQUIT\n"

// The sizes of headers: the longest line of version 1, and what precedes the addresses in version 2.
const (
	maxProxyLine = 107
	proxyFixed   = 16
)

// The records of version 2 that are looked at: the host name the client asked for, a checksum, and a unique ID.
const (
	typeALPN      = 0x01
	typeAuthority = 0x02
	typeCRC       = 0x03
	typeUnique    = 0x05
	typeSSL       = 0x20
)

// castagnoli is the checksum's polynomial.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksumFits recomputes the checksum of a header with its own field, a part of it, taken for zero.
func checksumFits(whole, field []byte) bool {
	want := binary.BigEndian.Uint32(field)
	clear(field)
	got := crc32.Checksum(whole, castagnoli)
	binary.BigEndian.PutUint32(field, want)
	return got == want
}

// parseProxyHeader reads a header from b's beginning and gives its length; 0: more is needed.
func parseProxyHeader(b []byte) (h proxyHeader, n int, err error) {
	if k := min(len(b), len(proxySignature)); string(b[:k]) == proxySignature[:k] {
		return parseProxyV2(b)
	}
	return parseProxyV1(b)
}

// parseProxyV1 reads "PROXY TCP4 <source> <destination> <source port> <destination port>".
func parseProxyV1(b []byte) (h proxyHeader, n int, err error) {
	const word = "PROXY "
	if k := min(len(b), len(word)); string(b[:k]) != word[:k] {
		return h, 0, rules.ProxyNone
	}
	end := bytes.Index(b, []byte("\r\n"))
	if end < 0 || end > maxProxyLine {
		if len(b) > maxProxyLine {
			err = rules.ProxyInvalid
		}
		return h, 0, err
	}
	f := strings.Split(string(b[len(word):end]), " ")
	if f[0] == "UNKNOWN" {
		return h, end + 2, nil
	}
	if f[0] != "TCP4" && f[0] != "TCP6" {
		return h, 0, rules.ProxyUnhandled
	}
	if len(f) != 5 {
		return h, 0, rules.ProxyInvalid
	}
	var good, fine bool
	h.src, good = addrPort(f[1], f[3], f[0] == "TCP4")
	h.dst, fine = addrPort(f[2], f[4], f[0] == "TCP4")
	if !good || !fine {
		return h, 0, rules.ProxyInvalid
	}
	return h, end + 2, nil
}

func addrPort(addr, port string, v4 bool) (netip.AddrPort, bool) {
	a, err := netip.ParseAddr(addr)
	p, perr := strconv.ParseUint(port, 10, 16)
	return netip.AddrPortFrom(a, uint16(p)), err == nil && perr == nil && a.Is4() == v4
}

// parseProxyV2 reads the binary form.
func parseProxyV2(b []byte) (h proxyHeader, n int, err error) {
	if len(b) < proxyFixed {
		return h, 0, nil
	}
	version, command, family := b[12]>>4, b[12]&15, b[13]
	size := int(binary.BigEndian.Uint16(b[14:]))
	if version != 2 {
		return h, 0, rules.ProxyNone
	}
	if command > 1 {
		return h, 0, rules.ProxyInvalid
	}
	if len(b) < proxyFixed+size {
		return h, 0, nil
	}
	p := b[proxyFixed : proxyFixed+size]
	if command == 0 { // LOCAL: a check of the sender's own
		return h, proxyFixed + size, nil
	}
	width := map[byte]int{0x11: 4, 0x21: 16}[family]
	if width > 0 {
		if len(p) < 2*width+4 {
			return h, 0, rules.ProxyInvalid
		}
		h.src, h.dst = binaryAddr(p[:width], p[2*width:]), binaryAddr(p[width:2*width], p[2*width+2:])
		p = p[2*width+4:]
	} else {
		p = nil // of other families nothing is taken
	}
	return h, proxyFixed + size, h.records(p, b[:proxyFixed+size])
}

func binaryAddr(addr, port []byte) netip.AddrPort {
	a, _ := netip.AddrFromSlice(addr)
	return netip.AddrPortFrom(a, binary.BigEndian.Uint16(port))
}

// records reads what follows the addresses in the header whole: a type, a length and a value each, up to its very end.
func (h *proxyHeader) records(p, whole []byte) error {
	for len(p) > 0 {
		if len(p) < 3 {
			return rules.ProxyInvalid
		}
		k := int(binary.BigEndian.Uint16(p[1:]))
		if k > len(p)-3 {
			return rules.ProxyInvalid
		}
		switch value := p[3 : 3+k]; p[0] {
		case typeAuthority:
			if k > 255 {
				return rules.ProxyInvalid
			}
			h.authority, h.hasAuth = string(value), true
		case typeUnique:
			if k > 128 {
				return rules.ProxyInvalid
			}
			h.unique = string(value)
		case typeCRC:
			if k != 4 || !checksumFits(whole, value) {
				return rules.ProxyInvalid
			}
		}
		p = p[3+k:]
	}
	return nil
}

// readProxyHeader takes the PROXY protocol's header off a fresh connection. It has to come in one piece, as HAProxy wants it.
func (c *client) readProxyHeader() {
	n := c.recv()
	switch {
	case n == recvNothing:
		return
	case n == recvEnd:
		c.failed(rules.ProxyEmpty)
		return
	case n < 0:
		c.failed(rules.ProxyAbort)
		return
	}
	c.held = append(c.held, c.l.buf[:n]...)
	h, k, err := parseProxyHeader(c.held)
	if err == nil && k == 0 {
		err = rules.ProxyTruncated
	}
	if err != nil {
		why := rules.ProxyInvalid
		errors.As(err, &why)
		c.failed(why)
		return
	}
	c.held = c.held[:copy(c.held, c.held[k:])]
	if h.src.IsValid() {
		c.readdress(addrPair{h.src, h.dst})
	}
	if c.session == nil {
		c.session = c.newSession()
	}
	c.session.Proxied = true
	c.session.Authority, c.session.HasAuth, c.session.PPUnique = h.authority, h.hasAuth, h.unique
	c.st = stIdle
	c.begins()
}
