package engine

import (
	"bytes"

	"simulacro/proxy/http1"
)

// pumpRequest moves body to the server; false: the request is over.
func (c *client) pumpRequest() bool {
	l, b := c.l, c.up
	for range budget {
		if b == nil {
			return c.skipBody()
		}
		if !c.readable || c.body.Done() || b.stuck() || b.dialing {
			return true
		}
		n, spliced := c.receiveUp(c.body.Left())
		if n == recvNothing {
			return true
		}
		if n == recvEnd && c.connects() { // HAProxy waits for the answer
			return true
		}
		if n <= 0 {
			c.abort('C', phase(c))
			return false
		}
		c.streamed = true
		sent := false
		if spliced {
			sent = c.sendUp(n)
		} else {
			was := c.body
			out := c.takeBody(n)
			if c.body.Bad {
				c.captureBody(&was, l.buf[:n])
				c.badBody()
				return false
			}
			sent = b.send(b, out)
		}
		if c.ahead && !sent {
			c.loseServer()
			b = nil
			continue
		}
		if !sent { // perhaps it has answered already: let the response decide
			b.unsay()
			c.body, c.closing, b.noKeep = http1.Body{}, true, true
		}
		if c.ahead && c.body.Done() && !b.stuck() {
			c.finish(!b.noKeep)
			return false
		}
		if !c.be.cfg.Independent || c.stuck() || c.ahead {
			c.armTransfer()
		}
	}
	if b == nil || c.readable && !c.body.Done() && !b.stuck() {
		l.again = append(l.again, c)
	}
	return true
}

// takeBody gives what of the n bytes that have been read goes on as the request's body, and keeps what follows it.
func (c *client) takeBody(n int) []byte {
	l, before := c.l, c.body.Payload
	out, k, copied := c.body.Pass(l.tmp[:0], l.buf[:n])
	if copied {
		l.tmp = out
	}
	c.held = append(c.held, l.buf[k:n]...)
	c.in += c.body.Payload - before
	return out
}

// badBody: the chunks of a request are broken.
func (c *client) badBody() {
	c.closing = true
	when := byte('H')
	if c.st == stPassing {
		when = 'D'
	}
	c.flag('P', when)
	c.up.release(false)
	c.giveBack()
	if c.answered {
		c.end()
		c.close()
		return
	}
	c.reply(400, 'P', when)
}

// uploading tells whether it is the client's turn to send more of its request.
func (c *client) uploading() bool {
	return !c.body.Done() && (c.up == nil && c.ahead || c.up != nil && !c.up.stuck() && !c.up.dialing)
}

// armTransfer starts the clock of whoever has to move next. Until there is a whole answer that is the server, even while the client
// is slow to send its request: HAProxy counts a client's silence only where nothing else is awaited.
func (c *client) armTransfer() {
	switch {
	case c.stuck(), c.ahead && c.uploading():
		c.arm(c.fe.client)
	default:
		c.arm(c.timeout("server", c.be.server))
	}
}

// timeout gives what a set-timeout rule has asked for this request, else configured; in ms.
func (c *client) timeout(which string, configured int64) int64 {
	if c.tx != nil {
		if d, ok := c.tx.Timeouts[which]; ok {
			return d.Milliseconds()
		}
	}
	return configured
}

func hasPrefix(b []byte, s string) bool { return bytes.HasPrefix(b, []byte(s)) }
