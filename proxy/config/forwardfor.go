package config

import (
	"net/netip"
	"strconv"
	"strings"
)

// forwardFor reads `option forwardfor [except <net>] [header <name>] [if-none]`, and originalto, which is like it.
func (p *parser) forwardFor(w words, header string) *ForwardFor {
	f := &ForwardFor{Header: header}
	for i := 2; w.at(i) != ""; i++ {
		switch word := w[i]; {
		case word == "except":
			net, ok := p.parseNet(w.at(i + 1))
			if !ok {
				p.bad("'%s %s %s' expects <address>[/mask] as argument.", w[0], w[1], w[i])
				return f
			}
			f.Except = net
			i++
		case word == "header":
			if w.at(i+1) == "" {
				p.bad("'%s %s %s' expects <header_name> as argument.", w[0], w[1], w[i])
				return f
			}
			f.Header = w[i+1]
			i++
		case word == "if-none" && w[1] == "forwardfor":
			f.IfNone = true
		default:
			values := "'except', 'header' and 'if-none'"
			if w[1] == "originalto" {
				values = "'except' and 'header'"
			}
			p.bad("'%s %s' only supports optional values: %s.", w[0], w[1], values)
			return f
		}
	}
	return f
}

// parseNet reads address[/mask]; the mask is a length or, for IPv4, four dotted numbers that are ones then zeros.
func (p *parser) parseNet(s string) (netip.Prefix, bool) {
	host, mask, masked := strings.Cut(s, "/")
	if host == "" {
		return netip.Prefix{}, false
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		var ok bool
		if ip, ok = p.resolve(host, "ip4"); !ok {
			return netip.Prefix{}, false
		}
	}
	bits := ip.BitLen()
	if masked {
		var ok bool
		if bits, ok = maskBits(mask, ip.BitLen()); !ok {
			return netip.Prefix{}, false
		}
	}
	return netip.PrefixFrom(ip, bits).Masked(), true
}

func maskBits(mask string, width int) (int, bool) {
	if m, err := netip.ParseAddr(mask); err == nil && m.Is4() && width == 32 {
		b := m.As4()
		v := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
		n := 0
		for ; n < 32 && v&(1<<31) != 0; n++ {
			v <<= 1
		}
		return n, v == 0
	}
	n, err := strconv.Atoi(mask)
	return n, err == nil && n >= 0 && n <= width
}
