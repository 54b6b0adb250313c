package config

import (
	"slices"

	"simulacro/proxy/rules"
)

// oddNames is what becomes of header fields of a request whose names have other characters than letters, digits and hyphens.
type oddNames int

// The ways to treat them (section 4.2, "option http-restrict-req-hdr-names").
const (
	_ oddNames = iota // preserve
	dropOddNames
	refuseOddNames
)

// restrictNames reads `option http-restrict-req-hdr-names preserve | delete | reject`.
func (p *parser) restrictNames(w words) {
	choice := slices.Index([]string{"preserve", "delete", "reject"}, w.at(2))
	switch {
	case p.tooMany(w, 2, 0):
	case w.at(2) == "":
		p.bad("missing parameter. option '%s' expects 'preserve', 'reject' or 'delete' option.", w[1])
	case choice < 0:
		p.bad("invalid parameter '%s'. option '%s' expects 'preserve', 'reject' or 'delete' option.", w[2], w[1])
	default:
		p.px.oddNames = oddNames(choice)
	}
}

// oddNameRules are what option http-restrict-req-hdr-names asks for, in the language of rules.
var oddNameRules = map[oddNames]words{
	dropOddNames:   {"http-request", "del-header", "[^A-Za-z0-9-]", "-m", "reg"},
	refuseOddNames: {"http-request", "deny", "deny_status", "403", "if", "{", "req.hdr_names", "-m", "reg", "[^A-Za-z0-9,-]", "}"},
}

// restrictFields puts such a rule behind those of http-request, even where one of them ends their evaluation.
func (p *parser) restrictFields(s *section) {
	w := oddNameRules[s.oddNames]
	if w == nil || s.Mode != ModeHTTP {
		return
	}
	p.px = s
	r, err := rules.ParseRule(p.envFor(rules.Request), rules.Request, w.from(1))
	if err != nil {
		p.alert("'option http-restrict-req-hdr-names' : %s.", err)
		return
	}
	s.Rules.Redirects = append([]*rules.Rule{r}, s.Rules.Redirects...)
}
