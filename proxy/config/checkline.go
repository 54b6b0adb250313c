package config

import (
	"regexp"
	"strings"
)

// httpchk reads `option httpchk [[<method>] <uri> [<version>]]` (section 4.2).
func (p *parser) httpchk(w words) {
	p.warnSide(w[1], backSide, "")
	if p.tooMany(w, 3, 1) {
		return
	}
	c := p.ownCheck()
	p.px.httpchk = true
	c.Method, c.URI, c.Version = "OPTIONS", "/", "HTTP/1.0"
	args := w.from(2)
	switch len(args) {
	case 0:
	case 1:
		c.URI = args[0]
	default:
		c.Method, c.URI = args[0], args[1]
	}
	if len(args) < 3 {
		return
	}
	version, rest, old := strings.Cut(args[2], "\r\n")
	if old {
		p.warn("parsing [%s:%d]: '%s %s' : hiding headers or body at the end of the version string is deprecated. "+
			"Please, consider to use 'http-check send' directive instead.", p.pos.File, p.pos.Line, w[0], w[1])
		for _, h := range strings.Split(rest, "\r\n") {
			if h != "" {
				c.Headers = append(c.Headers, h)
			}
		}
	}
	c.Version = version
}

// check gives the section's HTTP check.
func (p *parser) check() *HTTPCheck {
	if p.px.HTTPCheck == nil {
		p.px.HTTPCheck = &HTTPCheck{Method: "OPTIONS", URI: "/", Version: "HTTP/1.0"}
	}
	return p.px.HTTPCheck
}

// ownCheck is check, but what the section asks for and sends replaces all that its defaults have said of it.
func (p *parser) ownCheck() *HTTPCheck {
	c := p.check()
	if p.px.checkInherited {
		p.px.checkInherited = false
		*c = HTTPCheck{Method: "OPTIONS", URI: "/", Version: "HTTP/1.0", Expect: c.Expect}
	}
	return c
}

// parseHTTPCheck reads `http-check`; its rules need `option httpchk` before them, or they are ignored.
func parseHTTPCheck(p *parser, w words) {
	if p.warnSide(w[0], backSide, "") {
		if w.at(1) == "disable-on-404" {
			p.warnAt("(null)") // what HAProxy 2.6 prints after it
		}
		return
	}
	switch w.at(1) {
	case "disable-on-404":
		if !p.tooMany(w, 1, 0) {
			p.px.DisableOn404 = true
		}
	case "expect":
		e, err := parseExpect(w.from(2))
		if err != nil {
			p.bad("'%s %s' : %s.", w[0], w[1], err)
			return
		}
		p.check().Expect = e
	case "send":
		if err := p.checkSend(w); err != nil {
			p.bad("'%s %s' : %s.", w[0], w[1], err)
		}
	case "send-state", "connect", "comment", "set-var", "set-var-fmt", "unset-var":
		p.unsupported("http-check " + w[1])
	default:
		p.bad("'%s' only supports 'disable-on-404', 'send-state', 'comment', 'connect', 'send', 'expect', "+
			"'set-var-fmt(*)', 'set-var(*)', 'unset-var(*)'. but got '%s'", w[0], w.at(1))
	}
}

// expectElsewhere are what HAProxy's expect can look at and this director cannot.
var expectElsewhere = []string{"min-recv", "string-lf", "hdr", "fhdr", "comment", "ok-status", "error-status", "tout-status",
	"status-code", "on-success", "on-error"}

func parseExpect(w words) (Expect, error) {
	e := Expect{}
	if w.at(0) == "" {
		return e, sayf("expects at least a matching pattern as arguments")
	}
	if w.at(0) == "!" {
		e.Negate, w = true, w[1:]
	}
	e.Kind, e.Pattern = w.at(0), w.at(1)
	switch {
	case contains(expectElsewhere, e.Kind):
		return e, sayf("'%s' is not supported by this director", e.Kind)
	case !contains([]string{"status", "rstatus", "string", "rstring"}, e.Kind):
		return e, errExpect(e.Kind)
	case e.Pattern == "":
		return e, sayf("'%s' expects a <pattern> as argument", e.Kind)
	case w.at(2) != "":
		return e, errExpect(w[2])
	}
	return e, e.check()
}

func errExpect(word string) error {
	return sayf("'only supports min-recv, [!]string', '[!]rstring', '[!]string-lf', '[!]status', '[!]rstatus', [!]hdr, "+
		"[!]fhdr or comment but got '%s' as argument.", word)
}

// check looks at the pattern: a list of status codes and ranges, or a regular expression.
func (e *Expect) check() error {
	switch e.Kind {
	case "status":
		if bad := strings.TrimLeft(e.Pattern, "0123456789,- "); bad != "" {
			return sayf("invalid character '%s' in the list of status codes", bad[:1])
		}
	case "rstatus", "rstring":
		if _, err := regexp.Compile(e.Pattern); err != nil {
			return sayf("'%s' : regex '%s' is invalid", e.Kind, e.Pattern)
		}
	}
	return nil
}

// checkSend reads `http-check send [meth <m>] [uri <u>] [ver <v>] [hdr <name> <value>]* [body <text>]`. Its headers and body
// replace those of option httpchk.
func (p *parser) checkSend(w words) error {
	c := p.ownCheck()
	c.Headers, c.Body = nil, ""
	for i := 2; w.at(i) != ""; i += 2 {
		v := w.at(i + 1)
		if v == "" {
			return sayf("'%s' expects a string as argument", w[i])
		}
		switch w[i] {
		case "meth":
			c.Method = v
		case "uri":
			c.URI = v
		case "ver":
			c.Version = v
		case "hdr":
			if w.at(i+2) == "" {
				return sayf("'%s' expects <name> and <value> as arguments", w[i])
			}
			c.Headers = append(c.Headers, v+": "+w[i+2])
			i++
		case "body":
			c.Body = v
		default:
			return sayf("'%s' is not supported by this director", w[i])
		}
	}
	return nil
}
