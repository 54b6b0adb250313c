package engine

import (
	"simulacro/proxy/rules"
)

// close ends the connection; whatever it held has been given back.
func (c *client) close() {
	l := c.l
	c.settleEnd()
	for _, b := range c.private {
		if b.pooled && b.owner == c {
			b.leavePool()
		}
	}
	c.private = c.private[:0]
	if h := c.shaking; h != nil {
		c.shaking, h.c = nil, nil
		h.kill()
	}
	if c.fe.cfg.NoLinger && c.fd >= 0 {
		if c.fe.http && !c.fin { // the reset comes behind an end, but to who has ended already
			sysShutdownWrite(c.fd)
		}
		setReset(c.fd)
	}
	c.shut()
	c.st = stClosed
	delete(l.live, c)
	if c.parted {
		l.parted--
	} else {
		l.e.left(c.fe)
		c.li.left()
	}
	c.li = nil
	l.clients = append(l.clients, c)
}

// phase gives the second letter of the termination state: what the request was about when it ended (section 8.5).
func phase(c *client) byte {
	switch c.st {
	case stQueued:
		return 'Q'
	case stPausing, stConnect:
		return 'C'
	case stWaiting:
		if !c.body.Done() {
			return 'D'
		}
		return 'H'
	case stPassing, stFlushing, stTunnel:
		return 'D'
	}
	return 'R'
}

// broken: the client's connection is gone.
func (c *client) broken() {
	switch c.st {
	case stIdle:
		c.hungUp()
	case stReading:
		c.hungUp()
	case stHeader:
		c.failed(rules.ProxyAbort)
	case stDraining, stTLS:
		c.close()
	default:
		c.abort('C', phase(c))
	}
}

// flag sets the termination state, once.
func (c *client) flag(cause, when byte) {
	if c.flags[0] == '-' && c.flags[1] == '-' {
		c.flags = [2]byte{cause, when}
	}
}

// abort gives up the request and both connections.
func (c *client) abort(cause, when byte) {
	c.flag(cause, when)
	if c.st == stQueued {
		c.assigned = c.l.now
	}
	c.leaveQueue()
	if c.internal != nil {
		c.internal.c = nil
		c.internal = nil
	}
	if c.up != nil {
		c.up.release(false)
	}
	c.giveBack()
	c.end()
	c.close()
}
