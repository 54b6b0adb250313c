package engine

import (
	"strings"

	"simulacro/proxy/config"
	"simulacro/proxy/rules"
)

// persistence is what decides about a request's server before the balancing does, and what became of the cookie (section 4.2, "cookie").
type persistence struct {
	server      *server // that the cookie or a use-server rule names, if it may be used; nil: none
	direct      bool    // the request goes there
	force       bool    // even if it is down
	ignore      bool    // cookies do not count
	told        bool    // the log names the server, though the request was refused before it could go there
	seen, given byte    // as logs show them (section 8.5); 0: the backend has no cookie
	last, first int64   // dates in the cookie, in seconds; 0: none
}

// logCookies reads the cookies of a request that is refused, for the log alone. HAProxy does so of what is denied and what is tarpitted.
func (c *client) logCookies() {
	be := c.be
	if c.stay = (persistence{}); c.tx.req.phase <= stepSwitch {
		c.be = c.fe // of a listen section
	} else {
		c.persistRules()
	}
	c.captureCookie()
	c.readCookie()
	c.stay.told, c.be = true, be
}

// captureCookie notes what "capture cookie" asks for (section 4.2).
func (c *client) captureCookie() {
	if r := c.fe.cfg.Rules; r.CookieName != "" && c.tx != nil {
		c.tx.info.Cookie = cookieOf(c.tx.Req, "cookie", r)
	}
}

// readCookie looks for the backend's cookie in a request, takes it away from the server where that is asked for, and remembers
// the server that it names.
func (c *client) readCookie() {
	k := c.be.cfg.Cookie
	if k == nil || c.tx == nil {
		return
	}
	c.stay.seen, c.stay.given = 'N', 'N'
	m := c.tx.Req
	kept := m.Fields[:0]
	for _, f := range m.Fields {
		if f.Name != "cookie" {
			kept = append(kept, f)
			continue
		}
		if f.Value = c.cookieField(k, f.Value); f.Value != "" {
			kept = append(kept, f)
		}
	}
	m.Fields = kept
}

// cookieField reads one Cookie field, and gives what of it goes on; "": nothing.
func (c *client) cookieField(k *config.Cookie, field string) string {
	parts := strings.Split(field, ";")
	kept := parts[:0]
	changed := false
	for _, part := range parts {
		name, value, ok := strings.Cut(part, "=")
		if !ok || strings.TrimSpace(name) != k.Name {
			kept = append(kept, part)
			continue
		}
		rest, isOurs := c.cookieValue(k, strings.Trim(value, " \t"))
		switch {
		case k.Mode == config.CookiePrefix && isOurs:
			kept, changed = append(kept, name+"="+rest), true
		case k.Mode == config.CookieInsert && k.Indirect:
			changed = true
		default:
			kept = append(kept, part)
		}
	}
	if !changed {
		return field
	}
	return strings.TrimLeft(strings.Join(kept, ";"), " \t")
}

// cookieValue finds the server that a value names. rest is what stands behind the delimiter of mode prefix.
func (c *client) cookieValue(k *config.Cookie, value string) (rest string, isOurs bool) {
	id := value
	switch {
	case k.Mode == config.CookiePrefix:
		id, rest, isOurs = strings.Cut(value, "~")
	case k.MaxIdle > 0 || k.MaxLife > 0:
		if !c.cookieDates(k, &id) {
			return "", false
		}
	}
	switch {
	case c.stay.seen == 'V' || c.stay.seen == 'D' && c.stay.direct:
		return rest, isOurs // the first one decides
	case c.stay.direct || c.stay.ignore:
		c.stay.seen = 'U'
		return rest, isOurs
	}
	c.stay.seen = 'I'
	p := c.be
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.servers {
		if own := s.id(); own == "" || own != id {
			continue
		}
		if s.Up || c.stay.force || p.cfg.Persist {
			c.stay.server, c.stay.direct, c.stay.seen = s, true, 'V'
			if !s.Up {
				c.stay.seen = 'D'
			}
			break
		}
		c.stay.seen = 'D'
	}
	return rest, isOurs
}

// cookieDates cuts the dates off a value: of its last use, and of its first. false: it is too old to count.
func (c *client) cookieDates(k *config.Cookie, value *string) bool {
	id, dates, dated := strings.Cut(*value, "|")
	*value = id
	if !dated {
		return true
	}
	last, first, _ := strings.Cut(dates, "|")
	c.stay.last, c.stay.first = parseDate(last), parseDate(first)
	now := c.l.e.wall(c.l.now).Unix()
	old := func(date int64, limit int64) bool {
		return date > 0 && limit > 0 && (now-date > limit || date-now > 86400)
	}
	switch {
	case old(c.stay.first, int64(k.MaxLife.Seconds())):
		c.stay.seen = 'O'
	case old(c.stay.last, int64(k.MaxIdle.Seconds())):
		c.stay.seen = 'E'
	default:
		return true
	}
	c.stay.last, c.stay.first = 0, 0
	return false
}

