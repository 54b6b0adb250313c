package engine

import "bytes"

// target gives the request's target as it goes out.
func (c *client) target() []byte {
	_, rest, _ := bytes.Cut(c.req[:min(c.head, len(c.req))], []byte{' '})
	uri, _, _ := bytes.Cut(rest, []byte{' '})
	return uri
}

// useServer gives the server that a use-server rule names for the request; nil: none. Conditions may look at backends,
// so no lock may be held.
func (c *client) useServer() *server {
	if c.tx == nil {
		return nil
	}
	for _, x := range c.be.cfg.Rules.UseServers {
		if !x.Cond.Holds(&c.tx.Tx) {
			continue
		}
		for _, s := range c.be.servers {
			if s.cfg.Name == x.Server {
				return s
			}
		}
	}
	return nil
}
