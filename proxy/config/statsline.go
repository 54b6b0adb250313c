package config

import (
	"os"
	"strings"
	"time"

	"simulacro/proxy/rules"
)

// parseGlobalStats reads the runtime socket's lines (section 3.1, "stats socket").
func parseGlobalStats(p *parser, w words) {
	switch w.at(1) {
	case "socket":
		p.statsSocket(w)
	case "timeout":
		p.statsTimeout(w)
	case "maxconn":
		n := atoi(w.at(2))
		if n <= 0 {
			p.bad("'%s %s' expects a positive value", w[0], w[1])
			return
		}
		p.cfg.Global.StatsMaxconn, p.cliOpen = n, true
	case "bind-process":
		p.cliOpen = true
		for _, s := range w.from(2) {
			if _, fault := threadSet(s, 1); fault != "" {
				p.bad("'%s %s' : %s", w[0], w[1], fault)
				return
			}
		}
	default:
		p.bad("'%s' only supports 'socket', 'maxconn', 'bind-process' and 'timeout' (got '%s')", w[0], w.at(1))
	}
}

func (p *parser) statsTimeout(w words) {
	d, fault := p.parseTime(w.at(2), time.Millisecond)
	switch {
	case fault == nil && d == 0:
		p.bad("'%s %s' expects a positive value", w[0], w[1])
	case fault == nil:
		p.cfg.Global.StatsTimeout, p.cliOpen = d, true
	case fault.over || fault.under:
		p.bad("%s", fault.bounds(w.at(2), w[0]+" "+w[1]))
	default:
		p.bad("'%s %s' : unexpected character '%s'", w[0], w[1], fault.char)
	}
}

func (p *parser) statsSocket(w words) {
	if w.at(2) == "" {
		p.bad("'%s %s' in global section expects an address or a path to a UNIX socket", w[0], w[1])
		return
	}
	p.cliOpen = true
	addrs, err := p.listenAddrs(w[2])
	if err != nil {
		p.bad("%s", p.at("'%s %s' : %s\n", w[0], w[1], err))
		return
	}
	b := Bind{UID: -1, GID: -1, Level: LevelOperator, several: len(addrs) > 1}
	if err := p.bindWords(w, 3, &b); err != nil {
		p.bad("'%s %s' : %s", w[0], w[1], err.socketText())
		return
	}
	for _, a := range addrs {
		p.cfg.Global.Sockets = append(p.cfg.Global.Sockets,
			StatsSocket{Pos: p.pos, Addr: a, Mode: b.Mode, UID: b.UID, GID: b.GID, Level: b.Level, ExposeFD: b.ExposeFD, Severity: b.severity})
	}
}

// statsExpects ends the refusal of a `stats` line of a proxy.
const statsExpects = "expects 'admin', 'uri', 'realm', 'auth', 'scope', 'enable', 'hide-version', 'show-node', " +
	"'show-desc' or 'show-legends'."

// parseProxyStats reads the statistics page's lines (section 4.2). The first one of a proxy drops what it inherited.
func parseProxyStats(p *parser, w words) {
	if p.px.statsInherited {
		p.px.Stats, p.px.statsInherited = nil, false
	}
	switch w.at(1) {
	case "enable":
		p.stats()
	case "uri":
		p.statsText(w, "an URI prefix", func(s *Stats, v string) { s.URI = v })
	case "realm":
		p.statsText(w, "an realm name", func(s *Stats, v string) { s.realm = v })
	case "scope":
		p.statsText(w, "a proxy name", func(s *Stats, v string) { s.Scopes = append(s.Scopes, v) })
	case "auth":
		p.statsText(w, "a user:password account", p.statsAuth)
	case "refresh":
		p.statsRefresh(w)
	case "hide-version":
		p.stats().HideVers = true
	case "show-legends":
		p.stats().ShowLegend = true
	case "show-node":
		p.statsNode(w)
	case "show-desc":
		p.statsDesc(w)
	case "admin":
		p.statsAdmin(w)
	case "show-modules":
		p.stats().ShowModules = true
	case "http-request":
		p.statsRule(w)
	case "":
		p.badTight("missing keyword in '%s', %s", w[0], statsExpects)
	default:
		p.badTight("unknown stats parameter '%s', %s", w[1], statsExpects)
	}
}

// stats gives the section's page, with HAProxy's defaults where it has none yet.
func (p *parser) stats() *Stats {
	if p.px.Stats == nil {
		p.px.Stats = &Stats{URI: "/haproxy?stats"}
	}
	return p.px.Stats
}

func (p *parser) statsText(w words, what string, set func(*Stats, string)) {
	if w.at(2) == "" {
		p.bad("'%s' needs %s.", w[1], what)
		return
	}
	set(p.stats(), w[2])
}

func (p *parser) statsAuth(s *Stats, account string) {
	user, password, _ := strings.Cut(account, ":")
	for _, c := range s.auth {
		if c.user == user {
			p.warn("uri auth: ignoring duplicated user '%s'.", user)
			return
		}
	}
	s.auth = append(s.auth, credential{user, password})
}

func (p *parser) statsRefresh(w words) {
	d, fault := p.parseTime(w.at(2), time.Second)
	if fault != nil {
		p.badTight("%s", fault.angled(w.at(2), "stats refresh interval", longestSeconds, "s"))
		return
	}
	p.stats().Refresh = d
}

func (p *parser) statsNode(w words) {
	if w.at(2) != "" && oddChar(w[2], "._-") != "" {
		p.badTight("'%s %s' invalid node name - should be a stringwith digits(0-9), letters(A-Z, a-z), hyphen(-) or "+
			"underscode(_).", w[0], w[1])
		return
	}
	s := p.stats()
	if s.ShowNode = w.at(2); s.ShowNode == "" {
		s.ShowNode = p.cfg.Global.Node
	}
	if s.ShowNode == "" {
		s.ShowNode, _ = os.Hostname() // a system without a name has none to show
	}
}

func (p *parser) statsDesc(w words) {
	text := strings.Join(w.from(2), " ")
	if text == "" {
		text = p.cfg.Global.Description
	}
	if text == "" {
		p.warnTight("'%s' requires a parameter or 'desc' to be set in the global section.", w[1])
		return
	}
	p.stats().ShowDesc = text
}

func (p *parser) statsAdmin(w words) {
	if p.px.isDefaults {
		p.badTight("'%s %s' not allowed in 'defaults' section.", w[0], w[1])
		return
	}
	s := p.stats()
	if !p.conditioned(w, 2, w[0]+" "+w[1]) {
		return
	}
	c, err := rules.ParseCond(p.envFor(rules.Request), w.from(2))
	if err != nil {
		if p.refused(err) {
			return
		}
		p.bad("error detected while parsing a '%s %s' rule : %s.", w[0], w[1], err)
		return
	}
	s.Admins = append(s.Admins, c)
}
