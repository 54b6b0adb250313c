package config

import (
	"cmp"
	"slices"
	"strings"
)

// parseDeclare reads declare capture request|response len <n>.
func parseDeclare(p *parser, w words) {
	switch {
	case p.px.isDefaults:
		p.bad("'%s' not available in default section", w[0])
		return
	case !p.px.front:
		p.bad("'%s' only available in frontend or listen section", w[0])
		return
	}
	if w.at(1) == "" {
		p.bad("'%s' needs a second keyword that specify the type of declaration ('capture')", w[0])
		return
	}
	if w.at(1) != "capture" {
		p.bad("unknown declaration type '%s' (supports 'capture')", w.at(1))
		return
	}
	side := slices.Index([]string{"request", "response"}, w.at(2))
	if side < 0 {
		p.bad("'declare capture' requires a direction ('request' or 'response')")
		return
	}
	n := atoi(w.at(4))
	switch {
	case w.at(3) != "len":
		p.bad("'declare capture' requires a capture length ('len')")
		return
	case w.at(4) == "":
		p.bad("'declare capture': 'len' requires a numeric value that represents the capture length")
		return
	case n <= 0:
		p.bad("length must be > 0")
		return
	}
	r := &p.px.Rules
	r.Slots[side] = append(r.Slots[side], n)
}

// parseCapture reads capture request|response header <name> len <n> and capture cookie <name> len <n>.
func parseCapture(p *parser, w words) {
	side := slices.Index([]string{"request", "response"}, w.at(1))
	if p.px.isDefaults {
		p.bad("'%s %s' not allowed in 'defaults' section.", w[0], w.at(1))
		return
	}
	switch {
	case w.at(1) == "cookie":
		if w.at(4) == "" || w[3] != "len" {
			p.bad("'%s' expects 'cookie' <cookie_name> 'len' <len>.", w[0])
			return
		}
		p.px.Rules.CookieName, p.px.Rules.CookieLen = w[2], atoi(w[4])
	case side >= 0 && w.at(2) == "header":
		if p.tooMany(w, 4, 1) {
			return
		}
		if w.at(5) == "" || w[4] != "len" {
			p.bad("'%s %s' expects 'header' <header_name> 'len' <len>.", w[0], w[1])
			return
		}
		r := &p.px.Rules
		r.Captures[side] = append(r.Captures[side], strings.ToLower(w[3]))
		r.Slots[side] = append(r.Slots[side], atoi(w[5]))
	default:
		p.bad("'%s' expects 'cookie' or 'request header' or 'response header'.", w[0])
	}
}

// boundCapture shortens the capture of a cookie to what tune.http.cookielen allows.
func (p *parser) boundCapture(s *section) {
	if most := cmp.Or(p.cfg.Global.cookieRoom, defaultCookieRoom) - 1; s.Rules.CookieLen > most {
		p.warn("truncating capture length to %d bytes for %s '%s'.", most, s.word(), s.Name)
		s.Rules.CookieLen = most
	}
}
