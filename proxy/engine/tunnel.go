package engine

import (
	"math"

	"simulacro/proxy/http1"
)

// Which directions of a tunnel have ended, and which end has been passed on.
const (
	upEnded = 1 << iota
	downEnded
	upShut
	downShut
	downSilent // the server has not ended: its time is up
)

// startTCP chooses a server for a connection in mode tcp.
func (c *client) startTCP() {
	c.requests++
	c.start, c.got = c.accepted, c.accepted
	if c.fe.ruled {
		c.startTCPRules()
		return
	}
	if c.be = c.fe.backend(); c.be == nil {
		c.endNowhere()
		return
	}
	c.enterBackend()
	c.assign()
}

// endNowhere ends a connection for which there is no backend. A reset would do so before the client has sent what it begins with, as the hello
// of a check, and tell it something else.
func (c *client) endNowhere() {
	c.flag('S', 'C')
	c.end()
	c.body = http1.Tunnel()
	c.linger()
}

// upgradeHead turns an HTTP exchange into a tunnel (RFC 9110, section 7.8): the head goes to the client, and from then
// on bytes pass both ways.
func (l *loop) upgradeHead(c *client, p []byte) []byte {
	h := &l.head
	c.countReply()
	t := l.startHead(c, p)
	c.fe.toClients.apply(t)
	t = append(append(t, '\r', '\n'), p[h.End:]...)
	l.tmp = t
	c.out += int64(len(p) - h.End)
	c.logEarly(c.headSize(h) + int64(len(p)-h.End))
	c.up.plain = true // from here on the end of the bytes means something
	c.st, c.closing = stTunnel, true
	return t
}

// openTunnel starts to pass bytes.
func (c *client) openTunnel() {
	b := c.up
	c.st, c.body, b.noKeep = stTunnel, http1.Tunnel(), true
	if len(c.held) > 0 { // sent ahead of the answer
		if !b.send(b, c.held) {
			c.abort('S', 'D')
			return
		}
		c.in += int64(len(c.held))
		c.held = c.held[:0]
	}
	c.heard = c.l.now
	c.armTunnel()
	if c.relayUp(); c.up != b {
		return
	}
	if c.startInspecting(); c.up == b {
		c.relayDown()
	}
}

// relayUp moves bytes from the client to the server.
func (c *client) relayUp() {
	if c.up == nil {
		return
	}
	b := c.up
	for range budget {
		if !c.readable || b.stuck() || c.half&upEnded != 0 {
			c.shutUp()
			return
		}
		n, spliced := c.receiveUp(math.MaxInt64)
		switch {
		case n == recvNothing:
			return
		case n == recvEnd:
			c.half |= upEnded
			continue // an end does not set the clock back
		case n < 0:
			c.abort('C', 'D')
			return
		case spliced:
			c.in += int64(n)
			if !b.flush(b) {
				c.abort('S', 'D')
				return
			}
		default:
			c.in += int64(n)
			if !b.send(b, c.l.buf[:n]) {
				c.abort('S', 'D')
				return
			}
		}
		c.armTunnel()
		c.countLive()
	}
	c.l.again = append(c.l.again, c)
}

// tunnelLeft is how much from the server may pass unseen.
func (c *client) tunnelLeft() int64 {
	if c.inspecting() {
		return 0
	}
	return math.MaxInt64
}

// relayDown moves bytes from the server to the client.
func (c *client) relayDown() {
	b := c.up
	for range budget {
		if b == nil || !b.readable || c.stuck() || c.half&downEnded != 0 {
			c.shutDown()
			return
		}
		n, spliced := c.receiveDown(c.tunnelLeft())
		switch {
		case n == recvNothing:
			return
		case n == recvEnd:
			if c.half |= downEnded; c.inspecting() && !c.inspect(nil) {
				return
			}
			continue
		case n < 0:
			c.abort('S', 'D')
			return
		}
		c.heard = c.l.now
		switch {
		case c.inspecting():
			if !c.inspect(c.l.buf[:n]) {
				return
			}
		case spliced:
			c.out += int64(n)
			if !c.flush(c) {
				c.abort('C', 'D')
				return
			}
		default:
			c.out += int64(n)
			if !c.send(c, c.l.buf[:n]) {
				c.abort('C', 'D')
				return
			}
		}
		c.armTunnel()
		c.countLive()
	}
	c.l.again = append(c.l.again, c)
}

// shutUp passes the client's end on to the server, once all of its bytes have gone.
func (c *client) shutUp() {
	if c.up != nil && c.half&upEnded != 0 && c.half&upShut == 0 && !c.up.stuck() {
		if c.half |= upShut; c.be.cfg.NoLinger { // which knows no half-closed connection
			c.half |= downEnded
			c.shutDown()
			return
		}
		sysShutdownWrite(c.up.fd)
		c.awaitEnd(c.be.serverFin)
	}
	c.closeTunnel()
}

func (c *client) shutDown() {
	if c.half&downEnded != 0 && c.half&downShut == 0 && !c.stuck() {
		c.half |= downShut
		if !c.fe.cfg.NoLinger || c.half&upShut == 0 { // else a reset follows at once
			sysShutdownWrite(c.fd)
		}
		c.awaitEnd(c.fe.clientFin)
	}
	c.closeTunnel()
}

// awaitEnd waits for the other end, too: for a time of its own, or for what is left of the silence that is allowed.
func (c *client) awaitEnd(own int64) {
	if own > 0 {
		c.moved, c.heard = c.l.now, c.l.now
	}
	c.tunnelClock()
}

// closeTunnel ends the session when both directions have. What HTTP has switched to ends with the server's side, as an answer does; behind
// CONNECT only where the server has ended that itself.
func (c *client) closeTunnel() {
	if c.half&downShut == 0 || c.half&upShut == 0 && (!c.fe.http || c.half&downSilent != 0 && !c.upgrade) {
		return
	}
	if c.up != nil {
		c.up.release(false)
	}
	c.giveBack()
	c.end()
	c.close()
}

// serverTunnelEvent is an event of the server's side.
func (c *client) serverTunnelEvent(ev uint32) {
	b := c.up
	b.saw(ev)
	if b.stuck() && ev&evOutOrErr != 0 {
		if !b.flush(b) {
			c.abort('S', 'D')
			return
		}
		if !b.stuck() {
			if c.relayUp(); c.up != b {
				return
			}
		}
	}
	if b.readable {
		c.relayDown()
	}
}
