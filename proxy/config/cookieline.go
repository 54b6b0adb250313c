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
	Dynamic          bool // servers without a value of their own get one of dynamic-cookie-key
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
		case w.at(i+1) == "" || cookieValues[w[i]] == "":
			if !p.cookieFlag(c, w, i) {
				return
			}
		default:
			if !p.cookieValue(c, w[i], w[i+1]) {
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
		p.bad("cookie 'preserve' requires at least 'insert' or 'indirect'.")
		return
	}
	p.px.Cookie = c
}

// cookieValues are the words that take a value, with what it is called where it is missing.
var cookieValues = map[string]string{
	"domain": "<domain>", "attr": "<value>", "maxidle": "<idletime> in seconds", "maxlife": "<lifetime> in seconds",
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
		c.Dynamic = true
	default:
		if what, ok := cookieValues[w[i]]; ok {
			p.badTight("'%s' expects %s as argument.", w[i], what)
			return false
		}
		p.bad("'%s' supports 'rewrite', 'insert', 'prefix', 'indirect', 'nocache', 'postonly', 'domain', 'maxidle', 'dynamic', "+
			"'maxlife' and 'attr' options.", w[0])
		return false
	}
	return true
}

// cookieValue reads a word with its value.
func (p *parser) cookieValue(c *Cookie, word, v string) bool {
	switch word {
	case "domain":
		if !strings.Contains(v, ".") { // rare, but accepted
			p.warnTight("domain '%s' contains no embedded dot, this configuration may not work properly "+
				"(see RFC6265#5.2.3).", v)
		}
		if odd := oddChar(v, "._-"); odd != "" {
			p.badTight("character '%s' is not permitted in domain name '%s'.", odd, v)
			return false
		}
		c.Domain = joined(c.Domain, "; domain=", v)
	case "attr":
		if at := strings.IndexFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f || r == ';' }); at >= 0 {
			p.badTight("character '%%x%02X' is not permitted in attribute value.", v[at])
			return false
		}
		c.Attrs = joined(c.Attrs, "; ", v)
	case "maxidle":
		return p.cookieTime(&c.MaxIdle, word, v)
	case "maxlife":
		return p.cookieTime(&c.MaxLife, word, v)
	}
	return true
}

// joined adds a word to a list of them, with a text in between.
func joined(list, between, word string) string {
	if list == "" {
		return word
	}
	return list + between + word
}

func (p *parser) cookieTime(to *time.Duration, word, v string) bool {
	d, fault := p.parseTime(v, time.Second)
	if fault != nil {
		p.badTight("%s", fault.angled(v, "<"+word+">", longestSeconds, "s"))
		return false
	}
	*to = d
	return true
}
