package engine

import "slices"

// maxPrivate is how many idle connections a client may have of its own unless its frontend says otherwise (section 4.2,
// "max-session-srv-conns").
const maxPrivate = 5

// fullOfPrivate tells whether b would be one connection too many; it forgets those that have ended.
func (c *client) fullOfPrivate(b *upstream) bool {
	c.private = slices.DeleteFunc(c.private, func(x *upstream) bool { return x != b && (!x.pooled || x.owner != c) })
	most := maxPrivate
	if n := c.fe.cfg.SessionConns; n != nil {
		most = *n
	}
	return len(c.private) >= most && !slices.Contains(c.private, b)
}

// keepPrivate notes an idle connection that only this client may use. One that has been used again keeps its rank.
func (c *client) keepPrivate(b *upstream) {
	if !slices.Contains(c.private, b) {
		c.private = append(c.private, b)
	}
}

// privateTo gives the client's own idle connection to s; nil: it has none.
func (c *client) privateTo(s *server) *upstream {
	for _, b := range c.private {
		if b.pooled && b.owner == c && b.srv == s {
			return b
		}
	}
	return nil
}

// lastServer is where option prefer-last-server leads a request of a backend whose balancing has no server of its own for it: to
// the first server that the client has an idle connection of its own to (section 4.2). nil: the balancing decides. The backend is
// locked.
func (c *client) lastServer() *server {
	if !c.be.cfg.PreferLast || c.be.pinned {
		return nil
	}
	for _, b := range c.private {
		if b.pooled && b.owner == c && c.be.has(b.srv) && b.srv.Usable() && b.srv.takesBack() {
			return b.srv
		}
	}
	return nil
}

// takesBack tells whether a client may go back to s: there is a place for it, or it would not wait behind too many others (section 4.2,
// "max-keep-alive-queue").
func (s *server) takesBack() bool {
	q := s.be.cfg.KeepAliveQueue
	return !q.Limited || !s.Full() || s.Queued < q.Most
}

func (p *proxy) has(s *server) bool { return slices.Contains(p.servers, s) }
