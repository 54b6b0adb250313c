package engine

import (
	"simulacro/proxy/config"
	"syscall"

	"golang.org/x/sys/unix"
)

// dial gets c a connection to c.srv, where it has a place, and sends the request.
func (c *client) dial() {
	if c.redirects() {
		return
	}
	c.tellName()
	if c.fe.http && c.tries == 0 && !c.serverCloses() {
		if b := c.idleConnection(); b != nil {
			c.reuse(b)
			return
		}
	}
	if c.srv.beside() {
		c.dialBeside()
		return
	}
	if c.be.transparent && !c.destination().IsValid() {
		c.goesNowhere()
		return
	}
	to := c.serverAddr()
	b := c.l.newUpstream(c.srv, to.family(), !c.fe.http)
	if b == nil {
		c.flag('R', 'C')
		c.giveBack()
		c.reply(503, 'R', 'C')
		return
	}
	b.key = c.wayKey()
	c.dials(b)
	e := sysConnect(b.fd, to)
	c.noteOrigin(b)
	if e != 0 && e != syscall.EINPROGRESS {
		c.connectFailed(false)
		return
	}
	if !c.fe.http {
		b.register(b, true)
		c.arm(c.be.connect)
		return
	}
	// Between processes of one machine the handshake is over when connect returns: its packets were handled inside the
	// call. So try at once; from a farther server this gets EAGAIN, and EPOLLOUT tells when.
	c.sendFirst(b)
}

// goesNowhere ends a request of a backend with option transparent whose client has connected to no address, but to a unix socket.
func (c *client) goesNowhere() {
	c.be.mu.Lock()
	c.be.back.econn++
	c.be.mu.Unlock()
	c.reply(500, 'I', 'C')
}

// dials notes that b is on its way for the request.
func (c *client) dials(b *upstream) {
	c.up, b.c = b, c
	b.dialing = true
	c.st = stConnect
	c.connected = -1
	c.countAttempt(false)
}

// firstBytes is what goes over a new connection first: the PROXY protocol's header, and the request.
func (c *client) firstBytes() []byte {
	if !c.srv.way.header || c.up.beside {
		return c.req
	}
	if !c.fe.http {
		return c.proxyHeader()
	}
	return append(c.proxyHeader(), c.req...)
}

// dialBeside goes the way to a server that is not the loop's alone.
func (c *client) dialBeside() {
	b := c.l.blankUpstream()
	b.plain = !c.fe.http
	b.reset(c.srv)
	b.beside = true
	b.key = c.wayKey()
	c.dials(b)
	c.arm(c.be.connect)
	b.way = c.l.reach(c.route(), b.reached)
}

// reached is the end of that way.
func (b *upstream) reached(r *reached) {
	b.way = nil
	c := b.c
	if r.err != nil {
		c.connectFailed(false)
		return
	}
	b.fd, b.side = r.fd, r.side
	c.noteOrigin(b)
	if !c.fe.http {
		b.register(b, true)
		c.connectedNow()
		return
	}
	c.sendFirst(b)
}

// sendFirst sends the request over a new connection.
func (c *client) sendFirst(b *upstream) {
	first := c.firstBytes()
	n, e := sysSend(b.fd, first)
	if e != 0 && e != syscall.EAGAIN {
		c.connectFailed(false)
		return
	}
	if e == 0 {
		b.raw.out += int64(n)
		b.pend = append(b.pend, first[n:]...)
		b.register(b, len(b.pend) > 0)
		c.connectedNow()
		if len(b.pend) == 0 && !c.body.Done() && c.readable {
			c.pumpRequest()
		}
		return
	}
	b.register(b, true)
	c.arm(c.be.connect)
}

// idleConnection gives a connection that the request may go over (section 4.2, "http-reuse"); nil: none. The server may be
// closing it just now, so by default only a request may that the client would repeat by itself: the second and further
// ones of a connection.
func (c *client) idleConnection() *upstream {
	mode := c.be.cfg.Reuse
	if c.be.dispatch {
		mode = config.ReuseNever
	}
	if mode == config.ReuseNever {
		b := c.privateTo(c.srv)
		if b != nil {
			b.takeOut()
		}
		return b
	}
	if c.requests > 1 || mode == config.ReuseAlways {
		return c.l.fromPool(c.srv, false, c.wayKey())
	}
	if mode == config.ReuseAggressive {
		return c.l.fromPool(c.srv, true, c.wayKey())
	}
	return nil
}

// reuse sends the request over an idle connection.
func (c *client) reuse(b *upstream) {
	c.up, b.c = b, c
	c.noteOrigin(b)
	c.countAttempt(true)
	c.connected = c.l.now
	c.st = stWaiting
	if !b.send(b, c.req) {
		c.serverFailed(true)
		return
	}
	c.armTransfer()
	if !c.body.Done() && c.readable {
		c.pumpRequest()
	}
}

// noteOrigin keeps our end of a connection to the server where a log format shows it.
func (c *client) noteOrigin(b *upstream) {
	if c.fe.showsOrigin {
		c.via = sockName(b.fd, unix.Getsockname)
	}
}

// countAttempt counts a connection to the server, new or used again.
func (c *client) countAttempt(reused bool) {
	p := c.be
	p.mu.Lock()
	c.srv.counted(c.l.now)
	if reused {
		c.srv.reuse++
		p.back.reuse++
	} else {
		c.srv.connect++
		p.back.connect++
	}
	p.back.h1.streams++
	p.mu.Unlock()
}

// connectedNow: the server has accepted.
func (c *client) connectedNow() {
	c.up.dialing = false
	c.connected = c.l.now
	c.srv.observe(c.l, sawConnect)
	if !c.fe.http {
		c.logEarly(0)
		c.openTunnel()
		return
	}
	c.st = stWaiting
	c.armTransfer()
}
