package config

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"simulacro/proxy/health"
	"simulacro/proxy/rules"
)

func checkComment(w words) (health.Step, error) {
	if w.at(2) == "" {
		return health.Step{}, sayf("expects a string as argument")
	}
	return health.Step{Kind: health.Comment, Comment: w[2]}, nil
}

// checkConnect reads `connect [default] [port <expr>] [addr <ip>] [send-proxy] [ssl] [sni <sni>] [linger] [comment <msg>]`.
func (p *parser) checkConnect(w words, before []health.Step) (health.Step, error) {
	s := health.Step{Kind: health.Connect}
	for _, b := range before {
		if b.Kind > health.Expect {
			continue
		}
		if b.Kind != health.Connect {
			return s, sayf("first step MUST also be a 'connect', optionally preceded by a 'set-var', an 'unset-var' or a 'comment', " +
				"when there is a 'connect' step in the tcp-check ruleset")
		}
		break
	}
	o := &s.Open
	for i := 2; w.at(i) != ""; i++ {
		var err error
		switch w[i] {
		case "default":
			o.Default = true
		case "send-proxy":
			o.SendProxy = true
		case "linger":
			o.Linger = true
		case "port":
			i++
			err = p.connectPort(o, w.at(i))
		case "addr":
			i++
			err = p.connectAddr(o, w.at(i))
		case "comment":
			if i++; w.at(i) == "" {
				err = sayf("'%s' expects a string as argument.", w[i-1])
			}
			s.Comment = w.at(i)
		case "ssl":
			o.TLS, p.px.checks.tls = true, true
		case "sni":
			if i++; w.at(i) == "" {
				err = sayf("'%s' expects a string as argument.", w[i-1])
			}
			o.SNI = w.at(i)
		case "alpn":
			i++
			err = connectALPN(o, w, i)
		case "proto":
			i++
			err = connectProto(w, i)
		case "via-socks4":
			err = sayf("'%s' is not supported by this director", w[i])
		default:
			err = sayf("expects 'comment', 'port', 'addr', 'send-proxy', 'ssl', 'sni', 'alpn' or 'via-socks4', 'linger', 'default' "+
				"but got '%s' as argument.", w[i])
		}
		if err != nil {
			return s, err
		}
	}
	return s, nil
}

// connectALPN reads the protocols that are offered over TLS. An HTTP check speaks HTTP/1 alone.
func connectALPN(o *health.Open, w words, i int) error {
	if err := tlsALPN(&o.ALPN, w[i-1], w.at(i)); err != nil {
		return err
	}
	if w[0] == "http-check" && slices.Contains(o.ALPN, "h2") {
		return sayf("'alpn h2' is not supported by this director")
	}
	return nil
}

// connectProto reads the protocol that is spoken, of which each kind of check has one here.
func connectProto(w words, i int) error {
	own := "none"
	if w[0] == "http-check" {
		own = "h1"
	}
	switch name := w.at(i); {
	case name == "":
		return sayf("'%s' expects a MUX protocol as argument.", w[i-1])
	case name == own:
		return nil
	case !slices.Contains([]string{"none", "h1", "h2", "fcgi"}, name):
		return sayf("'%s' : unknown MUX protocol '%s'.", w[i-1], name)
	case name == "none" || own == "none":
		return sayf("'%s' : invalid MUX protocol '%s' for %s", w[i-1], name, w[0])
	default:
		return sayf("'%s %s' is not supported by this director", w[i-1], name)
	}
}

// connectAddr reads where to connect to; a port may follow, which counts where none is given by itself.
func (p *parser) connectAddr(o *health.Open, word string) error {
	if word == "" {
		return sayf("'addr' expects <ipv4|ipv6> as argument.")
	}
	a, err := p.parseAddr(word, resolveNow|portOK|stream)
	if err != nil {
		return sayf("'addr' : %v.", err)
	}
	if o.Addr = a.IP; o.Port == 0 && o.PortExpr == nil {
		o.Port = a.Port
	}
	return nil
}

func (p *parser) connectPort(o *health.Open, word string) error {
	if word == "" {
		return sayf("'port' expects a port number or a sample expression as argument.")
	}
	n, err := strconv.Atoi(word)
	if err == nil {
		if o.Port = n; n < 1 || n > 65535 {
			return sayf("expects a valid TCP port (from range 1 to 65535) or a sample expression, got %s.", word)
		}
		return nil
	}
	o.PortExpr, err = p.checkExpr("port", word)
	return err
}

// checkExpr compiles a rule's expression; what it is for is said where it is wrong.
func (p *parser) checkExpr(what, word string) (*rules.Expr, error) {
	e, err := rules.ParseSample(p.envFor(rules.Checks), []string{word}, word)
	if errors.As(err, new(rules.UnusableError)) {
		return nil, sayf("error detected while parsing %s expression :  %v.\n", what, err)
	}
	if err != nil {
		return nil, sayf("error detected while parsing %s expression : %v", what, err)
	}
	return e, nil
}

