package engine

import "bytes"

// target gives the request's target as it goes out.
func (c *client) target() []byte {
	_, rest, _ := bytes.Cut(c.req[:min(c.head, len(c.req))], []byte{' '})
	uri, _, _ := bytes.Cut(rest, []byte{' '})
	return uri
}

// persistRules evaluates whether cookies count (section 4.2, "force-persist" and "ignore-persist").
func (c *client) persistRules() {
	for _, x := range c.be.cfg.Rules.Persists {
		if x.Cond.Holds(&c.tx.Tx) {
			c.stay.ignore, c.stay.force = x.Ignore, !x.Ignore
			break
		}
	}
}

// persist evaluates what decides about a request's server before its cookie and the balancing do (section 4.2, "force-persist",
// "ignore-persist", "use-server"). Conditions may look at backends, so no lock may be held.
func (c *client) persist() {
	c.stay = persistence{}
	if c.tx == nil {
		return
	}
	c.persistRules()
	for _, x := range c.be.cfg.Rules.UseServers {
		if !x.Cond.Holds(&c.tx.Tx) {
			continue
		}
		name := x.Server
		if x.Name != nil {
			name = x.Name.Text(&c.tx.Tx)
		}
		s := c.be.serverNamed(name)
		if s == nil { // a format made the name of none: HAProxy looks no further
			return
		}
		if c.be.admits(s, c.stay.force) {
			c.stay.server, c.stay.direct = s, true
			return
		}
	}
}

func (p *proxy) serverNamed(name string) *server {
	for _, s := range p.servers {
		if s.cfg.Name == name {
			return s
		}
	}
	return nil
}

// admits tells whether a request that is meant for s may go there: s is up, or that does not count.
func (p *proxy) admits(s *server, force bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return s.Up || force || p.cfg.Persist
}
