package config

// finish checks what can be checked only once all has been read, in HAProxy's order, and makes the Config.
func (p *parser) finish() (*Config, *Report) {
	if p.refuse() {
		return nil, p.rep
	}
	p.base = "" // what is read from here on is looked for where the process is
	p.assignIDs()
	if p.linkUsers() {
		for _, s := range p.defaultsUsed {
			p.linkActions(s)
			p.linkRefs(s)
		}
		for _, s := range p.proxies {
			if !s.Disabled {
				p.validate(s)
			}
		}
		p.finishClient()
		p.readCaseFile()
		p.finishUnix()
		p.finishTLS()
	}
	p.finishErrors()
	p.checkPrograms()
	p.checkPorts()
	if p.refuse() {
		return nil, p.rep
	}
	p.loadStates()
	if !p.resolveServers() {
		p.alert("Failed to initialize server(s) addr.")
		return nil, p.rep
	}
	p.checkDynamicCookies()
	if p.refuse() {
		return nil, p.rep
	}
	p.cfg.Env = p.vars
	p.rep.NoListen = len(p.cfg.Global.Sockets) == 0 && !p.master()
	for _, s := range p.proxies {
		p.build(s)
		if !s.Disabled && (len(s.Binds) > 0 || s.listens) {
			p.rep.NoListen = false
		}
	}
	return p.cfg, p.rep
}

// refuse ends the report if something in it is fatal.
func (p *parser) refuse() bool {
	if p.rep.Fatal {
		p.alert("Fatal errors found in configuration.")
	}
	return p.rep.Fatal
}

// assignIDs gives proxies, listeners and servers the numbers that statistics show. HAProxy counts its own frontend of the
// runtime socket as the first.
func (p *parser) assignIDs() {
	var proxies []*int
	for _, s := range p.proxies {
		proxies, s.ChosenID = append(proxies, &s.ID), s.ID != 0
		var binds, servers []*int
		for i := range s.Binds {
			binds = append(binds, &s.Binds[i].ID)
		}
		for _, v := range s.Servers {
			servers, v.ChosenID = append(servers, &v.ID), v.ID != 0
		}
		number(1, binds)
		number(1, servers)
	}
	first := 1
	if p.cliOpen {
		first = 2
	}
	number(first, proxies)
}

// number fills the numbers that no line has chosen. Who has one of its own takes a place in the count all the same.
func number(next int, ids []*int) {
	used := map[int]bool{}
	for _, id := range ids {
		used[*id] = true
	}
	for _, id := range ids {
		if *id == 0 {
			for used[next] {
				next++
			}
			*id, used[next] = next, true
		}
		next++
	}
}

func (p *parser) validate(s *section) {
	if s.Mode == ModeTCP {
		p.validateTCPFirst(s)
	}
	if s.front && len(s.Binds) == 0 {
		p.warn("%s '%s' has no 'bind' directive. Please declare it as a backend if this was intended.", s.word(), s.Name)
	}
	switch {
	case !s.back:
	case s.Transparent && s.balanced:
		p.alert("%s '%s' cannot use both transparent and balance mode.", s.word(), s.Name)
	case s.Transparent && len(s.Servers) > 0:
		p.alert("%s '%s' : 'option transparent' beside servers is not supported by this director.", s.word(), s.Name)
	case s.HasDispatch && s.balanced:
		p.warn("dispatch address of %s '%s' will be ignored in balance mode.", s.word(), s.Name)
		s.HasDispatch = false
	}
	p.finishChecks(s)
	p.linkBackend(s)
	p.linkRules(s)
	p.linkActions(s)
	p.checkActions(s)
	p.finishStats(s)
	logged := p.compileFormats(s)
	p.linkRefs(s)
	p.checkTimeouts(s)
	p.boundCapture(s)
	p.checkServerNames(s)
	p.linkTracking(s)
	p.checkStates(s)
	if logged && len(s.logs) == 0 {
		p.warn("log format ignored for %s '%s' since it has no log address.", s.word(), s.Name)
	}
	if s.Mode == ModeTCP {
		p.validateTCP(s)
	}
	p.restrictFields(s)
}

// linkBackend resolves default_backend.
func (p *parser) linkBackend(s *section) {
	if s.backendName == "" {
		return
	}
	s.DefaultBackend = p.target(s, "default_backend", s.backendName, "as its default backend")
	if s.DefaultBackend != nil && len(s.Servers) > 0 {
		p.warn("In proxy '%s', the 'default_backend' rule always has precedence over the servers, which will never be used.", s.Name)
	}
}

// target finds the backend that a line of s names, and tells why it cannot be used; nil: it cannot.
func (p *parser) target(s *section, keyword, name, how string) *Proxy {
	target := p.backendNamed(name)
	switch {
	case target == nil:
		p.alert("Proxy '%s': unable to find required %s: '%s'.", s.Name, keyword, name)
	case target == s:
		p.alert("Proxy '%s': loop detected for %s: '%s'.", s.Name, keyword, name)
	case target.Mode != s.Mode && !(s.Mode == ModeTCP && target.Mode == ModeHTTP):
		p.alert("%s %s '%s' (%s:%d) tries to use incompatible %s %s '%s' (%s:%d) %s (see 'mode').",
			s.Mode, s.word(), s.Name, s.Pos.File, s.Pos.Line,
			target.Mode, target.word(), target.Name, target.Pos.File, target.Pos.Line, how)
	default:
		return target.Proxy
	}
	return nil
}

// checkTimeouts warns of missing timeouts and fills those that follow from others.
func (p *parser) checkTimeouts(s *section) {
	t := &s.Timeouts
	lacksServer := t.Server == 0 && (s.Mode == ModeHTTP || t.Tunnel == 0)
	if s.front && t.Client == 0 || s.back && len(s.Servers) > 0 && (t.Connect == 0 || lacksServer) {
		p.warn("missing timeouts for %s '%s'.\n"+
			"   | While not properly invalid, you will certainly encounter various problems\n"+
			"   | with such a configuration. To fix this, please ensure that all following\n"+
			"   | timeouts are set to a non-zero value: 'client', 'connect', 'server'.", s.word(), s.Name)
	}
	if t.Tarpit == 0 {
		t.Tarpit = t.Connect
	}
	if s.back && t.Queue == 0 {
		t.Queue = t.Connect
	}
}

// checkServerNames refuses a second server of a name.
func (p *parser) checkServerNames(s *section) {
	seen := map[string]*Server{}
	for _, v := range s.Servers {
		if first := seen[v.Name]; first != nil {
			p.alert("parsing [%s:%d] : %s '%s', another server named '%s' was already defined at line %d, please use distinct names.",
				v.Pos.File, v.Pos.Line, s.word(), s.Name, v.Name, first.Pos.Line)
			continue
		}
		seen[v.Name] = v
	}
}

// build hands a section's Proxy over. A disabled one listens nowhere and has no servers, but others may name it.
func (p *parser) build(s *section) {
	if s.Disabled {
		s.Binds, s.Servers = nil, nil
	}
	for _, l := range s.logs {
		s.Logs = append(s.Logs, l.LogTarget)
	}
	if s.LogTag == "" {
		s.LogTag = p.cfg.Global.LogTag
	}
	p.cfg.Proxies = append(p.cfg.Proxies, s.Proxy)
}

// String gives the word of `mode`.
func (m Mode) String() string {
	if m == ModeHTTP {
		return "http"
	}
	return "tcp"
}