// checkSendTCP reads `send <data>` and its kin, with an optional comment.
func (p *parser) checkSendTCP(w words, format bool) (health.Step, error) {
	s := health.Step{Kind: health.Send, Hex: strings.HasPrefix(w[1], "send-binary")}
	text := w.at(2)
	if text == "" {
		return s, sayf("'%s' expects a %s as argument", map[bool]string{false: "string", true: "binary string"}[s.Hex], w[1])
	}
	for i := 3; w.at(i) != ""; i += 2 {
		if w[i] != "comment" {
			return s, sayf("expects 'comment' but got '%s' as argument.", w[i])
		}
		if s.Comment = w.at(i + 1); s.Comment == "" {
			return s, sayf("'%s' expects a string as argument.", w[i])
		}
	}
	if format {
		f, err := p.checkFormat(text)
		s.Data = f
		return s, err
	}
	s.Data = rules.Literal(text)
	if s.Hex {
		if _, err := health.Hex(text); err != nil {
			return s, sayf("'%s' invalid binary string (%v).\n", text, rules.BadHex(text))
		}
	}
	return s, nil
}

// checkFormat compiles a rule's format.
func (p *parser) checkFormat(text string) (*rules.Format, error) {
	f, err := rules.ParseFormat(p.envFor(rules.Checks), text, false)
	if err != nil {
		return nil, sayf("'%s' invalid log-format string (%v).\n", text, err)
	}
	return f, nil
}

// sendWords are what `http-check send` may be followed by.
var sendWords = []string{"comment", "meth", "uri", "uri-lf", "ver", "hdr", "body", "body-lf"}

// checkSendHTTP reads `send [meth <m>] [uri <u> | uri-lf <fmt>] [ver <v>] [hdr <name> <fmt>]* [body <text> | body-lf <fmt>]`.
// What is not said stays empty, for Request.Or.
func (p *parser) checkSendHTTP(w words) (health.Step, error) {
	q := &health.Request{}
	s := health.Step{Kind: health.Send, Ask: q}
	for i := 2; w.at(i) != ""; i += 2 {
		v := w.at(i + 1)
		switch {
		case !slices.Contains(sendWords, w[i]):
			return s, sayf("expects 'comment', 'meth', 'uri', 'uri-lf', 'ver', 'hdr', 'body' or 'body-lf' but got '%s' as argument.", w[i])
		case w[i] == "hdr" && w.at(i+2) == "":
			return s, sayf("'%s' expects <name> and <value> as arguments", w[i])
		case v == "":
			return s, sayf("'%s' expects a string as argument.", w[i])
		}
		var err error
		switch w[i] {
		case "meth":
			q.Method = v
		case "uri":
			q.URI = rules.Literal(v)
		case "uri-lf":
			q.URI, err = p.checkFormat(v)
		case "ver":
			q.Version = v
		case "hdr":
			h := health.Header{Name: v}
			h.Value, err = rules.ParseFormat(p.envFor(rules.Checks), w[i+2], false)
			q.Headers = append(q.Headers, h)
			i++
		case "body":
			q.Body = rules.Literal(v)
		case "body-lf":
			q.Body, err = p.checkFormat(v)
		case "comment":
			s.Comment = v
		}
		if err != nil {
			return s, err
		}
	}
	return s, nil
}

// checkVar reads set-var(<name>) <expr>, set-var-fmt(<name>) <fmt> and unset-var(<name>).
func (p *parser) checkVar(w words, word string) (health.Step, error) {
	s := health.Step{Kind: health.SetVar}
	name, opened := strings.CutPrefix(w[1], word+"(")
	name, closed := strings.CutSuffix(name, ")")
	if !opened || !closed {
		fault := "incomplete argument after"
		if !opened {
			fault = "invalid or incomplete"
		}
		return s, sayf("'%s' : %s action '%s'. Expects 'set-var(<var-name>)', 'set-var-fmt(<var-name>)' or 'unset-var(<var-name>)'",
			word, fault, w[1])
	}
	if strings.Contains(name, ",") {
		return s, sayf("'%s' with conditions is not supported by this director", word)
	}
	s.Var = name
	err := rules.ValidVar(name)
	env := p.envFor(rules.CheckVars)
	switch {
	case err != nil:
	case word == "unset-var":
		s.Kind = health.UnsetVar
	case word == "set-var":
		s.Expr, err = rules.ParseSample(env, w.from(2), w[1])
	default:
		s.Format, err = rules.ParseFormat(env, w.at(2), false)
	}
	if err != nil {
		err = sayf("'%s' : %v", word, err)
	}
	return s, err
}
