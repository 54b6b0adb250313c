package engine

// armTunnel starts both sides' clocks: bytes have passed, or the wait for an end begins that has a time of its own.
func (c *client) armTunnel() {
	c.moved = c.l.now
	c.tunnelClock()
}

// tunnelClock waits for the first side whose time is up.
func (c *client) tunnelClock() {
	due := min(c.clientDue(), c.serverDue())
	if c.inspecting() {
		due = c.tx.res.until
	}
	if due == never {
		c.arm(0)
		return
	}
	c.arm(max(due-c.l.now, 1))
}

// clientDue is when the client will have been silent for too long: for `timeout tunnel`, or else its own time, or for that of who is to
// end.
func (c *client) clientDue() int64 {
	if c.half&upEnded != 0 && !c.stuck() {
		return never
	}
	d := first(c.timeout("tunnel", c.be.tunnel), c.fe.client)
	if c.half&downShut != 0 {
		d = first(c.fe.clientFin, d)
	}
	return after(c.moved, d)
}

// serverDue is clientDue of the server.
func (c *client) serverDue() int64 {
	if c.half&downEnded != 0 && !c.up.stuck() {
		return never
	}
	d := first(c.timeout("tunnel", c.be.tunnel), c.timeout("server", c.be.server))
	if c.half&upShut != 0 {
		d = first(c.be.serverFin, d)
	}
	if c.be.cfg.Independent && !c.up.stuck() {
		return after(c.heard, d)
	}
	return after(c.moved, d)
}

// after is when a silence of d that began then will be over; 0: none may be too long.
func after(since, d int64) int64 {
	if d <= 0 {
		return never
	}
	return since + d
}

// first gives the first timeout that is set; 0: none is.
func first(list ...int64) int64 {
	for _, d := range list {
		if d > 0 {
			return d
		}
	}
	return 0
}

// shorter gives the smaller timeout of two; 0 is none.
func shorter(a, b int64) int64 {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}

// tunnelTimeout ends the direction that has been silent for too long, as if its sender had ended it. Of who does not take what is
// sent to it nothing more is awaited. The log has who was silent first.
func (c *client) tunnelTimeout() {
	if c.inspecting() {
		c.inspect(nil)
		return
	}
	client, server := c.clientDue() <= c.l.now, c.serverDue() <= c.l.now
	switch {
	case client && c.stuck():
		c.abort('c', 'D')
		return
	case server && c.up.stuck():
		c.silentServer()
		c.abort('s', 'D')
		return
	}
	if client {
		c.flag('c', 'D')
		c.half |= upEnded
	}
	if server {
		c.silentServer()
		c.half |= downEnded | downSilent
	}
	b := c.up
	if client {
		c.shutUp()
	}
	if server && c.up == b {
		c.shutDown()
	}
	if c.up == b {
		c.tunnelClock()
	}
}

// silentServer notes that the server has kept the client waiting, unless another end is noted already.
func (c *client) silentServer() {
	if c.flags[0] == '-' {
		c.countServerAbort()
	}
	c.flag('s', 'D')
}
