package config

import (
	"net/netip"
	"strconv"
	"strings"
)

// flagOption is an option that is on or off and that `no` and `default` may precede.
type flagOption struct {
	name string
	need side
	http bool               // HAProxy warns of it in mode tcp
	set  func(*Proxy, bool) // nil: it is refused where it is on
}

// none is for options that ask for what this director does anyway, or that tune what it does not have: the file may have them.
func none(*Proxy, bool) {}

func flagOptions() []flagOption {
	return []flagOption{
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
		{"independent-streams", bothSides, false, nil},
	}
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
	for _, o := range flagOptions() {
		if o.name == name {
			p.flagOption(w, o)
			return
		}
	}
	if text, ok := goneOptions[name]; ok {
		p.badTight("%s", text)
		return
	}
	if mode, ok := connModes[name]; ok && p.modifier != reset {
		p.connMode(w, mode)
		return
	}
	if name == "redispatch" {
		p.redispatch(w)
		return
	}
	if p.modifier != plain && !contains(knownOptions, name) {
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
	case contains(protocolOptions, w[1]):
		p.checkOption(w)
	default:
		p.unknownOption(w[1])
	}
}

func (p *parser) unknownOption(name string) {
	if contains(knownOptions, name) {
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
	if o.set == nil {
		if on {
			p.unsupported("option " + o.name)
		}
		return
	}
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

// restrictNames reads `option http-restrict-req-hdr-names preserve | delete | reject`.
func (p *parser) restrictNames(w words) {
	choice := indexOf([]string{"preserve", "delete", "reject"}, w.at(2))
	switch {
	case p.tooMany(w, 2, 0):
	case w.at(2) == "":
		p.bad("missing parameter. option '%s' expects 'preserve', 'reject' or 'delete' option.", w[1])
	case choice < 0:
		p.bad("invalid parameter '%s'. option '%s' expects 'preserve', 'reject' or 'delete' option.", w[2], w[1])
	default:
		p.px.oddNames = oddNames(choice)
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

// forwardFor reads `option forwardfor [except <net>] [header <name>] [if-none]`, and originalto, which is like it.
func (p *parser) forwardFor(w words, header string) *ForwardFor {
	f := &ForwardFor{Header: header}
	for i := 2; w.at(i) != ""; i++ {
		switch w[i] {
		case "except":
			net, ok := p.parseNet(w.at(i + 1))
			if !ok {
				p.bad("'%s %s %s' expects <address>[/mask] as argument.", w[0], w[1], w[i])
				return f
			}
			f.Except = net
			i++
		case "header":
			if w.at(i+1) == "" {
				p.bad("'%s %s %s' expects <header_name> as argument.", w[0], w[1], w[i])
				return f
			}
			f.Header = w[i+1]
			i++
		case "if-none":
			f.IfNone = true
		default:
			values := "'except', 'header' and 'if-none'"
			if w[1] == "originalto" {
				values = "'except' and 'header'"
			}
			p.bad("'%s %s' only supports optional values: %s.", w[0], w[1], values)
			return f
		}
	}
	return f
}

// parseNet reads address[/mask]; the mask is a length or, for IPv4, four dotted numbers that are ones then zeros.
func (p *parser) parseNet(s string) (netip.Prefix, bool) {
	host, mask, masked := strings.Cut(s, "/")
	if host == "" {
		return netip.Prefix{}, false
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		var ok bool
		if ip, ok = p.resolve(host, "ip4"); !ok {
			return netip.Prefix{}, false
		}
	}
	bits := ip.BitLen()
	if masked {
		var ok bool
		if bits, ok = maskBits(mask, ip.BitLen()); !ok {
			return netip.Prefix{}, false
		}
	}
	return netip.PrefixFrom(ip, bits).Masked(), true
}

func maskBits(mask string, width int) (int, bool) {
	if m, err := netip.ParseAddr(mask); err == nil && m.Is4() && width == 32 {
		b := m.As4()
		v := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
		n := 0
		for ; n < 32 && v&(1<<31) != 0; n++ {
			v <<= 1
		}
		return n, v == 0
	}
	n, err := strconv.Atoi(mask)
	return n, err == nil && n >= 0 && n <= width
}
