package engine

import "simulacro/proxy/http1"

// badResponse: what the server says is no HTTP.
func (c *client) badResponse() {
	c.countBadReply(sawBadHead)
	if c.answerAgain(c.retryOn().Junk) {
		return
	}
	c.up.release(false)
	c.giveBack()
	if c.answered {
		c.flag('P', 'H')
		c.end()
		c.linger()
		return
	}
	c.reply(502, 'P', 'H')
}

// serverEnded: the server closed its connection, or it broke.
func (c *client) serverEnded(n int) {
	switch {
	case n == recvEnd && c.st == stPassing && c.up.body.UntilEnd():
		c.finish(false)
	case c.st == stPassing:
		c.serverAborted()
	default:
		c.serverFailed(n != recvEnd)
	}
}

// serverAborted: the response's body breaks off. What has come of it goes out still; the client sees that it is not all.
func (c *client) serverAborted() {
	c.flag('S', 'D')
	p := c.be
	p.mu.Lock()
	c.srv.srvAbort++
	p.back.srvAbort++
	c.srv.eresp++
	p.back.eresp++
	p.mu.Unlock()
	c.closing = true
	c.finish(false)
}

// serverFailed: no response from this connection, which broke, or else was closed.
func (c *client) serverFailed(broke bool) {
	b, saw := c.up, sawClose
	if c.ahead {
		c.loseServer()
		return
	}
	if broke {
		saw = sawReadError
	}
	if b.dialing {
		c.connectFailed(false)
		return
	}
	if !c.answered && c.rejected() { // it may have answered before it closed
		return
	}
	srv := c.srv
	if c.answerAgain(c.retryOn().Empty) {
		if broke {
			c.be.countReset(srv, false)
		}
		return
	}
	b.release(false)
	c.giveBack()
	if c.requests > 1 && !c.answered {
		// As where the server closed an idle connection just now: a client with a connection that has served repeats its request
		// when it is closed, as it has to (RFC 9112, section 9.3.1). HAProxy neither logs that nor counts it, but for a reset.
		if broke && c.body.Done() {
			c.be.countReset(srv, true)
		}
		c.drop()
		return
	}
	if broke { // HAProxy counts a reset twice
		c.countBadReply(saw)
	}
	c.countBadReply(saw)
	if c.answered {
		c.flag('S', 'H')
		c.end()
		c.linger()
		return
	}
	c.reply(502, 'S', 'H')
}

// rejected looks for an answer that was sent before the connection broke under the request's body.
func (c *client) rejected() bool {
	b := c.up
	if !b.stuck() && c.body.Done() || b.readable {
		return false
	}
	n := b.recv()
	if n <= 0 {
		return false
	}
	b.readable, b.noKeep, c.closing = true, true, true
	b.unsay()
	c.body = http1.Body{}
	if p := c.responseHead(c.l.buf[:n]); c.up == b && len(p) > 0 {
		c.answered = true
		if !c.send(c, p) {
			c.abort('C', 'D')
		} else if b.body.Done() && c.st == stPassing {
			c.finish(false)
		} else {
			c.armTransfer()
			c.l.again = append(c.l.again, c)
		}
	}
	return true
}

// serverTimeout: no response in time (section 4.2, "timeout server").
func (c *client) serverTimeout() {
	if c.answerAgain(c.retryOn().Timeout) {
		return
	}
	c.countBadReply(sawTimeout)
	c.up.release(false)
	c.giveBack()
	c.reply(504, 's', 'H')
}
