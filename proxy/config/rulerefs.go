package config

import (
	"strconv"
	"strings"

	"simulacro/proxy/rules"
)

// linkRefs looks for the sections, servers, lists and captures that expressions name, once all has been read.
func (p *parser) linkRefs() {
	for _, r := range p.refs {
		what, found := p.refer(r)
		switch {
		case found:
		case r.Kind == '<' || r.Kind == '>':
			p.alert("Proxy '%s': unable to find capture id '%s' referenced by %s.", r.In, r.Name, r.What)
		default:
			p.alert("parsing [%s:%d]: unable to find %s referenced in arg 1 of %s proxy '%s'.", r.Pos.File, r.Pos.Line, what, r.What, r.In)
		}
	}
}

// refer finds what a reference names; what is the missing part in words.
func (p *parser) refer(r rules.Ref) (what string, found bool) {
	switch r.Kind {
	case 'b':
		return "backend '" + r.Name + "'", p.backendNamed(r.Name) != nil
	case 'f':
		return "frontend '" + r.Name + "'", p.frontendNamed(r.Name) != nil
	case 'u':
		return "userlist '" + r.Name + "'", p.users[r.Name] != nil
	case 'S':
		be, srv, ok := strings.Cut(r.Name, "/")
		if !ok {
			be, srv = r.In, r.Name
		}
		s := p.backendNamed(be)
		if s == nil {
			return "proxy '" + be + "'", false
		}
		for _, v := range s.Servers {
			found = found || v.Name == srv
		}
		return "server '" + srv + "' in proxy '" + be + "',", found
	case '<', '>':
		n, _ := strconv.Atoi(r.Name)
		if s := p.frontendNamed(r.In); s != nil {
			return "", n < len(s.Rules.Slots[map[byte]int{'<': 0, '>': 1}[r.Kind]])
		}
	}
	return "", true
}

func (p *parser) frontendNamed(name string) *section {
	for _, t := range p.proxies {
		if t.front && t.Name == name {
			return t
		}
	}
	return nil
}
