package config

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"simulacro/proxy/rules"
)

// linkRefs looks for the sections, servers and lists that a section's expressions name, once all has been read. HAProxy puts what is
// missing into one message.
func (p *parser) linkRefs(s *section) {
	var missing []string
	for _, r := range s.refs {
		what, found := p.refer(r)
		if found || ofAction(r) {
			continue
		}
		after := "."
		switch name := unnamed[r.Kind]; {
		case r.Name == "" && r.Kind == 'b':
			what, after = "proxy '"+r.In+"', referenced", ", has not backend capability."
		case r.Name == "" && r.Kind == 'f':
			what, after = "proxy '"+r.In+"', referenced", ", has not frontend capability."
		case r.Name == "":
			what = "missing " + name
		case what == "": // of a server in a defaults section
			what = "backend name must be set"
		default:
			what = "unable to find " + what + " referenced"
		}
		missing = append(missing, fmt.Sprintf("parsing [%s:%d]: %s in arg 1 of %s proxy '%s'%s", r.Pos.File, r.Pos.Line, what, r.What, r.In, after))
	}
	switch len(missing) {
	case 0:
		p.checkGroups(s)
	case 1:
		p.alert("%s", missing[0])
	default:
		p.alert("multiple argument resolution errors:\n        %s", strings.Join(missing, "\n        "))
	}
}

// checkGroups looks for the groups that ACLs name.
func (p *parser) checkGroups(s *section) {
	for _, r := range s.refs {
		switch name := (userName{list: r.Of, group: r.Name}); {
		case r.Kind != 'G':
		case r.Name == "":
			p.alert("proxy %s: acl %s http_auth_group(): no groups specified.", r.In, r.What)
		case !slices.Contains(p.userNames, name):
			p.alert("proxy %s: acl %s http_auth_group(): invalid group '%s'.", r.In, r.What, r.Name)
		}
	}
}

// unnamed are the arguments that must not be empty.
var unnamed = map[byte]string{'u': "userlist name", 'S': "server name", 'r': "regex"}

// ofAction tells whether it is a rule's action that names something, not an expression.
func ofAction(r rules.Ref) bool { return r.Kind == 'E' || r.Kind == '<' || r.Kind == '>' }

// linkActions looks for the captures and answers that a section's actions name.
func (p *parser) linkActions(s *section) {
	for _, r := range s.refs {
		if _, found := p.refer(r); found || !ofAction(r) {
			continue
		}
		if r.Kind == 'E' {
			p.errorsRef(r)
			continue
		}
		p.alert("Proxy '%s': unable to find capture id '%s' referenced by %s.", r.In, r.Name, r.What)
	}
}

// errorsRef tells of an answer of an http-errors section that is not there.
func (p *parser) errorsRef(r rules.Ref) {
	if p.httpErrors[r.Name] == nil {
		p.alert("Proxy '%s': unknown http-errors section '%s' referenced by an http reply .", r.In, r.Name)
		return
	}
	p.warn("Proxy '%s': status '%s' referenced by an http reply not declared in http-errors section '%s'.", r.In, r.What, r.Name)
}

// refer finds what a reference names; what is the missing part in words.
func (p *parser) refer(r rules.Ref) (what string, found bool) {
	switch r.Kind {
	case 'b':
		return "backend '" + r.Name + "'", p.backendNamed(cmp.Or(r.Name, r.In)) != nil
	case 'f':
		return "frontend '" + r.Name + "'", p.frontendNamed(cmp.Or(r.Name, r.In)) != nil
	case 'r':
		return "", false
	case 'u':
		return "userlist '" + r.Name + "'", p.users[r.Name] != nil
	case 'S':
		be, srv, ok := strings.Cut(r.Name, "/")
		if !ok {
			be, srv = r.In, r.Name
		}
		s := p.backendNamed(be)
		if s == nil && !ok && p.frontendNamed(be) == nil {
			return "", false
		}
		if s == nil && !ok {
			return "server '" + srv + "' in proxy '" + be + "',", false
		}
		if s == nil {
			return "proxy '" + be + "'", false
		}
		return "server '" + srv + "' in proxy '" + be + "',", serverNamed(s, srv) != nil
	case 'E':
		status, _ := strconv.Atoi(r.What)
		_, found = p.httpErrors[r.Name][status]
		return "", found
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
