package config

import (
	"strconv"
	"strings"
)

// routeKeywords are those of section 4 that say how servers are reached.
var routeKeywords = []keyword{
	{name: "server-template", usage: "<prefix> <number | range> <address>[:<port>] [<setting> ...]", max: -1, parse: parseServerTemplate},
	{name: "persist", usage: "rdp-cookie[(<name>)]", max: -1, parse: parsePersistLine},
	{name: "source", usage: "<address>[:<port>] [interface <name>]", max: -1, need: backSide, parse: parseSource},
}

// parseServerTemplate makes servers of one kind, named prefix1, prefix2, …
func parseServerTemplate(p *parser, w words) {
	p.serverContext("")
	defer p.takeContext()
	if !p.serverAllowed(w) {
		return
	}
	if w.at(3) == "" {
		p.serverError("'%s' expects <prefix> <nb | range> <addr>[:<port>] as arguments.", w[0])
		return
	}
	if c := invalidChar(w[1]); c != "" {
		p.serverError("character '%s' is not permitted in %s prefix '%s'.", c, w[0], w[1])
		return
	}
	low, high, ok := templateRange(w[2])
	if !ok {
		p.serverError("Wrong %s number or range arg '%s'.", w[0], w[2])
		return
	}
	s := p.px.server.clone()
	s.Pos, s.Name = p.pos, "(null)" // HAProxy names none before the servers are made
	p.serverContext(s.Name)
	a, err := p.parseAddr(w[3], portOK|portOffset|stream|resolveLate)
	if err != nil {
		p.serverError("%s", err)
		return
	}
	s.Addr, s.noPort = a.Address, a.offset
	if !p.serverWords(w, 4, &s, true) {
		return
	}
	for n := low; n <= high; n++ {
		s.Name = w[1] + strconv.Itoa(n)
		p.addServer(s, a)
		s.ID = 0 // an `id` is the first one's
	}
}

// templateRange reads "3", which is 1-3, or "2-5".
func templateRange(text string) (low, high int, ok bool) {
	first, last, ranged := strings.Cut(text, "-")
	low, err := strconv.Atoi(first)
	if err != nil {
		return 0, 0, false
	}
	if !ranged {
		return 1, low, low > 0
	}
	high, err = strconv.Atoi(last)
	return low, high, err == nil && low > 0 && high >= low
}

// parseSource reads where a backend's connections come from, unless a server says otherwise.
func parseSource(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("'%s' expects <addr>[:<port>], and optionally 'usesrc' <addr>, and 'interface' <name>.", w[0])
		return
	}
	a, err := p.parseAddr(w[1], resolveNow|portOK|stream)
	if err != nil {
		p.bad("'%s %s' : %s", w[0], w[1], err)
		return
	}
	src := Source{Addr: a.Address}
	for i := 2; w.at(i) != ""; i += 2 {
		switch w[i] {
		case "interface":
			if w.at(i+1) == "" {
				p.bad("'%s' : missing interface name.", w[0])
				return
			}
			src.Interface = w[i+1]
		case "usesrc":
			p.unsupported("usesrc")
			return
		default:
			p.bad("'%s' only supports optional keywords 'interface' and 'usesrc'.", w[0])
			return
		}
	}
	p.px.Source = src
}

// reuseModes are the words of http-reuse.
var reuseModes = map[string]Reuse{"never": ReuseNever, "safe": ReuseSafe, "aggressive": ReuseAggressive, "always": ReuseAlways}

func parseReuse(p *parser, w words) {
	mode, ok := reuseModes[w.at(1)]
	if !ok {
		p.bad("'%s' only supports 'never', 'safe', 'aggressive', 'always'.", w[0])
		return
	}
	p.px.Reuse = mode
	p.tooMany(w, 0, 1)
}

// parseTransparent is the older form of `option transparent`, which no section refuses.
func parseTransparent(p *parser, w words) {
	if !p.tooMany(w, 0, 0) {
		p.px.Transparent = true
	}
}

// parseDispatch reads the address that all of a section's traffic goes to.
func parseDispatch(p *parser, w words) {
	a, err := p.parseAddr(w.at(1), resolveNow|portOK|portMust|stream)
	if err != nil {
		p.bad("'%s' : %s", w[0], err)
		return
	}
	if p.tooMany(w, 1, 0) {
		return
	}
	p.px.Dispatch, p.px.HasDispatch = a.Address, true
}
