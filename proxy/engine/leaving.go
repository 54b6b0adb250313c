package engine

// left: the client has ended its sending side while its request is under way, or its connection has broken. It may still read what it
// is sent, unless the backend says that nobody does so (section 4.2, "option abortonclose").
func (c *client) left() {
	switch c.st {
	case stQueued, stPausing, stConnect:
		if c.tx == nil || !c.tx.req.gone { // else it had left before, and was sent on all the same
			c.leftEarly()
		}
	case stWaiting, stPassing:
		if c.body.Done() && c.be.cfg.AbortOnClose { // what is missing of a body pumpRequest finds out
			c.leftServed()
		}
	}
}

// leftEarly: no server has been reached. A request that will never be complete is not worth a server's time in any case.
func (c *client) leftEarly() {
	queued := c.st == stQueued
	if !c.fe.http && socketError(c.fd) != 0 {
		c.abort('C', 'D')
		return
	}
	whole := !c.fe.http || c.gather()
	if whole && !c.be.cfg.AbortOnClose {
		return
	}
	c.excused = !queued || whole && (!c.fe.http || socketError(c.fd) == 0)
	c.abort('C', phase(c))
}

// gather takes what has come of the body before there is a server to pass it on to, as much as there is room for; false: there will be
// no more of it, and it is not all.
func (c *client) gather() bool {
	limit, _ := c.l.e.dataLimit()
	for c.readable && !c.body.Done() && len(c.req) < limit {
		n := c.recv()
		if n == recvNothing {
			break
		}
		if n <= 0 {
			return false
		}
		before := c.body.Payload
		k := c.addBody(c.l.buf[:n])
		c.in += c.body.Payload - before
		c.held = append(c.held, c.l.buf[k:n]...)
	}
	c.whole = c.body.Done()
	return true
}

// leftServed: a server has the request. What it still says is of no use, except where only its end tells how long it is: there it hears
// that the client has ended, and goes on.
func (c *client) leftServed() {
	switch {
	case socketError(c.fd) != 0:
		c.abort('C', 'D')
	case c.st == stWaiting:
		c.up.release(false)
		c.giveBack()
		c.closing = true
		c.reply(400, 'C', 'H')
	case !c.up.body.UntilEnd():
		c.abort('C', 'D')
	case c.half&upShut == 0:
		c.half |= upShut
		sysShutdownWrite(c.up.fd)
	}
}

// leftRules: the client has left while rules wait for more of its request. They go on with what there is, but a tarpit holds who may
// still read.
func (c *client) leftRules(broke bool) {
	t := c.tx
	switch {
	case t.slow == nil:
		t.req.gone, t.Final = true, true
		c.progress()
		c.runRules()
	case !c.fe.cfg.AbortOnClose:
	case broke:
		c.tarred()
		c.status = t.slow.Status
		c.flag('P', 'T')
		c.end()
		c.close()
	default:
		c.ruleTimeout()
	}
}

// tarred ends a tarpit: in the log all of the time is a queue's, as with HAProxy.
func (c *client) tarred() { c.got, c.assigned = c.start-1, c.l.now }

// unfit ends what has been broken off before it could be sent on.
func (c *client) unfit() {
	c.countUnfit()
	c.abort('C', 'R')
}

// unheard answers a request whose body rules have waited for in vain.
func (c *client) unheard(phase int) {
	if phase > stepSwitch {
		c.enterBackend()
	} else {
		c.be = nil
	}
	c.got, c.excused = -1, true
	c.countUnfit()
	c.reply(408, 'c', 'R')
}
