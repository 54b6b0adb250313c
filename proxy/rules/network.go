package rules

import (
	"net/netip"
	"strconv"
	"strings"
)

// network is addresses that agree in the bits of a mask, which may have holes (section 7.1.6).
type network struct {
	addr, mask [16]byte
	v4         bool
}

// has compares addresses of either version.
func (n *network) has(a netip.Addr) bool {
	if n.v4 {
		if a = toIPv4(a); !a.Is4() {
			return false
		}
	}
	for i, b := range a.As16() {
		if (b^n.addr[i])&n.mask[i] != 0 {
			return false
		}
	}
	return true
}

// toIPv4 takes the IPv4 address out of 2002:IPV4::, ::IPV4 and ::ffff:IPV4; others stay.
func toIPv4(a netip.Addr) netip.Addr {
	if !a.Is6() {
		return a
	}
	b := a.As16()
	switch {
	case a.Is4In6():
		return a.Unmap()
	case b[0] == 0x20 && b[1] == 0x02: // 6to4
		return netip.AddrFrom4([4]byte(b[2:6]))
	case [12]byte(b[:12]) == [12]byte{}:
		return netip.AddrFrom4([4]byte(b[12:16]))
	}
	return a
}

// parseNet reads address[/mask] as ACLs have it. Octets of 0 in the middle may be left out of an IPv4 one. resolve
// finds addresses of names; nil: there are no names.
func parseNet(s string, resolve func(host string) (netip.Addr, bool)) (n network, ok bool) {
	host, mask, masked := strings.Cut(s, "/")
	a, ok := parseACLAddr(host)
	if !ok && resolve != nil {
		a, ok = resolve(host)
	}
	if !ok {
		return n, false
	}
	if !masked {
		mask = strconv.Itoa(a.BitLen())
	}
	m, err := maskOf(mask, a.BitLen())
	if err != nil || strings.Contains(mask, ":") { // one of IPv6 is a length alone
		return n, false
	}
	n = network{addr: a.As16(), v4: a.Is4()}
	copy(n.mask[16-a.BitLen()/8:], m.AsSlice())
	return n, true
}

func parseACLAddr(host string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(host); err == nil {
		return a, a.Zone() == ""
	}
	parts := strings.Split(host, ".")
	var b [4]byte
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 8)
		if err != nil || len(p) > 1 && p[0] == '0' { // octal, as the C library reads a name
			return netip.Addr{}, false
		}
		if i == len(parts)-1 {
			i = 3
		}
		b[i] = byte(n)
	}
	return netip.AddrFrom4(b), true
}
