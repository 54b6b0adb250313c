package config

import (
	"slices"
	"strings"

	"simulacro/proxy/health"
	"simulacro/proxy/rules"
)

// checkState is what a section has said of its checks so far.
type checkState struct {
	option    string // the `option` that chooses: httpchk, tcp-check, or a protocol's; "": a connection is enough
	proto     *health.Script
	ask       *health.Request // of option httpchk; nil: it is not set
	http, tcp []health.Step   // rules of http-check and tcp-check
	inherited bool            // the rules are those of the defaults
	sendState bool
	idleHTTP  bool // rules of http-check that nothing has asked for yet
	idleTCP   bool // of tcp-check
	external  External
	tls       bool // a rule's connection is one of TLS, here or in the defaults
}

// inherit gives what a section has of its defaults.
func (c checkState) inherit() checkState {
	c.http = append([]health.Step(nil), c.http...)
	c.tcp = append([]health.Step(nil), c.tcp...)
	c.inherited, c.idleHTTP, c.idleTCP = true, false, false
	return c
}

// own drops the defaults' rules and request as soon as the section has some of its own.
func (c *checkState) own() {
	if c.inherited {
		c.inherited, c.http, c.tcp = false, nil, nil
		if c.ask != nil {
			c.ask = defaultAsk()
		}
	}
}

// httpchk reads `option httpchk [[<method>] <uri> [<version>]]` (section 4.2).
func (p *parser) httpchk(w words) {
	p.warnSide(w[1], backSide, "")
	if p.tooMany(w, 3, 1) {
		return
	}
	c := &p.px.checks
	c.own()
	c.choose("httpchk", nil)
	c.ask = defaultAsk()
	args := w.from(2)
	switch len(args) {
	case 0:
	case 1:
		c.ask.URI = rules.Literal(args[0])
	default:
		c.ask.Method, c.ask.URI = args[0], rules.Literal(args[1])
	}
	if len(args) < 3 {
		return
	}
	version, rest, old := strings.Cut(args[2], "\r\n")
	if old {
		p.warnTight("'%s %s' : hiding headers or body at the end of the version string is deprecated. "+
			"Please, consider to use 'http-check send' directive instead.", w[0], w[1])
		head, body, _ := strings.Cut(rest, "\r\n\r\n")
		for _, h := range strings.Split(head, "\r\n") {
			if name, v, ok := strings.Cut(h, ":"); ok {
				c.ask.Headers = append(c.ask.Headers, health.Header{Name: name, Value: rules.Literal(strings.TrimSpace(v))})
			}
		}
		if body != "" {
			c.ask.Body = rules.Literal(body)
		}
	}
	c.ask.Version = version
}

func defaultAsk() *health.Request {
	return &health.Request{Method: "OPTIONS", URI: rules.Literal("/"), Version: "HTTP/1.0"}
}

// protocolOptions are the options that check with a protocol's own script.
var protocolOptions = []string{"tcp-check", "ssl-hello-chk", "smtpchk", "mysql-check", "redis-check", "pgsql-check", "ldap-check"}

// checkOption reads one of protocolOptions.
func (p *parser) checkOption(w words) {
	p.warnSide(w[1], backSide, "")
	c := &p.px.checks
	args := w.from(2)
	var s *health.Script
	switch w[1] {
	case "smtpchk":
		if p.tooMany(w, 2, 1) {
			return
		}
		hello := "HELO localhost"
		if len(args) == 2 && (args[0] == "EHLO" || args[0] == "HELO") {
			hello = args[0] + " " + args[1]
		}
		s = health.SMTP(hello)
	case "mysql-check":
		if s = p.mysqlOption(w); s == nil {
			return
		}
	case "pgsql-check":
		if p.tooMany(w, 2, 1) {
			return
		}
		if len(args) > 1 && args[0] != "user" {
			p.bad("'%s %s' only supports optional values: 'user'.", w[0], w[1])
			return
		}
		if len(args) != 2 {
			p.bad("'%s %s' expects 'user <username>' as argument.", w[0], w[1])
			return
		}
		s = health.PgSQL(args[1])
	default:
		if p.tooMany(w, 0, 1) {
			return
		}
		s = map[string]func() *health.Script{"redis-check": health.Redis, "ldap-check": health.LDAP, "ssl-hello-chk": health.SSLHello,
			"tcp-check": func() *health.Script { return nil }}[w[1]]()
	}
	c.choose(w[1], s)
}

// choose notes the option that counts from here on.
func (c *checkState) choose(option string, proto *health.Script) {
	c.option, c.proto, c.idleHTTP, c.idleTCP = option, proto, false, false
}

// mysqlOption reads `option mysql-check [user <name> [post-41 | pre-41]]`.
func (p *parser) mysqlOption(w words) *health.Script {
	args := w.from(2)
	switch {
	case p.tooMany(w, 3, 1):
		return nil
	case len(args) == 0:
		return health.MySQL("", false)
	case args[0] != "user":
		p.bad("'%s %s' only supports optional values: 'user' (got '%s').", w[0], w[1], args[0])
		return nil
	case len(args) < 2:
		p.bad("'%s %s %s' expects <username> as argument.", w[0], w[1], w[2])
		return nil
	case len(args) == 3 && args[2] != "post-41" && args[2] != "pre-41":
		p.bad("keyword 'user' only supports 'post-41' and 'pre-41' (got '%s').", args[2])
		return nil
	}
	return health.MySQL(args[1], len(args) == 3 && args[2] == "pre-41")
}

