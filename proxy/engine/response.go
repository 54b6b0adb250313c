package engine

import (
	"bytes"

	"simulacro/proxy/http1"
)

// pumpResponse moves the response to the client until something has to be waited for.
func (c *client) pumpResponse() {
	l, b := c.l, c.up
	if c.ahead {
		c.serverAfter()
		return
	}
	for range budget {
		if !b.readable || c.stuck() {
			return
		}
		n, spliced := c.receiveDown(c.responseLeft())
		if n == recvNothing {
			return
		}
		if n <= 0 {
			if !c.responseGone() {
				c.serverEnded(n)
			}
			return
		}
		if spliced {
			if !c.sendDown(n) {
				return
			}
			continue
		}
		p := l.buf[:n]
		if c.st == stPassing {
			p = c.passBody(p)
		} else if p = c.responseHead(p); c.up != b {
			return
		} else if len(p) == 0 {
			continue
		}
		if !c.passOn(p) {
			return
		}
	}
	if b.readable && !c.stuck() {
		l.again = append(l.again, c)
	}
}

// responseLeft is how much of the body is to be passed on as it is; 0: of the head, of chunks, or of what is dropped, nothing.
func (c *client) responseLeft() int64 {
	if c.st != stPassing || c.dropsBody() {
		return 0
	}
	return c.up.body.Left()
}

// passOn sends a part of the response to the client; false: the response has ended with it.
func (c *client) passOn(p []byte) bool {
	if c.up.body.Bad && c.st == stPassing {
		c.serverAborted()
		return false
	}
	if !c.send(c, p) {
		c.abort('C', 'D')
		return false
	}
	return c.passedOn()
}

// passedOn goes on after a part of the response has been sent; false: the response has ended with it.
func (c *client) passedOn() bool {
	b := c.up
	c.answered = true
	if c.st == stTunnel {
		c.openTunnel()
		return false
	}
	if b.body.Done() && c.st == stPassing {
		if c.ahead = !c.body.Done(); c.ahead {
			c.passRest()
			return false
		}
		c.finish(!b.noKeep)
		return false
	}
	c.armTransfer()
	return true
}

// passBody gives what of p goes on to the client: nothing once it is found broken, as with HAProxy.
func (c *client) passBody(p []byte) []byte {
	b := c.up
	was := b.body
	out, k, copied := b.body.Pass(c.l.tmp[:0], p)
	if b.body.Bad {
		c.capture(&Capture{Response: true, Data: bytes.Clone(p), Fault: was.Diagnose(p), Stream: captureParsing})
		return nil
	}
	if copied {
		c.l.tmp = out
	}
	b.noKeep = b.noKeep || k < len(p)
	c.out += b.body.Payload - was.Payload
	c.countLive()
	if c.dropsBody() {
		return nil
	}
	return out
}

// responseHead turns what has come so far into what goes to the client; nothing while the head is incomplete, or where
// the request has ended otherwise.
func (c *client) responseHead(p []byte) []byte {
	l, b, h := c.l, c.up, &c.l.head
	if len(b.held) > 0 { // it comes in pieces
		b.held = append(b.held, p...)
		p = b.held
	}
	waits := c.tx != nil && c.tx.res.waiting
	if waits {
		c.tx.res.head.CopyTo(h)
	}
	l.early = l.early[:0]
	h.Resumed = len(b.held) > 0
	for !waits {
		l.keep(p)
		h.Lenient = c.be.cfg.LaxResponse
		err := h.ParseResponse(p)
		broken := err != nil || l.limit.exceeded(h, p)
		if broken || h.End > 0 && h.Status == 101 && !(c.upgrade && h.Upgrading) {
			if broken {
				c.captureResponse(p, err == nil && h.End > 0 && h.End <= l.limit.raw)
			} else {
				c.out += h.Size() + int64(len(p)-h.End) // nobody has asked for another protocol, or it is not settled
			}
			c.badResponse() // instead of the 1xx that came with it
			return nil
		}
		if h.Odd && h.End > 0 {
			c.captureOddResponse(p)
		}
		if h.End == 0 || h.Status < 100 || h.Status >= 200 || h.Status == 101 {
			break
		}
		h.Resumed = false
		c.interim(h, p) // 100 Continue and its like: the real one follows
		p = p[h.End:]
		if len(b.held) > 0 {
			b.held = b.held[:copy(b.held, p)]
			p = b.held
		}
	}
	if len(l.early) > 0 && !c.send(c, l.early) {
		c.abort('C', 'H')
		return nil
	}
	if h.End == 0 {
		if l.restore(p); len(p) > 0 && (len(b.held) == 0 || &b.held[0] != &p[0]) {
			b.held = l.hold(b.held, p)
		}
		return nil
	}
	if !waits && c.answerAgain(c.retryOn().Status[h.Status]) {
		return nil
	}
	if c.tx != nil && !c.ruleResponse(h, p) {
		if c.up == b && (len(b.held) == 0 || &b.held[0] != &p[0]) {
			b.held = l.hold(b.held, p)
		}
		return nil
	}
	return l.finalHead(c, p)
}

// interim notes a 1xx that is to be passed on (RFC 9110, section 15.2).
func (c *client) interim(h *http1.Head, p []byte) {
	c.out += h.Size()
	if c.v11 { // HTTP/1.0 does not know them
		from := len(c.l.early)
		t := h.AppendFields(h.AppendStart(c.l.early, p), p)
		c.fe.toClients.apply(t[from:])
		c.l.early = append(t, '\r', '\n')
	}
}

// finish: the whole response is in, or there will be no more of it.
func (c *client) finish(keep bool) {
	if b := c.up; b != nil {
		if !c.body.Done() { // answered before the request's body was in: neither side can go on
			c.closing, keep = true, false
		}
		b.release(keep && !b.stuck())
		c.giveBack()
	}
	if c.stuck() {
		c.st = stFlushing
		c.arm(c.fe.client) // drained comes back to complete
		return
	}
	c.complete()
}

// complete: the response has gone out, or as much as there will be of it.
func (c *client) complete() {
	c.end()
	if c.closing {
		c.linger()
		return
	}
	c.fresh()
	c.accepted, c.shook = c.l.now, 0
	if c.st = stIdle; len(c.held) == 0 {
		c.putAway() // nothing is pending either
	}
	c.rest()
	if len(c.held) > 0 || c.readable {
		c.l.again = append(c.l.again, c)
	}
	c.sleep()
}
