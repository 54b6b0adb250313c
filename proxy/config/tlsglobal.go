package config

import (
	"strings"
	"time"
)

// tlsGlobalKeywords are those of the global section about TLS (sections 3.1 and 3.2).
var tlsGlobalKeywords = []keyword{
	{name: "ca-base", usage: "<dir>", max: 1, parse: func(p *parser, w words) { p.baseDir(w, &p.cfg.Global.CABase) }},
	{name: "crt-base", usage: "<dir>", max: 1, parse: func(p *parser, w words) { p.baseDir(w, &p.cfg.Global.CrtBase) }},
	{name: "ssl-default-bind-ciphers", usage: "<ciphers>", max: 1, parse: func(p *parser, w words) {
		p.tlsDefault(w, &p.cfg.Global.BindTLS.Ciphers, "a cipher suite as an argument")
	}},
	{name: "ssl-default-bind-ciphersuites", usage: "<ciphersuites>", max: 1, parse: func(p *parser, w words) {
		p.tlsDefault(w, &p.cfg.Global.BindTLS.Suites, "a cipher suite as an argument")
	}},
	{name: "ssl-default-bind-curves", usage: "<curves>", max: 1, parse: func(p *parser, w words) {
		p.tlsDefault(w, &p.cfg.Global.BindTLS.Curves, "a curves suite as an arguments")
	}},
	{name: "ssl-default-bind-options", usage: "<option>...", max: -1, parse: func(p *parser, w words) { p.tlsOptions(w, &p.cfg.Global.BindTLS) }},
	{name: "ssl-default-server-ciphers", usage: "<ciphers>", max: 1, parse: func(p *parser, w words) {
		p.tlsDefault(w, &p.cfg.Global.ServerTLS.Ciphers, "a cipher suite as an argument")
	}},
	{name: "ssl-default-server-ciphersuites", usage: "<ciphersuites>", max: 1, parse: func(p *parser, w words) {
		p.tlsDefault(w, &p.cfg.Global.ServerTLS.Suites, "a cipher suite as an argument")
	}},
	{name: "ssl-default-server-options", usage: "<option>...", max: -1, parse: func(p *parser, w words) { p.tlsOptions(w, &p.cfg.Global.ServerTLS) }},
	{name: "ssl-server-verify", usage: "none | required", max: 1, parse: parseServerVerify},
	{name: "ssl-load-extra-files", usage: "none | all | bundle | sctl | ocsp | issuer | key ...", max: -1, parse: parseExtraFiles},
	{name: "ssl-load-extra-del-ext", max: -1, parse: func(p *parser, _ words) { p.extra.cutExt = true }},
	{name: "ssl-dh-param-file", usage: "<file>", max: 1, parse: parseDHFile},
	{name: "tune.ssl.default-dh-param", usage: "<number>", max: 1, parse: parseDHParam},
	{name: "tune.ssl.lifetime", usage: "<timeout>", max: 1, parse: parseTLSLifetime},
	{name: "tune.ssl.force-private-cache", parse: nothing},
}

func (p *parser) baseDir(w words, dir *string) {
	switch {
	case *dir != "":
		p.bad("'%s' already specified.", w[0])
	case w.at(1) == "":
		p.bad("global statement '%s' expects a directory path as an argument.", w[0])
	default:
		*dir = w[1]
	}
}

func (p *parser) tlsDefault(w words, text *string, what string) {
	if w.at(1) == "" {
		p.bad("global statement '%s' expects %s.", w[0], what)
		return
	}
	*text = w[1]
}

// tlsOptions reads ssl-default-bind-options and its counterpart.
func (p *parser) tlsOptions(w words, t *TLS) {
	if w.at(1) == "" {
		p.bad("global statement '%s' expects an option as an argument.", w[0])
		return
	}
	for i := 1; w.at(i) != ""; i++ {
		switch word := w[i]; {
		case word == "ssl-min-ver" || word == "ssl-max-ver":
			to := &t.MinVer
			if word == "ssl-max-ver" {
				to = &t.MaxVer
			}
			i++
			if err := tlsVersion(to, word, w.at(i)); err != nil {
				p.bad("%s on global statement '%s'.", err, w[0])
				return
			}
		case word == "no-tls-tickets":
			t.NoTickets = true
		case word == "prefer-client-ciphers" && w[0] == "ssl-default-bind-options":
		case strings.HasPrefix(word, "force-") && versionIn(word) != 0:
			t.MinVer, t.MaxVer = versionIn(word), versionIn(word)
		case strings.HasPrefix(word, "no-") && versionIn(word) != 0:
			t.without(word)
		default:
			p.bad("unknown option '%s' on global statement '%s'.", word, w[0])
			return
		}
	}
}

func parseServerVerify(p *parser, w words) {
	switch w.at(1) {
	case "":
		p.bad("'%s' expects an integer argument.", w[0])
	case "none":
		p.cfg.Global.NoVerify = true
	case "required":
		p.cfg.Global.NoVerify = false
	default:
		p.bad("'%s' expects 'none' or 'required' as argument.", w[0])
	}
}

// parseDHParam checks a size that has no use here: crypto/tls has no finite-field groups.
func parseDHParam(p *parser, w words) {
	switch {
	case w.at(1) == "":
		p.bad("'%s' expects an integer argument.", w[0])
	case atoi(w[1]) < 1024:
		p.bad("'%s' expects a value >= 1024.", w[0])
	}
}

// parseDHFile reads a file, which Mozilla's generator has in each of its configurations, to as little use.
func parseDHFile(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("'%s' expects a file path as an argument.", w[0])
		return
	}
	text, _ := p.readFile(w[1]) // a file that cannot be read has no block, and the message for both is one
	for b := range pemBlocks(text) {
		if b.Type == "DH PARAMETERS" {
			return
		}
	}
	p.bad("'%s': unable to load DH parameters from file <%s>.", w[0], w[1])
}

// parseTLSLifetime checks how long a session may be taken up again, which crypto/tls decides by itself.
func parseTLSLifetime(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("'%s' expects ssl sessions <lifetime> in seconds as argument.", w[0])
		return
	}
	switch _, fault := p.parseTime(w[1], time.Second); {
	case fault == nil:
	case fault.over:
		p.bad("timer overflow in argument '%s' to <%s> (maximum value is 2147483647 s or ~68 years).", w[1], w[0])
	case fault.under:
		p.bad("timer underflow in argument '%s' to <%s> (minimum non-null value is 1 s).", w[1], w[0])
	default:
		p.bad("unexpected character '%s' in argument to <%s>.", fault.char, w[0])
	}
}
