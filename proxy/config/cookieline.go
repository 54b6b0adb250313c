package config

import (
	"strings"
	"time"
)

// CookieMode is how a backend's cookie comes to the client (section 4.2, "cookie").
type CookieMode int

// The modes.
const (
	CookieSeen    CookieMode = iota // only looked at in requests
	CookieRewrite                   // the server sets it, its value is replaced
	CookieInsert
	CookiePrefix // the server sets it, the server's name comes before its value
)

// Cookie is `cookie`: persistence by a cookie.
type Cookie struct {
	Name             string
	Mode             CookieMode
	Indirect         bool
	NoCache          bool
	PostOnly         bool
	Preserve         bool
	HTTPOnly, Secure bool
	Domain           string        // one, or several with "; domain=" in between
	Attrs            string        // with "; " in between
	MaxIdle, MaxLife time.Duration // whole seconds; 0: for ever
}

func parseCookie(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("'%s' expects <cookie_name> as argument.", w[0])
		return
	}
	c := &Cookie{Name: w[1]}
	modes := 0
	for i := 2; w.at(i) != ""; i++ {
		mode, known := map[string]CookieMode{"rewrite": CookieRewrite, "insert": CookieInsert, "prefix": CookiePrefix}[w[i]]
		switch {
		case known && c.Mode != mode:
			c.Mode = mode
			modes++
		case known:
		case w.at(i+1) == "" || !contains([]string{"domain", "attr", "maxidle", "maxlife"}, w[i]):
			if !p.cookieFlag(c, w, i) {
				return
			}
		default:
			if !p.cookieValue(c, w, i) {
				return
			}
			i++
		}
	}
	if modes > 1 {
		p.bad("cookie 'rewrite', 'insert' and 'prefix' modes are incompatible.")
		return
	}
	if c.Preserve && c.Mode != CookieInsert && !c.Indirect {
		p.bad("cookie 'preserve' option requires at least 'insert' or 'indirect' option.")
		return
	}
	p.px.Cookie = c
}

// cookieFlag reads a word that takes no value.
func (p *parser) cookieFlag(c *Cookie, w words, i int) bool {
	switch w[i] {
	case "indirect":
		c.Indirect = true
	case "nocache":
		c.NoCache = true
	case "postonly":
		c.PostOnly = true
	case "preserve":
		c.Preserve = true
	case "httponly":
		c.HTTPOnly = true
	case "secure":
		c.Secure = true
	case "dynamic":
		p.unsupported("cookie dynamic")
		return false
	case "domain":
		p.bad("'%s' expects <domain> as argument.", w[i])
		return false
	case "attr":
		p.bad("'%s' expects <value> as argument.", w[i])
		return false
	case "maxidle", "maxlife":
		p.bad("'%s' expects <idletime> in seconds as argument.", w[i])
		return false
	default:
		p.bad("'%s' supports 'rewrite', 'insert', 'prefix', 'indirect', 'nocache', 'postonly', 'domain', 'maxidle', 'dynamic', "+
			"'maxlife' and 'attr' options.", w[0])
		return false
	}
	return true
}

// cookieValue reads a word with its value.
func (p *parser) cookieValue(c *Cookie, w words, i int) bool {
	v := w[i+1]
	switch w[i] {
	case "domain":
		if !strings.Contains(v, ".") { // rare, but accepted
			p.warn("parsing [%s:%d]: domain '%s' contains no embedded dot, this configuration may not work properly "+
				"(see RFC6265#5.2.3).", p.pos.File, p.pos.Line, v)
		}
		if c.Domain != "" {
			v = c.Domain + "; domain=" + v
		}
		c.Domain = v
	case "attr":
		if strings.ContainsAny(v, ";") || strings.ContainsFunc(v, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
			p.bad("character '%s' is not permitted in attribute value.", v[:1])
			return false
		}
		if c.Attrs != "" {
			v = c.Attrs + "; " + v
		}
		c.Attrs = v
	default:
		d, fault := p.parseTime(v, time.Second)
		switch {
		case fault != nil && fault.over:
			p.bad("timer overflow in argument <%s> to <%s>, maximum value is 2147483647 s (~68 years).", v, w[i])
			return false
		case fault != nil && fault.under:
			p.bad("timer underflow in argument <%s> to <%s>, minimum non-null value is 1 s.", v, w[i])
			return false
		case fault != nil:
			p.bad("unexpected character '%s' in argument to <%s>.", fault.char, w[i])
			return false
		}
		if w[i] == "maxidle" {
			c.MaxIdle = d
		} else {
			c.MaxLife = d
		}
	}
	return true
}
