package config

import (
	"net/netip"
	"slices"
)

// lookup is a server whose name is to be resolved.
type lookup struct {
	section   *section
	server    *Server
	host      string
	family    string // ip4 or ip6: what the address may be; "": either
	checkPort int
	initAddr  []string
}

// resolveServers gives the servers that have names their addresses, as HAProxy does once before it starts.
func (p *parser) resolveServers() bool {
	ok := true
	for _, l := range p.lookups {
		ip, found := p.firstAddr(&l)
		if !found {
			if p.opt.KeepUnresolved || slices.Contains(l.initAddr, "none") {
				l.server.Unresolved = true
			}
			if slices.Contains(l.initAddr, "none") {
				continue
			}
			if p.opt.KeepUnresolved {
				p.warn("[%s:%d] : 'server %s/%s' : could not resolve address '%s', disabling server.",
					l.server.Pos.File, l.server.Pos.Line, l.section.Name, l.server.Name, l.host)
				continue
			}
			p.alert("[%s:%d] : 'server %s/%s' : could not resolve address '%s'.",
				l.server.Pos.File, l.server.Pos.Line, l.section.Name, l.server.Name, l.host)
			ok = false
			continue
		}
		a := parsedAddr{Address: l.server.Addr}
		a.setIP(ip)
		l.server.Addr = a.Address
		if l.checkPort != 0 {
			a.Port = l.checkPort
			a.setIP(ip)
			l.server.CheckAddr = a.Address
		}
	}
	return ok
}

// firstAddr goes through init-addr: the address that a state file has ("last"), the one that the name is looked up by, or one that is given.
func (p *parser) firstAddr(l *lookup) (netip.Addr, bool) {
	methods := l.initAddr
	if methods == nil {
		methods = []string{"last", "libc"}
	}
	for _, m := range methods {
		switch m {
		case "last":
			if ip, ok := parseIP(p.lastAddr[l.server], ""); ok && p.lastAddr[l.server] != "" {
				return ip, true
			}
		case "none":
			return netip.Addr{}, false
		case "libc":
			if ip, ok := p.resolve(l.host, l.family); ok {
				return ip, true
			}
		default:
			return parseIP(m, "")
		}
	}
	return netip.Addr{}, false
}
