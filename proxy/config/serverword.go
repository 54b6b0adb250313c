package config

import "time"

func serverWeight(_ *parser, s *serverBase, _, value string) error {
	n := atoi(value)
	if n < 0 || n > maxWeight {
		return sayf("weight of server %s is not within 0 and %d (%d).", s.Name, maxWeight, n)
	}
	s.Weight = n
	return nil
}

func serverID(p *parser, s *serverBase, name, value string) error {
	if value == "" {
		return sayf("'%s' : expects an integer argument", name)
	}
	if s.ID = atoi(value); s.ID <= 0 {
		return sayf("'%s' : custom id has to be > 0", name)
	}
	for _, o := range p.px.Servers {
		if o.ID == s.ID {
			return sayf("'%s' : custom id %d already used at %s:%d ('server %s')", name, s.ID, o.Pos.File, o.Pos.Line, o.Name)
		}
	}
	return nil
}

func serverCookie(_ *parser, s *serverBase, name, value string) error {
	if value == "" {
		return sayf("'%s' expects <value> as argument.\n", name)
	}
	s.Cookie = value
	return nil
}

func serverCheckAddr(p *parser, s *serverBase, name, value string) error {
	if value == "" {
		return sayf("'%s' expects <ipv4|ipv6> as argument.", name)
	}
	a, err := p.parseAddr(value, resolveNow|portOK|stream)
	if err != nil {
		return sayf("'%s' : %s", name, err)
	}
	s.checkAddr = a
	s.agentFollowsAddr(a.Address)
	return nil
}

func serverCheckPort(_ *parser, s *serverBase, name, value string) error {
	if value == "" {
		return sayf("'%s' expects a port number as argument.", name)
	}
	s.checkPort = atoi(value)
	s.agentFollowsPort(s.checkPort)
	return nil
}

func (p *parser) serverDelay(d *time.Duration, s *serverBase, name, value string) error {
	if value == "" {
		return sayf("'%s' expects a delay as argument.", name)
	}
	v, fault := p.parseTime(value, time.Millisecond)
	switch {
	case fault == nil && v <= 0:
		return sayf("invalid value %d for argument '%s' of server %s.", v, name, s.Name)
	case fault == nil:
		*d = v
		return nil
	case fault.over || fault.under:
		return said(fault.angled(value, "<"+name+"> of server "+s.Name, longestMillis, "ms"))
	}
	return sayf("unexpected character '%s' in 'agent-inter' argument of server %s.", fault.char, s.Name)
}

func serverCount(n *int, name, value string) error {
	if value == "" {
		return sayf("'%s' expects an integer argument.", name)
	}
	if *n = atoi(value); *n <= 0 {
		return sayf("'%s' has to be > 0.", name)
	}
	return nil
}
