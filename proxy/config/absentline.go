package config

import (
	"strings"
	"time"
)

// absentKeywords are those of the global section that tune what this director does not have, and that files carry all the same:
// Lua, HAProxy's own HTTP client, samples of TLS handshakes, and readiness told once. Their words are looked at, no more.
var absentKeywords = []keyword{
	{name: "tune.lua.forced-yield", usage: "<number>", max: -1, parse: parseLuaYield},
	{name: "tune.lua.maxmem", usage: "<megabytes>", max: -1, parse: parseLuaMemory},
	{name: "tune.lua.session-timeout", usage: "<time>", max: -1, parse: parseLuaTimeout},
	{name: "tune.lua.service-timeout", usage: "<time>", max: -1, parse: parseLuaTimeout},
	{name: "tune.lua.task-timeout", usage: "<time>", max: -1, parse: parseLuaTimeout},
	{name: "tune.ssl.keylog", usage: "on | off", max: 1, parse: parseSwitch},
	{name: "tune.ssl.capture-buffer-size", usage: "<number>", max: 1, parse: parseCaptureBuffer},
	{name: "tune.ssl.capture-cipherlist-size", usage: "<number>", max: -1, parse: parseCaptureCiphers},
	{name: "tune.fd.edge-triggered", usage: "on | off", max: -1, parse: parseEdgeTriggered},
	{name: "ssl-mode-async", max: -1, parse: nothing},
	{name: "h2-workaround-bogus-websocket-clients", parse: nothing},
	{name: "httpclient.resolvers.id", usage: "<resolvers>", max: 1, parse: func(p *parser, w words) {
		id := w.at(1)
		p.client.resolvers = &id
	}},
	{name: "httpclient.resolvers.prefer", usage: "ipv4 | ipv6", max: 1, parse: oneOf("ipv4", "ipv6")},
	{name: "httpclient.ssl.verify", usage: "none | required", max: 1, parse: oneOf("none", "required")},
	{name: "httpclient.ssl.ca-file", usage: "<file>", max: 1, parse: func(p *parser, w words) {
		file := w.at(1)
		p.client.cas = &file
	}},
}

// httpClient is what the file says of HAProxy's own HTTP client, which only Lua and its socket make use of. nil: nothing.
type httpClient struct{ resolvers, cas *string }

// finishClient looks at what HAProxy would set that client up with.
func (p *parser) finishClient() {
	if id := p.client.resolvers; id != nil && *id != "default" {
		p.alert("Proxy '<HTTPCLIENT>': Can't find resolvers section '%s' for do-resolve action.", *id)
	}
	if file := p.client.cas; file != nil {
		if _, err := p.loadCAs(*file); err != nil {
			p.alert("%s", strings.TrimSuffix(err.Error(), "\n"))
			p.alert("httpclient: cannot initialize: cannot initialize SSL verify with 'ca-file \"%s\"'.", *file)
		}
	}
}

// oneOf reads a choice of two. HAProxy adds a message that it has not got.
func oneOf(a, b string) func(*parser, words) {
	return func(p *parser, w words) {
		if w.at(1) != a && w.at(1) != b {
			p.bad("'%s' expects '%s' or '%s' as argument.", w[0], a, b)
			p.bad("(null)")
		}
	}
}

func parseLuaYield(p *parser, w words) {
	if strings.Trim(w.at(1), "-0123456789") != "" {
		p.bad("%s: invalid number", w[0])
	}
}

func parseLuaMemory(p *parser, w words) {
	rest := strings.TrimLeft(strings.TrimPrefix(w.at(1), "-"), "0123456789")
	switch {
	case w.at(1) == "":
		p.bad("'%s' expects an integer argument (Lua memory size in MB).", w[0])
	case rest != "":
		p.bad("%s: invalid number %s (error at '%s')", w[0], w[1], rest[:1])
	}
}

func parseLuaTimeout(p *parser, w words) {
	_, fault := p.parseTime(w.at(1), time.Millisecond)
	switch {
	case fault == nil:
	case fault.over:
		p.bad("timer overflow in argument <%s> to <%s> (maximum value is 2147483647 ms or ~24.8 days)", w[1], w[0])
	case fault.under:
		p.bad("timer underflow in argument <%s> to <%s> (minimum non-null value is 1 ms)", w[1], w[0])
	default:
		p.bad("%s: invalid timeout", w[0])
	}
}

// parseCaptureBuffer reads how much of a client's hello is kept for samples, under either of its names.
func parseCaptureBuffer(p *parser, w words) {
	const name = "tune.ssl.capture-buffer-size"
	switch {
	case w.at(1) == "":
		p.bad("'%s' expects an integer argument.", w[0])
	case p.given[name]:
		p.bad("'%s' is already configured.", w[0])
	case atoi(w[1]) < 0:
		p.bad("'%s' expects a positive numeric value.", w[0])
	default:
		p.cfg.Global.HelloBuffer = atoi(w[1])
		p.given[name] = atoi(w[1]) != 0
	}
}

func parseCaptureCiphers(p *parser, w words) {
	p.warnTight("'%s' is deprecated and will be removed in version 2.7. Please use 'tune.ssl.capture-buffer-size' instead.",
		w[0])
	if !p.tooMany(w, 1, 0) {
		parseCaptureBuffer(p, w)
	}
}

func parseEdgeTriggered(p *parser, w words) {
	switch {
	case !p.experimental:
		p.bad("'%s' directive is experimental, must be allowed via a global 'expose-experimental-directives'", w[0])
	case !p.tooMany(w, 1, 0):
		parseSwitch(p, w)
	}
}
