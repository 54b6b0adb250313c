package engine

import (
	"math/bits"
	"net/netip"
	"strconv"
	"strings"

	"simulacro/proxy/rules"
)

// rdpCookie gives a cookie of the connection request that a client of RDP begins with; nil: it has not come, or has none. Only rules can
// have waited for it.
func (c *client) rdpCookie(name string) []byte {
	if c.fe.http {
		return nil
	}
	if v, ok := rules.RDPCookie(string(c.held), name); ok && v != "" {
		return []byte(v)
	}
	return nil
}

// persistRDP sends a connection to the server that its cookie tells of (section 4.2, "persist rdp-cookie").
func (c *client) persistRDP() {
	name := c.be.cfg.PersistRDP
	if name == "" || c.stay.server != nil {
		return
	}
	at, ok := rdpAddr(string(c.rdpCookie(name)))
	if !ok {
		return
	}
	for _, s := range c.be.servers {
		a := s.at.Load().addr
		if a.IP == at.Addr() && a.Port == int(at.Port()) && c.be.admits(s, false) {
			c.stay.server, c.stay.direct = s, true
			return
		}
	}
}

// rdpAddr reads the address in a server's cookie: two numbers, each followed by a dot, whose bytes are in the other order.
func rdpAddr(cookie string) (at netip.AddrPort, ok bool) {
	ip, rest, dotted := strings.Cut(cookie, ".")
	port, _, ended := strings.Cut(rest, ".")
	a, err := strconv.ParseUint(ip, 10, 32)
	if err != nil || !dotted || !ended {
		return at, false
	}
	p, err := strconv.ParseUint(port, 10, 32)
	if err != nil {
		return at, false
	}
	b := [4]byte{byte(a), byte(a >> 8), byte(a >> 16), byte(a >> 24)}
	return netip.AddrPortFrom(netip.AddrFrom4(b), bits.ReverseBytes16(uint16(p))), true
}
