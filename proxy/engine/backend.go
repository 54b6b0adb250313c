package engine

import "simulacro/proxy/balance"

// enterBackend counts the request among the backend's.
func (c *client) enterBackend() {
	if c.inBack {
		return
	}
	p := c.be
	p.mu.Lock()
	c.inBack = true
	p.beconn++
	p.back.sess++
	p.back.curMax = max(p.back.curMax, p.beconn)
	p.back.rate.add(c.l.now, 1)
	p.mu.Unlock()
}

// assign chooses a server and dials it, or queues.
func (c *client) assign() {
	p, before := c.be, c.srv
	wanted := c.stay.server
	p.mu.Lock()
	if p.act+p.bck == 0 && wanted == nil {
		p.back.econn++
		p.mu.Unlock()
		c.srv = nil
		c.reply(503, 'S', 'C')
		return
	}
	if wanted == nil && before == nil {
		wanted = c.lastServer()
	}
	s := wanted
	if s == nil || s == before {
		s = p.choose(c, before)
	}
	if s != nil && s.Full() && s.cfg.Maxqueue > 0 && s.Queued >= s.cfg.Maxqueue {
		s.econn++
		p.back.econn++
		p.mu.Unlock()
		c.srv = s
		c.reply(503, 'S', 'Q')
		return
	}
	if s == nil || s.Full() {
		c.enqueue(s)
		p.mu.Unlock()
		return
	}
	s.take(c.l.now)
	if s != wanted && s != before {
		s.chosen()
	}
	c.placed(s, before)
	p.mu.Unlock()
	c.dial()
}

// choose asks the algorithm; nil: all servers are full.
func (p *proxy) choose(c *client, avoid *server) *server {
	q := balance.Request{Source: c.addr.Addr()}
	if p.byURI {
		q.URI = c.target()
	}
	if p.byKey {
		q.Key = c.balanceKey()
	}
	if avoid != nil {
		q.Avoid = &avoid.Server
	}
	if p.dynamic {
		for _, s := range p.servers {
			s.limit()
		}
	}
	b := p.sel.Select(q)
	if b == nil {
		return nil
	}
	return p.servers[b.Index]
}

// placed notes the server that has a place for c, and what became of the one before. The backend is locked.
func (c *client) placed(s, before *server) {
	switch {
	case before == nil:
	case before != s:
		c.redisp = true
		if c.stay.direct { // no longer where the cookie says
			c.stay.direct, c.stay.server = false, nil
			if c.stay.seen == 'V' {
				c.stay.seen = 'D'
			}
		}
		before.redis++
		c.be.back.redis++
	default:
		before.retries++
		c.be.back.retries++
	}
	c.srv, c.holding = s, true
	c.assigned = c.l.now
}

// giveBack frees c's place on its server, and lets the next request of a queue have it.
func (c *client) giveBack() {
	if !c.holding {
		return
	}
	c.holding = false
	p := c.be
	p.mu.Lock()
	c.srv.Served--
	if p.mover != nil {
		p.mover.Moved(&c.srv.Server)
	}
	next := p.admitNext(c.srv)
	p.mu.Unlock()
	c.l.wakeUp(next)
}

// leaveBackend ends the request's stay in the backend.
func (c *client) leaveBackend() {
	if !c.inBack {
		return
	}
	c.inBack = false
	c.be.mu.Lock()
	c.be.beconn--
	c.be.mu.Unlock()
}