// dateDigits are those of cookies' dates, which count in units of four seconds.
const dateDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

func parseDate(s string) (n int64) {
	if len(s) < 5 {
		return 0
	}
	for _, d := range s[:5] {
		i := strings.IndexRune(dateDigits, d)
		if i < 0 {
			return 0
		}
		n = n<<6 | int64(i)
	}
	return n << 2
}

func formatDate(units int64) string {
	var b [5]byte
	for i := range b {
		b[i] = dateDigits[units>>(24-6*i)&63]
	}
	return string(b[:])
}

// writeCookie makes of a response's cookies what the backend's mode says, and adds the one that keeps the client here.
func (c *client) writeCookie(m *rules.Message) {
	k := c.be.cfg.Cookie
	if k == nil || c.srv == nil {
		return
	}
	kept := m.Fields[:0]
	for _, f := range m.Fields {
		if f.Name != "set-cookie" || c.setCookie(k, &f) {
			kept = append(kept, f)
		}
	}
	m.Fields = kept
	if k.Mode != config.CookieInsert || c.stay.given == 'P' && k.Preserve || !c.wantsCookie(k) || c.stay.ignore ||
		k.PostOnly && c.tx.Req != nil && c.tx.Req.Method != "POST" {
		return
	}
	m.Fields = append(m.Fields, rules.Field{Name: "set-cookie", Value: c.newCookie(k)})
	if c.stay.given = 'I'; c.srv.id() != "" && c.stay.direct {
		c.stay.given = 'U'
	}
	if k.NoCache && c.cacheable(m).page {
		m.Fields = append(m.Fields, rules.Field{Name: "cache-control", Value: "private"})
	}
}

// setCookie changes one Set-Cookie field; false: it goes no further.
func (c *client) setCookie(k *config.Cookie, f *rules.Field) bool {
	pair, attrs, more := strings.Cut(f.Value, ";")
	name, value, ok := strings.Cut(pair, "=")
	if !ok || strings.TrimSpace(name) != k.Name {
		return true
	}
	c.stay.given = 'P'
	switch {
	case k.Preserve:
		return true
	case k.Mode == config.CookieInsert, c.stay.direct && k.Indirect:
		c.stay.given = 'D'
		return false
	case c.srv.id() == "":
		return true
	case k.Mode == config.CookieRewrite:
		value = c.srv.id()
	case k.Mode == config.CookiePrefix:
		value = c.srv.id() + "~" + value
	default:
		return true
	}
	c.stay.given = 'R'
	if f.Value = name + "=" + value; more {
		f.Value += ";" + attrs
	}
	return true
}

// wantsCookie tells whether the client's cookie has to be set or refreshed.
func (c *client) wantsCookie(k *config.Cookie) bool {
	s := &c.stay
	return !s.direct || k.MaxIdle > 0 && s.last < c.l.e.wall(c.l.now).Unix() || k.MaxIdle == 0 && s.last > 0 && s.last < c.l.e.wall(c.l.now).Unix() ||
		k.MaxLife > 0 && s.first == 0 || k.MaxLife == 0 && s.first > 0
}

// newCookie is the Set-Cookie field's value; a server without a cookie of its own takes the client's away.
func (c *client) newCookie(k *config.Cookie) string {
	v := k.Name + "=; Expires=Thu, 01-Jan-1970 00:00:01 GMT; path=/"
	if id := c.srv.id(); id != "" {
		v = k.Name + "=" + id
		now := (c.l.e.wall(c.l.now).Unix() + 3) >> 2
		if k.MaxIdle > 0 || k.MaxLife > 0 {
			v += "|" + formatDate(now)
		}
		if k.MaxLife > 0 {
			if c.stay.first > 0 {
				now = c.stay.first >> 2
			}
			v += "|" + formatDate(now)
		}
		v += "; path=/"
	}
	if k.Domain != "" {
		v += "; domain=" + k.Domain
	}
	if k.HTTPOnly {
		v += "; HttpOnly"
	}
	if k.Secure {
		v += "; Secure"
	}
	if k.Attrs != "" {
		v += "; " + k.Attrs
	}
	return v
}
