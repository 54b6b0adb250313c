package engine

import (
	"strings"

	"simulacro/proxy/rules"
)

// cacheability is what a response says of itself to caches: whether they might keep it, and its cookies with it.
type cacheability struct{ page, cookies bool }

// cacheable tells whether a cache might keep a response: by its request's method and its status (RFC 9110, section 15.1), and by what
// it says itself (RFC 9111, sections 3 and 5.2.2).
func (c *client) cacheable(m *rules.Message) (y cacheability) {
	switch m.Status {
	case 200, 203, 204, 206, 300, 301, 404, 405, 410, 414, 501:
	default:
		return y
	}
	switch method, _, _ := strings.Cut(string(c.line), " "); method {
	case "GET", "HEAD", "OPTIONS", "TRACE":
		y = cacheability{true, true}
	}
	if v, ok := firstField(m, "pragma"); ok && strings.EqualFold(v, "no-cache") {
		return cacheability{}
	}
	fresh := false // it says until when it is fresh
	for _, f := range m.Fields {
		if f.Name == "cache-control" {
			for _, v := range strings.Split(f.Value, ",") {
				fresh = y.directive(strings.ToLower(strings.TrimSpace(v))) || fresh
			}
		}
	}
	for _, f := range m.Fields {
		fresh = fresh || f.Name == "expires" || f.Name == "etag" || f.Name == "last-modified" // or how to ask
	}
	y.page = y.page && fresh
	return y
}

// directive applies one of Cache-Control's; fresh: it is one that gives a time.
func (y *cacheability) directive(v string) (fresh bool) {
	switch {
	case v == "public":
		*y = cacheability{true, true}
	case v == "private", v == "no-cache", v == "no-store", v == "max-age=0", v == "s-maxage=0":
		*y = cacheability{}
	case strings.HasPrefix(v, `no-cache="set-cookie`):
		y.cookies = false
	default:
		return strings.HasPrefix(v, "max-age") || strings.HasPrefix(v, "s-maxage")
	}
	return false
}

// firstField gives the value of a message's first field of that name.
func firstField(m *rules.Message, name string) (string, bool) {
	for _, f := range m.Fields {
		if f.Name == name {
			return f.Value, true
		}
	}
	return "", false
}

// setsCookie tells whether the server sets any cookie.
func setsCookie(m *rules.Message) bool {
	_, one := firstField(m, "set-cookie")
	_, two := firstField(m, "set-cookie2")
	return one || two
}

// leaks is `option checkcache` (section 4.2): a cache between here and the client might give this client's cookie to others. cookie
// says whether the server has set one, looked at before the backend's own was.
func (c *client) leaks(m *rules.Message, cookie bool) bool {
	if !c.be.cfg.CheckCache || !cookie {
		return false
	}
	y := c.cacheable(m)
	if !y.page || !y.cookies {
		return false
	}
	name := "<dispatch>"
	if c.srv != nil && !c.be.dispatch {
		name = c.srv.cfg.Name
	}
	c.l.e.event(c.be, LevelAlert, "Blocking cacheable cookie in response from instance "+c.be.cfg.Name+", server "+name+".")
	return true
}
