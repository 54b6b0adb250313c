package engine

import "simulacro/proxy/http1"

// finalHead writes the response's head anew, and gives it with what follows it in p.
func (l *loop) finalHead(c *client, p []byte) []byte {
	b, h := c.up, &l.head
	c.status = h.Status
	c.replied = l.now
	c.out += h.Size()
	b.body = h.ResponseBody(c.asksHead)
	if h.Status == 101 || c.connects() && h.Status < 300 {
		return l.upgradeHead(c, p)
	}
	closing := c.closing
	c.closing = c.closing || b.body.UntilEnd() || h.Doubtful || l.ends()
	c.st = stPassing
	b.noKeep = c.serverCloses() || h.Close || h.Doubtful || !h.V11 && !h.KeepAlive
	c.countReply()
	t := l.tmp[:0]
	if c.tx != nil {
		t = appendMessage(t, c.tx.Res)
		c.status = c.tx.Res.Status
	} else {
		t = h.AppendFields(h.AppendStart(t, p), p)
	}
	// The server's Connection field is for its own side only. Passed on, its "close" would make the client connect anew
	// for every request.
	switch {
	case h.Status < 100:
	case c.closing && h.V11:
		t = append(t, "connection: close\r\n"...)
	case !c.closing && (!h.V11 || !c.v11):
		t = append(t, "connection: keep-alive\r\n"...)
	}
	if c.lacksBody() {
		t = appendNoBody(t, h)
	} else {
		t = append(t, '\r', '\n')
	}
	c.fe.toClients.apply(t)
	l.tmp = t
	head := len(t)
	rest, k, copied := b.body.Pass(t, p[h.End:])
	c.out += b.body.Payload
	if copied {
		l.tmp, t, rest = rest, rest, nil
	}
	if c.dropsBody() {
		t, rest = t[:head], nil
	}
	if b.body.Bad {
		c.captureResponse(p, false)
		c.closing = closing
		c.st, c.out, c.replied = stWaiting, c.out-b.body.Payload-h.Size(), -1
		c.badResponse()
		return nil
	}
	b.noKeep = b.noKeep || h.End+k < len(p)
	c.logEarly(c.out - h.Size() + c.headSize(h))
	return l.join(b, t, rest, p)
}

// headSize is the response's head as the client gets it, in HAProxy's count.
func (c *client) headSize(h *http1.Head) int64 {
	if c.tx != nil {
		return messageSize(c.tx.Res)
	}
	return h.Size()
}

// join puts a head in front of the body's bytes where they lie, or both into one buffer.
func (l *loop) join(b *upstream, head, rest, p []byte) []byte {
	if len(b.held) > 0 || len(head) > room || rest == nil {
		l.tmp = append(head, rest...)
		b.held = b.held[:0]
		return l.tmp
	}
	at := room + (cap(l.buf) - cap(rest)) - len(head)
	copy(l.raw[at:], head)
	return l.raw[at : at+len(head)+len(rest)]
}

// connects tells whether the request was a CONNECT.
func (c *client) connects() bool { return len(c.line) > 8 && string(c.line[:8]) == "CONNECT " }

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
