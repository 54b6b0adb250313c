package engine

import (
	"simulacro/proxy/config"
)

// connectFailed decides about another attempt (section 4.2, "retries" and "option redispatch").
func (c *client) connectFailed(timeout bool) {
	cause := byte('S')
	if timeout {
		cause = 's'
	}
	c.up.release(false)
	be := c.be
	be.mu.Lock()
	be.back.h1.streams-- // it has come to none
	be.back.unmade++
	be.mu.Unlock()
	c.srv.observe(c.l, sawNoConnect)
	if on := be.cfg.RetryOn; c.tries >= be.cfg.Retries || on != nil && on.Never {
		be.mu.Lock()
		c.srv.econn++
		be.back.econn++
		be.mu.Unlock()
		c.giveBack()
		c.reply(503, cause, 'C')
		return
	}
	c.tries++
	be.mu.Lock()
	elsewhere := c.mayRedispatch()
	calm := !elsewhere || !be.spreads || be.act <= 1
	if !elsewhere {
		c.srv.retries++
		be.back.retries++
	}
	be.mu.Unlock()
	if elsewhere {
		c.giveBack()
	}
	if calm && !timeout {
		// The same server would most likely refuse again at once.
		c.st = stPausing
		c.arm(pause(be.connect))
		return
	}
	c.retry()
}

// answerAgain sends the request once more where the backend's retry-on asks for it; false: it does not, or the request cannot be
// repeated, because it is not all here or because something of an answer has gone out.
func (c *client) answerAgain(asked bool) bool {
	p := c.be
	if !asked || c.answered || !c.whole || c.tries >= p.cfg.Retries || c.tx != nil && c.tx.NoRetry {
		return false
	}
	c.tries++
	if c.up != nil {
		c.up.release(false)
	}
	p.mu.Lock()
	c.srv.retries++
	p.back.retries++
	if p.cfg.Redispatch == 0 {
		c.srv.retries++
		p.back.retries++
	}
	p.mu.Unlock()
	c.status, c.connected, c.replied = 0, -1, -1
	if p.cfg.Redispatch != 0 {
		c.giveBack()
	}
	c.retry()
	return true
}

// retryOn tells what the backend repeats beside failed connections.
func (c *client) retryOn() config.RetryOn {
	if on := c.be.cfg.RetryOn; on != nil && c.fe.http {
		return *on
	}
	return config.RetryOn{}
}

// pause is HAProxy's wait before another attempt on the same server: a second, or the connect timeout if that is shorter.
func pause(connect int64) int64 {
	if connect > 0 && connect < 1000 {
		return connect
	}
	return 1000
}

// mayRedispatch tells whether the next attempt may go to another server: the server is down, it is the attempt that the
// option says, or the balancing does not care who is next.
func (c *client) mayRedispatch() bool {
	be := c.be
	n := be.cfg.Redispatch
	switch {
	case n == 0 || c.stay.force:
		return false
	case !c.srv.Up:
		return true
	case n > 0 && c.tries%n == 0:
		return true
	case n < 0 && c.tries%max(be.cfg.Retries+1+n, 1) == 0:
		return true
	}
	return !be.pinned && !c.stay.direct && be.act > 1 && be.spreads
}

// retry makes the next attempt, on the same server where its place was kept.
func (c *client) retry() {
	if c.holding {
		c.dial()
		return
	}
	c.assign()
}
