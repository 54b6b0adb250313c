package config

import (
	"slices"
	"strings"
)

func (p *parser) proxyLine(w words) {
	k := find(proxyKeywords, w.at(0))
	if k == nil {
		p.unknownProxyKeyword(w)
		return
	}
	if k.local && p.px.isDefaults {
		if k.tight {
			p.badTight("'%s' not allowed in 'defaults' section.", k.name)
		} else {
			p.bad("'%s' not allowed in 'defaults' section.", k.name)
		}
		return
	}
	p.warnSide(k.name, k.need, k.hint)
	if k.max >= 0 && p.tooMany(w, k.max, 0) {
		return
	}
	k.parse(p, w)
	if !p.lineFatal && k.name != "monitor" { // which tells of its order before it reads its condition
		p.noteOrder(w)
	}
}

// warnSide warns that a line has no effect where the section lacks the side that it is about.
func (p *parser) warnSide(word string, need side, hint string) bool {
	if p.px.capable(need) {
		return false
	}
	lacks := "neither frontend nor backend"
	switch need {
	case backSide:
		lacks = "no backend"
	case frontSide:
		lacks = "no frontend"
	}
	p.warnAt("'%s' ignored because %s '%s' has %s capability.%s", word, p.px.word(), p.px.Name, lacks, hint)
	return true
}

// lacksSide warns in the words that some keywords have.
func (p *parser) lacksSide(word string, need side) bool {
	if p.px.capable(need) {
		return false
	}
	lacking := "frontend"
	if need == backSide {
		lacking = "backend"
	}
	p.warnAt("%s will be ignored because %s '%s' has no %s capability", word, p.px.word(), p.px.Name, lacking)
	return true
}

// proxyKeywords is the table of section 4.
var proxyKeywords = slices.Concat([]keyword{
	{name: "external-check", usage: "command <command> | path <path>", max: -1, parse: parseExternal},
	{name: "mode", usage: "http | tcp", max: 1, parse: parseMode},
	{name: "id", usage: "<number>", max: 1, local: true, tight: true, parse: parseID},
	{name: "description", usage: "<text>", max: -1, local: true, tight: true, parse: parseDescription},
	{name: "disabled", parse: func(p *parser, _ words) { p.px.Disabled = true }},
	{name: "enabled", parse: func(p *parser, _ words) { p.px.Disabled = false }},
	{name: "bind", usage: "<address>[,...] [<setting> ...]", max: -1, need: frontSide, local: true, parse: parseBind},
	{name: "maxconn", usage: "<number>", max: -1, need: frontSide, hint: " Maybe you want 'fullconn' instead ?", parse: parseMaxconn},
	{name: "backlog", usage: "<number>", max: -1, need: frontSide, parse: parseBacklog},
	{name: "fullconn", usage: "<number>", max: -1, need: backSide, hint: " Maybe you want 'maxconn' instead ?", parse: parseFullconn},
	{name: "default_backend", usage: "<backend>", max: -1, need: frontSide, parse: parseDefaultBackend},
	{name: "monitor-uri", usage: "<uri>", max: 1, need: frontSide, parse: parseMonitorURI},
	{name: "retries", usage: "<number>", max: 1, need: backSide, parse: parseRetries},
	{name: "timeout", usage: "<event> <time>", max: -1, parse: parseTimeout},
	{name: "balance", usage: "<algorithm> [<arguments>]", max: -1, need: backSide, parse: parseBalance},
	{name: "server", usage: "<name> <address>[:<port>] [<setting> ...]", max: -1, parse: parseServer},
	{name: "default-server", usage: "[<setting> ...]", max: -1, parse: parseDefaultServer},
	{name: "option", usage: "<option> [<arguments>]", max: -1, parse: parseOption},
	{name: "cookie", usage: "<name> [rewrite | insert | prefix] [indirect] ...", max: -1, need: backSide, parse: parseCookie},
	{name: "dynamic-cookie-key", usage: "<secret>", max: -1, need: backSide, parse: parseDynamicKey},
	{name: "retry-on", usage: "<event> ...", max: -1, parse: parseRetryOn},
	{name: "http-check", usage: "<rule> ...", max: -1, parse: parseHTTPCheck},
	{name: "tcp-check", usage: "<rule> ...", max: -1, parse: parseTCPCheck},
	{name: "stats", usage: "<parameter> [<arguments>]", max: -1, parse: parseProxyStats},
	{name: "log", usage: "global | <address> <facility> [<level> [<least level>]]", max: -1, parse: parseProxyLog},
	{name: "log-tag", usage: "<tag>", max: -1, parse: parseProxyLogTag},
	{name: "errorfile", usage: "<status> <file>", max: -1, need: bothSides, parse: parseErrorFile},
	{name: "http-reuse", usage: "never | safe | aggressive | always", max: -1, need: backSide, parse: parseReuse},
	{name: "dispatch", usage: "<address>:<port>", max: -1, need: backSide, local: true, parse: parseDispatch},
	{name: "transparent", max: -1, parse: parseTransparent},
	{name: "hash-balance-factor", usage: "<percent>", max: 1, parse: parseHashFactor},
	{name: "hash-type", usage: "map-based | consistent [sdbm | djb2 | wt6 | crc32] [avalanche]", max: -1, need: backSide, parse: parseHashType},
	{name: "http-send-name-header", usage: "<name>", max: -1, need: backSide, parse: parseSendName},
	{name: "bind-process", usage: "[all | odd | even | 1] ...", max: -1, parse: parseBindProcess},
}, limitKeywords, routeKeywords, stateKeywords, ruleKeywords)

