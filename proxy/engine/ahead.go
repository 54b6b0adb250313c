package engine

// passRest goes on with a request whose response is complete before it is: an error, perhaps, of a server that does not want to read
// it all. The rest is passed on all the same, since the client may not look at the answer before it has sent everything.
func (c *client) passRest() {
	c.armTransfer()
	if c.readable {
		c.l.again = append(c.l.again, c)
	}
	if c.up.readable {
		c.serverAfter()
	}
}

// serverAfter sees what a server does after its response: it may close, or say something that nobody has asked for.
func (c *client) serverAfter() {
	b := c.up
	switch n := b.recv(); {
	case n > 0:
		b.noKeep = true
		if b.readable {
			c.l.again = append(c.l.again, c)
		}
	case n != recvNothing:
		c.loseServer()
	}
}

// loseServer: the server no longer takes the rest of the request, which is thrown away then.
func (c *client) loseServer() {
	c.up.release(false)
	c.giveBack()
	c.armTransfer()
	if c.readable {
		c.l.again = append(c.l.again, c)
	}
}

// skipBody throws the rest of a request away; false: the request is over.
func (c *client) skipBody() bool {
	for range budget {
		if !c.readable || c.body.Done() {
			break
		}
		n := c.recv()
		if n == recvNothing {
			break
		}
		if n <= 0 {
			c.abort('C', phase(c))
			return false
		}
		before := c.body.Payload
		_, k, _ := c.body.Pass(c.l.tmp[:0], c.l.buf[:n])
		c.held = append(c.held, c.l.buf[k:n]...)
		c.in += c.body.Payload - before
		if c.closing = c.closing || c.body.Bad; c.body.Bad {
			break
		}
		c.arm(c.fe.client)
	}
	if c.body.Done() || c.body.Bad {
		c.finish(false)
		return false
	}
	if c.readable {
		c.l.again = append(c.l.again, c)
	}
	return true
}
