package config

import (
	"strings"

	"simulacro/proxy/rules"
)

// ruleCondition compiles what follows if or unless from the i-th word on; nil without one. where is the line, in words, and list where its
// samples are taken; 0: HAProxy does not say.
func (p *parser) ruleCondition(list rules.List, w words, i int, where string) (*rules.Cond, bool) {
	if w.at(i) == "" {
		return nil, true
	}
	if w[i] != "if" && w[i] != "unless" {
		p.bad("unexpected keyword '%s' after switching rule, only 'if' and 'unless' are allowed.", w[i])
		return nil, false
	}
	c, err := rules.ParseCond(p.envFor(list), w.from(i))
	if err != nil {
		if !p.refused(err) {
			p.bad("error detected while parsing %s : %s.", where, err)
		}
		return nil, false
	}
	return c, true
}

func parseUseBackend(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("'%s' expects a backend name.", w[0])
		return
	}
	s := &Switch{name: w[1], pos: p.pos}
	var ok bool
	if s.Cond, ok = p.ruleCondition(rules.UseBackend, w, 2, "switching rule"); ok {
		p.px.Rules.Switches = append(p.px.Rules.Switches, s)
	}
}

// linkRules resolves the backends and servers that rules name, and compiles the formats that make such names.
func (p *parser) linkRules(s *section) {
	p.px = s
	for _, x := range s.Rules.Switches {
		if p.pos = x.pos; strings.Contains(x.name, "%") {
			var err error
			if x.Name, err = rules.ParseFormat(p.envFor(rules.UseBackend), x.name, false); err != nil {
				p.alert("Parsing [%s:%d]: failed to parse use_backend rule '%s' : %s.", p.pos.File, p.pos.Line, x.name, err)
			}
			continue
		}
		x.Backend = p.target(s, "use_backend", x.name, "in a 'use_backend' rule")
		p.warnRaw(s, x.Cond)
	}
	for _, x := range s.Rules.UseServers {
		p.linkUseServer(s, x)
		p.warnRaw(s, x.Cond)
	}
}

// warnRaw says that HTTP has none of what a condition asks for.
func (p *parser) warnRaw(s *section, c *rules.Cond) {
	if s.Mode == ModeHTTP && c.Raw() {
		p.warn("Proxy '%s': L6 sample fetches ignored on HTTP proxies (declared at %s:%d).", s.Name, c.Pos.File, c.Pos.Line)
	}
}

// checkActions looks at what rules need of the whole section.
func (p *parser) checkActions(s *section) {
	r := &s.Rules
	for _, list := range [][]*rules.Rule{r.Connection, r.Session, r.TCPRequest, r.TCPResponse, r.Request, r.Response, r.After} {
		for _, x := range list {
			if x.Waits && s.front && r.InspectRequest == 0 {
				p.warn("%s '%s' : a 'tcp-request capture' rule explicitly depending on request contents without any 'tcp-request inspect-delay' setting. "+
					"This means that this rule will randomly find its contents. This can be fixed by setting the tcp-request inspect-delay.", s.word(), s.Name)
			}
			p.warnRaw(s, x.Cond())
		}
	}
}

func (p *parser) linkUseServer(s *section, x *UseServer) {
	if p.pos = x.pos; strings.Contains(x.Server, "%") {
		var err error
		if x.Name, err = rules.ParseFormat(p.envFor(rules.UseServer), x.Server, false); err != nil {
			p.alert("Parsing [%s:%d]; use-server rule failed to parse log-format '%s' : %s.", p.pos.File, p.pos.Line, x.Server, err)
		}
		return
	}
	if serverNamed(s, x.Server) != nil {
		return
	}
	p.alert("%s '%s' : unable to find server '%s' referenced in a 'use-server' rule.", s.word(), s.Name, x.Server)
}

func (p *parser) backendNamed(name string) *section {
	for _, t := range p.proxies {
		if t.back && t.Name == name {
			return t
		}
	}
	return nil
}

func parseUseServer(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("'%s' expects a server name.", w[0])
		return
	}
	if !p.conditioned(w, 2, w[0]) {
		return
	}
	if c, ok := p.ruleCondition(rules.UseServer, w, 2, "switching rule"); ok {
		p.px.Rules.UseServers = append(p.px.Rules.UseServers, &UseServer{Cond: c, Server: w[1], pos: p.pos})
	}
}

func parseMonitor(p *parser, w words) {
	if w.at(1) != "fail" {
		p.bad("'%s' only supports 'fail'.", w[0])
		return
	}
	if !p.conditioned(w, 2, w[0]+" "+w[1]) {
		return
	}
	p.noteOrder(w)
	if c, ok := p.ruleCondition(0, w, 2, "a 'monitor fail' condition"); ok {
		p.px.Rules.MonitorFail = append(p.px.Rules.MonitorFail, c)
	}
}

// parsePersist reads force-persist and ignore-persist.
func parsePersist(p *parser, w words) {
	if !p.conditioned(w, 1, w[0]) {
		return
	}
	if c, ok := p.ruleCondition(rules.Persisting, w, 1, "a '"+w[0]+"' rule"); ok {
		p.px.Rules.Persists = append(p.px.Rules.Persists, &Persist{Cond: c, Ignore: w[0] == "ignore-persist"})
	}
}

// conditioned tells whether a condition begins at the i-th word, without which the line, of that name, makes no sense.
func (p *parser) conditioned(w words, i int, name string) bool {
	if w.at(i) == "if" || w.at(i) == "unless" {
		return true
	}
	p.bad("'%s' requires either 'if' or 'unless' followed by a condition.", name)
	return false
}
