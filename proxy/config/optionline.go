package config

import (
	"slices"
	"strings"
)

// flagOption is an option that is on or off and that `no` and `default` may precede.
type flagOption struct {
	name string
	need side
	http bool // HAProxy warns of it in mode tcp
	set  func(*Proxy, bool)
}

// none is for options that ask for what this director does anyway, or that tune what it does not have: the file may have them.
func none(*Proxy, bool) {}

var flagOptions = []flagOption{
	{"http-buffer-request", bothSides, true, func(x *Proxy, on bool) { x.BufferBody = on }},
	{"accept-invalid-http-request", frontSide, true, func(x *Proxy, on bool) { x.LaxRequest = on }},
	{"accept-invalid-http-response", backSide, true, func(x *Proxy, on bool) { x.LaxResponse = on }},
	{"h1-case-adjust-bogus-client", frontSide, false, func(x *Proxy, on bool) { x.AdjustClient = on }},
	{"h1-case-adjust-bogus-server", backSide, false, func(x *Proxy, on bool) { x.AdjustServer = on }},
	{"abortonclose", backSide, false, func(x *Proxy, on bool) { x.AbortOnClose = on }},
	{"persist", backSide, false, func(x *Proxy, on bool) { x.Persist = on }},
	{"checkcache", backSide, true, func(x *Proxy, on bool) { x.CheckCache = on }},
	{"allbackups", backSide, false, func(x *Proxy, on bool) { x.AllBackups = on }},
	{"clitcpka", frontSide, false, func(x *Proxy, on bool) { x.ClientKeepAlive = on }},
	{"srvtcpka", backSide, false, func(x *Proxy, on bool) { x.ServerKeepAlive = on }},
	{"contstats", frontSide, false, none},
	{"dontlognull", frontSide, false, func(x *Proxy, on bool) { x.DontLogNull = on }},
	{"dontlog-normal", frontSide, false, func(x *Proxy, on bool) { x.DontLogNormal = on }},
	{"log-separate-errors", frontSide, false, func(x *Proxy, on bool) { x.LogSeparate = on }},
	{"log-health-checks", backSide, false, func(x *Proxy, on bool) { x.LogHealth = on }},
	{"http-no-delay", bothSides, true, none}, // nothing is ever held back for more to come
	{"splice-request", bothSides, false, func(x *Proxy, on bool) { x.SpliceRequest = on }},
	{"splice-response", bothSides, false, func(x *Proxy, on bool) { x.SpliceResponse = on }},
	{"splice-auto", bothSides, false, func(x *Proxy, on bool) { x.SpliceAuto = on }},
	{"tcp-smart-accept", frontSide, false, none},
	{"tcp-smart-connect", backSide, false, none},
	{"disable-h2-upgrade", frontSide, true, none},
	{"logasap", frontSide, false, func(x *Proxy, on bool) { x.LogEarly = on }},
	{"nolinger", bothSides, false, func(x *Proxy, on bool) { x.NoLinger = on }},
	{"http-ignore-probes", frontSide, true, func(x *Proxy, on bool) { x.IgnoreProbes = on }},
	{"idle-close-on-response", frontSide, false, func(x *Proxy, on bool) { x.IdleClose = on }},
	{"prefer-last-server", backSide, false, func(x *Proxy, on bool) { x.PreferLast = on }},
	{"http-pretend-keepalive", backSide, true, func(x *Proxy, on bool) { x.PretendKeepAlive = on }},
	{"socket-stats", frontSide, false, func(x *Proxy, on bool) { x.SocketStats = on }},
	{"http-use-proxy-header", frontSide, true, func(x *Proxy, on bool) { x.ProxyHeader = on }},
	{"transparent", backSide, false, func(x *Proxy, on bool) { x.Transparent = on }},
	{"independent-streams", bothSides, false, func(x *Proxy, on bool) { x.Independent = on }},
}

// connModes are the options that exclude each other.
var connModes = map[string]ConnMode{
	"http-keep-alive": KeepAlive, "http-server-close": ServerClose, "httpclose": Close,
}

// goneOptions are those that HAProxy has given up.
var goneOptions = map[string]string{
	"forceclose": "option 'forceclose' is not supported any more since HAProxy 2.0, please just remove it, or use " +
		"'option httpclose' if absolutely needed.",
	"http_proxy": "option 'http_proxy' is not supported any more since HAProxy 2.5. This option stopped working in HAProxy 1.9 and " +
		"usually had nasty side effects. It can be more reliably implemented with combinations of 'http-request set-dst' and " +
		"'http-request set-uri', and even 'http-request do-resolve' if DNS resolution is desired.",
	"http-tunnel": "option 'http-tunnel' is not supported any more since HAProxy 2.1, please just remove it, it shouldn't be needed.",
}

