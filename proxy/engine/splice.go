package engine

import "math"

// From how many bytes on what is left of a body is spliced: where the configuration asks for it, and where it does not.
const (
	spliceAsked = 4 << 10
	spliceAlone = 64 << 10
)

// splices tells whether the next of left bytes are spliced (section 4.2, "option splice-auto"). TLS has to see them, and few bytes are
// copied sooner.
func (l *loop) splices(from, to *sock, left int64, asked bool) bool {
	switch {
	case from.side != nil || to.side != nil || l.e.pipes.none.Load():
		return false
	case asked:
		return left >= spliceAsked
	case left == math.MaxInt64: // how much will come nobody knows, but from what has come
		return from.bulk
	}
	return left >= spliceAlone
}

// receiveUp reads of the request's body, or of a tunnel's bytes, of which left are to come: into the loop's buffer, or (spliced) into a
// pipe to the server.
func (c *client) receiveUp(left int64) (n int, spliced bool) {
	if c.l.splices(&c.sock, &c.up.sock, left, c.fe.cfg.SpliceRequest || c.be.cfg.SpliceRequest) {
		if n = c.siphon(&c.up.sock, left); n != recvUnable {
			return n, true
		}
	}
	return c.recv(), false
}

// receiveDown is receiveUp the other way.
func (c *client) receiveDown(left int64) (n int, spliced bool) {
	if c.l.splices(&c.up.sock, &c.sock, left, c.fe.cfg.SpliceResponse || c.be.cfg.SpliceResponse) {
		if n = c.up.siphon(&c.sock, left); n != recvUnable {
			return n, true
		}
	}
	return c.up.recv(), false
}

// sendDown sends a part of the response's body that the pipe holds; false: the response has ended with it.
func (c *client) sendDown(n int) bool {
	b := c.up
	b.body.Skip(int64(n))
	c.out += int64(n)
	c.countLive()
	if b.body.Done() {
		b.readable = b.more()
	}
	if !c.flush(c) {
		c.abort('C', 'D')
		return false
	}
	return c.passedOn()
}

// sendUp sends a part of the request's body that the pipe holds; false: the server's connection is broken.
func (c *client) sendUp(n int) bool {
	c.body.Skip(int64(n))
	c.in += int64(n)
	if c.body.Done() {
		c.readable = c.more()
	}
	return c.up.flush(c.up)
}
