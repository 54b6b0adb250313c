package engine

import (
	"fmt"

	"simulacro/proxy/config"
)

// dynamicCookies is what a backend's `cookie … dynamic` and dynamic-cookie-key say, as operators may have changed it. The backend's
// mutex guards it.
type dynamicCookies struct {
	on     bool
	secret string
}

// id is the value by which clients' cookies name the server; "": none.
func (s *server) id() string { return *s.cookie.Load() }

// renewCookie gives the server the value that its address and the backend's secret make, unless the file has one for it. The backend is
// locked, or not yet at work.
func (s *server) renewCookie() {
	id := s.cfg.Cookie
	if id == "" && s.be.dyncookies.on {
		id = config.DynamicCookie(s.be.dyncookies.secret, s.at.Load().addr)
	}
	s.cookie.Store(&id)
}

// SetDynamicCookies turns a backend's dynamic cookies on or off.
func (e *Engine) SetDynamicCookies(backend string, on bool) error {
	return e.renewCookies(backend, func(d *dynamicCookies) { d.on = on })
}

// SetDynamicCookieKey changes the secret of a backend's dynamic cookies.
func (e *Engine) SetDynamicCookieKey(backend, secret string) error {
	return e.renewCookies(backend, func(d *dynamicCookies) { d.secret = secret })
}

func (e *Engine) renewCookies(backend string, change func(*dynamicCookies)) error {
	for _, p := range e.proxies {
		if p.cfg.Name != backend || !p.cfg.Back() {
			continue
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		change(&p.dyncookies)
		for _, s := range p.servers {
			s.renewCookie()
		}
		return nil
	}
	return fmt.Errorf("no backend %s", backend)
}