func parseOption(p *parser, w words) {
	name := w.at(1)
	if name == "" {
		p.badTight("'%s' expects an option name.", w[0])
		return
	}
	for _, o := range flagOptions {
		if o.name == name {
			p.flagOption(w, o)
			return
		}
	}
	if text, ok := goneOptions[name]; ok {
		p.badTight("%s", text)
		return
	}
	if mode, ok := connModes[name]; ok {
		p.connMode(w, mode)
		return
	}
	if name == "redispatch" {
		p.redispatch(w)
		return
	}
	if p.modifier != plain && !slices.Contains(knownOptions, name) {
		p.badTight("negation/default is not supported for option '%s'.", name)
		return
	}
	p.plainOption(w)
}

// plainOption handles those that take arguments and cannot be negated.
func (p *parser) plainOption(w words) {
	switch {
	case p.modifier != plain:
		p.badTight("negation/default is not supported for option '%s'.", w[1])
	case w[1] == "http-restrict-req-hdr-names":
		p.restrictNames(w)
	case w[1] == "httpslog":
		p.logOption("option httpslog", LogDefault)
		p.px.logFormat = httpsLog
	case w[1] == "httplog":
		p.optionHTTPLog(w)
	case w[1] == "tcplog":
		p.logOption("option tcplog", LogTCP)
		p.tooMany(w, 0, 1)
	case w[1] == "tcpka":
		if !p.tooMany(w, 0, 1) {
			p.px.ClientKeepAlive, p.px.ServerKeepAlive = p.px.front, p.px.back
		}
	case w[1] == "forwardfor":
		p.px.ForwardFor = p.forwardFor(w, "X-Forwarded-For")
	case w[1] == "originalto":
		p.px.OriginalTo = p.forwardFor(w, "X-Original-To")
	case w[1] == "httpchk":
		p.httpchk(w)
	case w[1] == "external-check":
		p.externalOption(w)
	case slices.Contains(protocolOptions, w[1]):
		p.checkOption(w)
	default:
		p.unknownOption(w[1])
	}
}

func (p *parser) unknownOption(name string) {
	if slices.Contains(knownOptions, name) {
		p.unsupported("option " + name)
		return
	}
	if best := suggest(name, knownOptions); best != "" {
		p.bad("unknown option '%s'; did you mean '%s' maybe ?", name, best)
		return
	}
	p.bad("unknown option '%s'.", name)
}

func (p *parser) flagOption(w words, o flagOption) {
	if p.tooMany(w, 0, 1) || p.warnSide(o.name, o.need, "") {
		return
	}
	on := p.modifier == plain
	o.set(p.px.Proxy, on)
	if o.http {
		p.px.httpOptions[o.name] = on
	}
}

func (p *parser) connMode(w words, mode ConnMode) {
	if p.tooMany(w, 0, 1) {
		return
	}
	if p.modifier == plain {
		p.px.ConnMode = mode
	} else if p.px.ConnMode == mode {
		p.px.ConnMode = KeepAlive
	}
}

func (p *parser) redispatch(w words) {
	if p.warnSide(w[1], backSide, "") {
		return
	}
	p.px.Redispatch = 0
	if p.modifier != plain {
		return
	}
	// Without a number it is the last retry, the first one counted from the end.
	if p.px.Redispatch = -1; w.at(2) != "" {
		p.px.Redispatch = atoi(w[2])
	}
}

func (p *parser) optionHTTPLog(w words) {
	switch w.at(2) {
	case "":
		p.logOption("option httplog", LogHTTP)
	case "clf":
		if !p.tooMany(w, 1, 1) {
			p.logOption("option httplog clf", LogCLF)
		}
	default:
		p.bad("keyword '%s' only supports option 'clf'.", w[1])
	}
}

// httpsLog is the format of `option httpslog` (section 8.2.5): that of httplog, then what the connection and TLS have to say.
const httpsLog = "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r " +
	"%[fc_err]/%[ssl_fc_err,hex]/%[ssl_c_err]/%[ssl_c_ca_err]/%[ssl_fc_is_resumed] %[ssl_fc_sni]/%sslv/%sslc"

func (p *parser) logOption(name string, format LogFormat) {
	p.chooseLog(strings.Replace(name, "httpslog", "httplog", 1)) // which HAProxy calls it where it overrides another
	p.px.LogFormat, p.px.logFormat = format, ""
	p.px.ownLog = !p.px.isDefaults
	p.ignoredInBackends(strings.TrimSuffix(name, " clf"))
}

// ignoredInBackends warns of a log format where no client is accepted.
func (p *parser) ignoredInBackends(name string) {
	if !p.px.isDefaults && !p.px.front {
		p.warnAt("backend '%s' : '%s' directive is ignored in backends.", p.px.Name, name)
	}
}
