package engine

// lingerTime is how long a client that is told of an error may go on sending, in ms.
const lingerTime = 2000

// linger ends the connection after a response. A socket that is closed with bytes unread sends a reset, which can destroy
// the response on its way (RFC 9112, section 9.6): so where more may come, only the sending side is shut, and the rest is
// read and thrown away for a while.
func (c *client) linger() {
	if c.fe.cfg.NoLinger || c.body.Done() && len(c.held) == 0 && !c.readable || c.fin && !c.readable {
		c.close()
		return
	}
	sysShutdownWrite(c.fd)
	c.l.retake(c.held)
	c.held = nil
	c.st = stDraining
	c.part()
	c.arm(lingerTime)
	c.drain()
}

// mostParted bounds the connections of a loop that are open without being counted: a limit of connections is one of descriptors, too.
const mostParted = 256

// part gives the connection's place to the next one: HAProxy has closed it by now.
func (c *client) part() {
	if c.l.parted == mostParted {
		return
	}
	c.settleEnd()
	c.parted = true
	c.l.parted++
	c.l.e.left(c.fe)
	c.li.left()
}

// drain throws away what the client sends.
func (c *client) drain() {
	for range budget {
		if !c.readable {
			return
		}
		n := c.recv()
		if n == recvNothing {
			return
		}
		if n <= 0 {
			c.close()
			return
		}
	}
	c.l.again = append(c.l.again, c)
}

// drop ends the connection without a word and without a line in the log.
func (c *client) drop() {
	c.leaveBackend()
	c.settle()
	c.close()
}