// parseHTTPCheck reads `http-check`; its rules need `option httpchk`, or they are ignored.
func parseHTTPCheck(p *parser, w words) {
	if p.warnSide(w[0], backSide, "") && slices.Contains([]string{"disable-on-404", "send-state"}, w.at(1)) {
		p.warnAt("(null)") // what HAProxy 2.6 prints after it
		return
	}
	switch w.at(1) {
	case "disable-on-404":
		if !p.tooMany(w, 1, 0) {
			p.px.DisableOn404 = true
		}
		return
	case "send-state":
		if !p.tooMany(w, 1, 0) {
			p.px.checks.sendState = true
		}
		return
	}
	c := &p.px.checks
	c.own()
	if s, ok := p.checkRule(w, c.http, true); ok {
		c.http, c.idleHTTP = append(c.http, s), c.option != "httpchk"
	}
}

// parseTCPCheck reads `tcp-check`; its rules need `option tcp-check`, or they are ignored.
func parseTCPCheck(p *parser, w words) {
	if p.warnSide(w[0], backSide, "") {
		p.warnAt("(null)") // see parseHTTPCheck
	}
	c := &p.px.checks
	c.own()
	if s, ok := p.checkRule(w, c.tcp, false); ok {
		c.tcp, c.idleTCP = append(c.tcp, s), c.option != "tcp-check"
	}
}

// checkRule reads one rule of a check.
func (p *parser) checkRule(w words, before []health.Step, http bool) (s health.Step, ok bool) {
	var err error
	word, _, _ := strings.Cut(w.at(1), "(")
	switch word {
	case "comment":
		s, err = checkComment(w)
	case "connect":
		s, err = p.checkConnect(w, before)
	case "send":
		if http {
			s, err = p.checkSendHTTP(w)
		} else {
			s, err = p.checkSendTCP(w, false)
		}
	case "send-lf", "send-binary", "send-binary-lf":
		if http {
			p.unknownCheckRule(w, http)
			return s, false
		}
		s, err = p.checkSendTCP(w, strings.HasSuffix(word, "-lf"))
	case "expect":
		s, err = p.checkExpect(w.from(2), http)
	case "set-var", "set-var-fmt", "unset-var":
		s, err = p.checkVar(w, word)
	default:
		p.unknownCheckRule(w, http)
		return s, false
	}
	if err != nil {
		p.bad("'%s %s' : %s.", w[0], w[1], err)
		return s, false
	}
	s.Number = len(before) + 1
	return s, true
}

func (p *parser) unknownCheckRule(w words, http bool) {
	list := "'comment', 'connect', 'send', 'send-binary', 'expect', 'set-var-fmt(*)', 'set-var(*)', 'unset-var(*)'."
	if http {
		list = "'disable-on-404', 'send-state', 'comment', 'connect', 'send', 'expect', 'set-var-fmt(*)', 'set-var(*)', 'unset-var(*)'."
	}
	p.bad("'%s' only supports %s but got '%s'", w[0], list, w.at(1))
}

// finishChecks makes the section's script of its option and rules.
func (p *parser) finishChecks(s *section) {
	c := &s.checks
	if c.idleHTTP {
		p.warn("%s '%s' uses http-check rules without 'option httpchk', so the rules are ignored.", s.word(), s.Name)
	}
	if c.idleTCP {
		p.warn("%s '%s' uses tcp-check rules without 'option tcp-check', so the rules are ignored.", s.word(), s.Name)
	}
	switch c.option {
	case "httpchk":
		s.Check = httpScript(c)
		s.SendState = c.sendState
	case "tcp-check":
		s.Check = &health.Script{Steps: append([]health.Step(nil), c.tcp...)}
		s.Check.Finish()
	default:
		s.Check = c.proto
	}
	s.External = p.finishExternal(s)
}

// httpScript puts the request of option httpchk where the first connection has been made, unless a rule sends one there; such
// a rule takes from the option what it does not say itself. The last expectation may be implied.
func httpScript(c *checkState) *health.Script {
	script := &health.Script{HTTP: true, Steps: append([]health.Step(nil), c.http...)}
	at := script.First()
	if at >= 0 && script.Steps[at].Kind == health.Connect {
		at++
		for at < len(script.Steps) && script.Steps[at].Kind > health.Expect {
			at++
		}
	}
	at = max(at, 0)
	if at < len(script.Steps) && script.Steps[at].Kind == health.Send {
		script.Steps[at].Ask = script.Steps[at].Ask.Or(c.ask)
	} else {
		ask := *c.ask
		send := health.Step{Kind: health.Send, Ask: &ask}
		script.Steps = append(script.Steps[:at:at], append([]health.Step{send}, script.Steps[at:]...)...)
	}
	last := -1
	for i := range script.Steps {
		switch s := &script.Steps[i]; s.Kind {
		case health.Send:
			last = -1
			s.Ask = s.Ask.Or(defaultAsk())
		case health.Expect:
			last = i
		}
	}
	if last < 0 {
		script.Steps = append(script.Steps, health.Step{Kind: health.Expect,
			Expect: health.Expectation{Match: health.StatusCodes, Codes: [][2]int{{200, 399}}, MinRecv: -1}})
	}
	script.Finish()
	return script
}
