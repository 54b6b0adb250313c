package config

import "net/netip"

// lookup is a server whose name is to be resolved.
type lookup struct {
	section   *section
	server    *Server
	host      string
	family    string // ip4 or ip6: what the address may be; "": either
	checkPort int
	initAddr  []string
}

// finish checks what can be checked only once all has been read, in HAProxy's order, and makes the Config.
func (p *parser) finish() (*Config, *Report) {
	if p.rep.Fatal {
		p.alert("Fatal errors found in configuration.")
		return nil, p.rep
	}
	p.assignIDs()
	p.linkRefs()
	for _, s := range p.proxies {
		if !s.Disabled {
			p.validate(s)
		}
	}
	p.finishUnix()
	p.finishTLS()
	p.checkUserNames()
	if p.rep.Fatal {
		p.alert("Fatal errors found in configuration.")
		return nil, p.rep
	}
	if !p.resolveServers() {
		p.alert("Failed to initialize server(s) addr.")
		return nil, p.rep
	}
	p.checkPorts()
	if p.rep.Fatal {
		p.alert("Fatal errors found in configuration.")
		return nil, p.rep
	}
	p.rep.NoListen = len(p.cfg.Global.Sockets) == 0
	for _, s := range p.proxies {
		p.build(s)
		if !s.Disabled && (len(s.Binds) > 0 || s.listens) {
			p.rep.NoListen = false
		}
	}
	return p.cfg, p.rep
}

// assignIDs gives proxies, listeners and servers the numbers that statistics show. HAProxy counts its own frontend of the
// runtime socket as the first.
func (p *parser) assignIDs() {
	next := 1
	if p.cliOpen {
		next = 2
	}
	used := map[int]bool{}
	for _, s := range p.proxies {
		if s.explicitID {
			used[s.ID] = true
		}
	}
	for _, s := range p.proxies {
		if !s.explicitID {
			for used[next] {
				next++
			}
			s.ID = next
			used[next] = true
		}
		next++
		numberParts(s)
	}
}

func numberParts(s *section) {
	used := map[int]bool{}
	for _, b := range s.Binds {
		used[b.ID] = true
	}
	next := 1
	for i := range s.Binds {
		if s.Binds[i].ID == 0 {
			for used[next] {
				next++
			}
			s.Binds[i].ID, used[next] = next, true
		}
	}
	used, next = map[int]bool{}, 1
	for _, v := range s.Servers {
		used[v.ID] = true
	}
	for _, v := range s.Servers {
		if v.ID == 0 {
			for used[next] {
				next++
			}
			v.ID, used[next] = next, true
		}
	}
}

func (p *parser) validate(s *section) {
	if s.Mode == ModeTCP {
		p.validateTCPFirst(s)
	}
	if s.front && len(s.Binds) == 0 {
		p.warn("%s '%s' has no 'bind' directive. Please declare it as a backend if this was intended.", s.word(), s.Name)
	}
	p.finishChecks(s)
	p.linkBackend(s)
	p.linkRules(s)
	p.linkTracking(s)
	p.checkTimeouts(s)
	p.checkServerNames(s)
	if s.back && s.HasDispatch && s.balanced {
		p.warn("dispatch address of %s '%s' will be ignored in balance mode.", s.word(), s.Name)
		s.HasDispatch = false
	}
	p.compileFormats(s)
	if s.front && len(s.logs) == 0 && (s.LogFormat != LogDefault || s.formats.log.text != "") {
		p.warn("log format ignored for %s '%s' since it has no log address.", s.word(), s.Name)
	}
	if s.Mode == ModeTCP {
		p.validateTCP(s)
	}
}

// validateTCPFirst drops what needs HTTP and is looked at before all else.
func (p *parser) validateTCPFirst(s *section) {
	if s.Monitor != "" {
		p.warn("monitor-uri will be ignored for %s '%s' (needs 'mode http').", s.word(), s.Name)
		s.Monitor = ""
	}
	if contains([]string{"uri", "url_param", "hdr"}, s.Balance.Algorithm) {
		p.warn("Layer 7 hash not possible for %s '%s' (needs 'mode http'). Falling back to round robin.", s.word(), s.Name)
		s.Balance = Balance{Algorithm: "roundrobin"}
	}
	if s.front && (s.LogFormat == LogHTTP || s.LogFormat == LogCLF) {
		p.warn("parsing [%s:%d] : 'option httplog' not usable with %s '%s' (needs 'mode http'). Falling back to 'option tcplog'.",
			s.logFormatPos.File, s.logFormatPos.Line, s.word(), s.Name)
		s.LogFormat = LogTCP
	}
}