func (p *parser) unknownProxyKeyword(w words) {
	if !p.goneKeyword(w) {
		p.unknownKeyword(w.at(0), knownProxy)
	}
}

func parseMode(p *parser, w words) {
	switch w.at(1) {
	case "http":
		p.px.Mode = ModeHTTP
	case "tcp":
		p.px.Mode = ModeTCP
	case "health":
		p.bad("'mode health' doesn't exist anymore. Please use 'http-request return status 200' instead.")
	default:
		p.bad("unknown proxy mode '%s'.", w.at(1))
	}
}

func parseID(p *parser, w words) {
	if w.at(1) == "" {
		p.badTight("'%s' expects an integer argument.", w[0])
		return
	}
	id := atoi(w[1])
	reused := p.px.explicitID && p.px.ID == id
	p.px.ID, p.px.explicitID = id, true
	if id <= 0 {
		p.badTight("custom id has to be > 0.")
		return
	}
	for _, s := range p.proxies {
		if (s != p.px || reused) && s.explicitID && s.ID == id {
			p.badTight("%s %s reuses same custom id as %s %s (declared at %s:%d).",
				p.px.word(), p.px.Name, s.word(), s.Name, s.Pos.File, s.Pos.Line)
			return
		}
	}
}

func parseDescription(p *parser, w words) { p.text(w, &p.px.Description) }

// text sets a text to all that stands behind the keyword.
func (p *parser) text(w words, text *string) {
	if w.at(1) == "" {
		p.badTight("'%s' expects a string argument.", w[0])
		return
	}
	*text = strings.Join(w.from(1), " ")
}

// number reads a keyword's one number; a further word is refused after it was taken.
func (p *parser) number(w words, value *int) {
	if w.at(1) == "" {
		p.bad("'%s' expects an integer argument.", w[0])
		return
	}
	*value = atoi(w[1])
	p.tooMany(w, 1, 0)
}

func parseMaxconn(p *parser, w words)  { p.number(w, &p.px.Maxconn) }
func parseBacklog(p *parser, w words)  { p.number(w, &p.px.Backlog) }
func parseFullconn(p *parser, w words) { p.number(w, &p.px.Fullconn) }

// word sets a text to a keyword's first argument; missing is what is said where there is none.
func (p *parser) word(w words, text *string, missing string) {
	if w.at(1) == "" {
		p.bad("'%s' %s", w[0], missing)
		return
	}
	*text = w[1]
}

func parseDefaultBackend(p *parser, w words) {
	p.word(w, &p.px.backendName, "expects a backend name.")
	p.tooMany(w, 1, 0)
}

func parseMonitorURI(p *parser, w words) { p.word(w, &p.px.Monitor, "expects an URI.") }
func parseSendName(p *parser, w words)   { p.word(w, &p.px.SendName, "requires a header string.") }

func parseRetries(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("'%s' expects an integer argument (dispatch counts for one).", w[0])
		return
	}
	p.px.Retries = max(0, atoi(w[1]))
}
