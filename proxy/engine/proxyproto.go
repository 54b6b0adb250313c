package engine

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/netip"
	"strconv"
	"strings"
)

// proxyHeader is what the PROXY protocol says of a connection (HAProxy's proxy-protocol.txt).
type proxyHeader struct {
	src, dst  netip.AddrPort // invalid: the connection's own addresses hold
	authority string
	hasAuth   bool
}

// proxySignature begins a header of version 2.
const proxySignature = "\r\n\r\n\x00\r\nQUIT\n"

// The sizes of headers: the longest line of version 1, and what precedes the addresses in version 2.
const (
	maxProxyLine = 107
	proxyFixed   = 16
)

// typeAuthority is the record of version 2 that holds the host name the client asked for.
const typeAuthority = 2

var errProxyHeader = errors.New("malformed PROXY protocol header")

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
		return h, 0, errProxyHeader
	}
	end := bytes.Index(b, []byte("\r\n"))
	if end < 0 || end > maxProxyLine {
		if len(b) > maxProxyLine {
			err = errProxyHeader
		}
		return h, 0, err
	}
	f := strings.Split(string(b[len(word):end]), " ")
	if f[0] == "UNKNOWN" {
		return h, end + 2, nil
	}
	if len(f) != 5 || f[0] != "TCP4" && f[0] != "TCP6" {
		return h, 0, errProxyHeader
	}
	var good, fine bool
	h.src, good = addrPort(f[1], f[3], f[0] == "TCP4")
	h.dst, fine = addrPort(f[2], f[4], f[0] == "TCP4")
	if !good || !fine {
		return h, 0, errProxyHeader
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
	if version != 2 || command > 1 {
		return h, 0, errProxyHeader
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
			return h, 0, errProxyHeader
		}
		h.src, h.dst = binaryAddr(p[:width], p[2*width:]), binaryAddr(p[width:2*width], p[2*width+2:])
		p = p[2*width+4:]
	} else {
		p = nil // of other families nothing is taken
	}
	return h, proxyFixed + size, h.records(p)
}

func binaryAddr(addr, port []byte) netip.AddrPort {
	a, _ := netip.AddrFromSlice(addr)
	return netip.AddrPortFrom(a, binary.BigEndian.Uint16(port))
}

// records reads what follows the addresses: a type, a length and a value each, up to the header's very end.
func (h *proxyHeader) records(p []byte) error {
	for len(p) > 0 {
		if len(p) < 3 {
			return errProxyHeader
		}
		k := int(binary.BigEndian.Uint16(p[1:]))
		if k > len(p)-3 {
			return errProxyHeader
		}
		if p[0] == typeAuthority {
			if k > 255 {
				return errProxyHeader
			}
			h.authority, h.hasAuth = string(p[3:3+k]), true
		}
		p = p[3+k:]
	}
	return nil
}

// readProxyHeader takes the PROXY protocol's header off a fresh connection.
func (c *client) readProxyHeader() {
	for {
		n := c.recv()
		if n == recvNothing {
			return
		}
		if n <= 0 {
			c.close()
			return
		}
		c.held = append(c.held, c.l.buf[:n]...)
		h, k, err := parseProxyHeader(c.held)
		if err != nil {
			c.close()
			return
		}
		if k == 0 {
			continue
		}
		c.held = c.held[:copy(c.held, c.held[k:])]
		if h.src.IsValid() {
			c.addr, c.origin, c.dest = h.src, h.src, h.dst
		}
		if c.session == nil {
			c.session = c.newSession()
		}
		c.session.Authority, c.session.HasAuth = h.authority, h.hasAuth
		c.st = stIdle
		c.open()
		return
	}
}