// validateTCP drops the rest of what needs HTTP.
func (p *parser) validateTCP(s *section) {
	if s.Stats != nil {
		p.warn("'stats' statement ignored for %s '%s' as it requires HTTP mode.", s.word(), s.Name)
		s.Stats = nil
	}
	if s.ForwardFor != nil {
		p.warnNeedsHTTP(s, "forwardfor")
		s.ForwardFor = nil
	}
	if s.OriginalTo != nil {
		p.warnNeedsHTTP(s, "originalto")
		s.OriginalTo = nil
	}
	for _, o := range flagOptions() {
		if s.httpOptions[o.name] && s.capable(o.need) {
			p.warnNeedsHTTP(s, o.name)
			o.set(s.Proxy, false)
		}
	}
	for _, v := range s.Servers {
		if v.Cookie != "" {
			p.warn("%s '%s' : ignoring cookie for server '%s' as HTTP mode is disabled.", s.word(), s.Name, v.Name)
		}
	}
}

func (p *parser) warnNeedsHTTP(s *section, option string) {
	p.warn("'option %s' ignored for %s '%s' as it requires HTTP mode.", option, s.word(), s.Name)
}

// linkBackend resolves default_backend.
func (p *parser) linkBackend(s *section) {
	if s.backendName == "" || !s.front {
		return
	}
	target := p.backendNamed(s.backendName)
	switch {
	case target == nil:
		p.alert("Proxy '%s': unable to find required default_backend: '%s'.", s.Name, s.backendName)
	case target == s:
		p.alert("Proxy '%s': loop detected for default_backend: '%s'.", s.Name, s.backendName)
	case target.Mode != s.Mode && !(s.Mode == ModeTCP && target.Mode == ModeHTTP):
		p.alert("%s %s '%s' (%s:%d) tries to use incompatible %s %s '%s' (%s:%d) as its default backend (see 'mode').",
			s.Mode, s.word(), s.Name, s.Pos.File, s.Pos.Line,
			target.Mode, target.word(), target.Name, target.Pos.File, target.Pos.Line)
	default:
		s.DefaultBackend = target.Proxy
		if len(s.Servers) > 0 {
			p.warn("In proxy '%s', the 'default_backend' rule always has precedence over the servers, which will never be used.", s.Name)
		}
	}
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

// checkPorts refuses a checked server without a port to check; HAProxy stops at a backend's first.
func (p *parser) checkPorts() {
	for _, s := range p.proxies {
		if s.Disabled {
			continue
		}
		for _, v := range s.Servers {
			if v.Check && v.Addr.Unix == "" && v.Addr.Port <= 0 && v.CheckAddr.Port <= 0 {
				rule := ""
				if s.checks.option != "" {
					rule = " nor tcp_check rule 'connect' with port information"
				}
				p.alert("config: %s '%s': server '%s' has neither service port nor check port%s.", s.word(), s.Name, v.Name, rule)
			}
		}
	}
}

// resolveServers gives the servers that have names their addresses, as HAProxy does once before it starts.
func (p *parser) resolveServers() bool {
	ok := true
	for _, l := range p.lookups {
		ip, found := p.firstAddr(&l)
		if !found {
			if p.opt.KeepUnresolved || contains(l.initAddr, "none") {
				l.server.Disabled = true
			}
			if contains(l.initAddr, "none") {
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

// firstAddr goes through init-addr: no address was kept from an earlier process ("last"), so the name is looked up, or one is given.
func (p *parser) firstAddr(l *lookup) (netip.Addr, bool) {
	methods := l.initAddr
	if methods == nil {
		methods = []string{"last", "libc"}
	}
	for _, m := range methods {
		switch m {
		case "last":
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

// build hands a section's Proxy over.
func (p *parser) build(s *section) {
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
