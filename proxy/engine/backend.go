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

// noBackend answers a request that no backend is for. HAProxy's log has no time of such a request.
func (c *client) noBackend() {
	c.got = -1
	c.reply(503, 'S', 'C')
}

// assign chooses a server and dials it, or queues.
func (c *client) assign() {
	p, before := c.be, c.srv
	p.mu.Lock()
	if p.act+p.bck == 0 && c.stay.server == nil {
		c.countAgain(before, nil)
		p.back.econn++
		p.mu.Unlock()
		c.srv = nil
		c.reply(503, 'S', 'C')
		return
	}
	s := c.goesTo(before)
	c.countAgain(before, s)
	switch {
	case s != nil && !s.Full():
		s.take()
		c.placed(s)
		p.mu.Unlock()
		c.dial()
	case s != nil && s.cfg.Maxqueue > 0 && s.Queued >= s.cfg.Maxqueue:
		s.econn++
		p.back.econn++
		p.mu.Unlock()
		c.srv = s
		c.reply(503, 'S', 'Q')
	default:
		c.enqueue(s)
		p.mu.Unlock()
	}
}

// goesTo is the server that the request has of its own, or else the algorithm's choice; nil: all servers are full. The backend is locked.
func (c *client) goesTo(before *server) *server {
	wanted := c.stay.server
	if wanted == nil && before == nil {
		wanted = c.lastServer()
	}
	if wanted != nil && wanted != before {
		return wanted
	}
	s := c.be.choose(c, before)
	if s != nil && s != before {
		s.chosen()
	}
	return s
}

// countAgain counts what becomes of a request that a server has had already, if one has: a retry where it goes there once more, or a
// redispatch, which ends what its cookie says. The backend is locked.
func (c *client) countAgain(before, s *server) {
	switch {
	case before == nil:
	case before == s:
		before.retries++
		c.be.back.retries++
	default:
		c.redisp = true
		c.stay.direct, c.stay.server = false, nil
		if c.stay.seen == 'V' {
			c.stay.seen = 'D'
		}
		before.redis++
		c.be.back.redis++
	}
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

// placed notes the server that has a place for c.
func (c *client) placed(s *server) {
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
