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
	t := l.startHead(c, p)
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

// startHead writes the head without its end, as rules have left it where there are any.
func (l *loop) startHead(c *client, p []byte) []byte {
	if c.tx == nil {
		return l.head.AppendFields(l.head.AppendStart(l.tmp[:0], p), p)
	}
	c.status = c.tx.Res.Status
	return appendMessage(l.tmp[:0], c.tx.Res)
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
