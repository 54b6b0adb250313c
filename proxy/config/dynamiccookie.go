package config

import (
	"encoding/binary"
	"fmt"

	"github.com/cespare/xxhash/v2"
)

// parseDynamicKey reads dynamic-cookie-key <secret>.
func parseDynamicKey(p *parser, w words) {
	if w.at(1) == "" {
		p.bad("'%s' expects <secret_key> as argument.", w[0])
		return
	}
	p.px.CookieKey = w[1]
}

// DynamicCookie is the value that `cookie … dynamic` gives a server without one of its own: it follows from the secret and from where the
// server is, so that all directors with the same file agree (section 4.2, "dynamic-cookie-key"). "": there is none without a
// secret, or without an address and a port.
func DynamicCookie(secret string, a Address) string {
	if secret == "" || !a.IP.IsValid() {
		return ""
	}
	text := append([]byte(secret), a.IP.AsSlice()...)
	text = binary.BigEndian.AppendUint32(text, uint32(a.Port))
	return fmt.Sprintf("%016x", xxhash.Sum64(text))
}

// checkDynamicCookies warns of servers that nobody could tell apart.
func (p *parser) checkDynamicCookies() {
	for _, s := range p.proxies {
		px := s.Proxy
		if px.Cookie == nil || !px.Cookie.Dynamic || px.CookieKey == "" {
			continue
		}
		seen := map[string]int{}
		for _, srv := range px.Servers {
			id := srv.Cookie
			if id == "" {
				id = DynamicCookie(px.CookieKey, srv.Addr)
				for range seen[id] {
					p.warn("We generated two equal cookies for two different servers.\nPlease change the secret key for '%s'.", px.Name)
				}
			}
			if id != "" && !srv.Disabled {
				seen[id]++
			}
		}
	}
}
