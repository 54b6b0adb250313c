package engine

import (
	"bytes"
	"errors"

	"simulacro/proxy/config"
	"simulacro/proxy/http1"
)

// readRequest looks for the next request and sends it on its way.
func (c *client) readRequest() {
	l := c.l
	if !c.fe.http {
		c.startTCP()
		return
	}
	p := c.held
	for {
		l.head.Resumed, l.head.Lenient = c.st == stReading, c.fe.cfg.LaxRequest
		l.keep(p)
		if err := l.head.ParseRequest(p); err != nil || l.limit.exceeded(&l.head, p) {
			c.badRequest(p, err)
			return
		}
		if l.head.End > 0 {
			break
		}
		l.restore(p)
		if c.held = l.hold(c.held, p); c.st == stIdle && len(p) > 0 {
			c.begin()
		}
		n := recvNothing
		if c.readable {
			n = c.recv()
		}
		if n == recvNothing {
			c.sleep()
			return
		}
		if n <= 0 {
			c.hungUp()
			return
		}
		if p = l.buf[:n]; len(c.held) > 0 {
			c.held = append(c.held, p...)
			p = c.held
		}
	}
	if c.st == stIdle {
		c.start = l.now
	}
	c.gotHead(p)
}

// badRequest answers what is no request.
func (c *client) badRequest(p []byte, err error) {
	if c.start < 0 {
		c.start = c.l.now
	}
	status := 400
	var e http1.Error
	if errors.As(err, &e) {
		status = int(e)
	}
	c.requests++
	c.captureRequest(p)
	c.refuse(status, 'P', 'R')
}

// hungUp: the client went away without a whole request. One that has been served before may do so; to a new one HAProxy
// says what it thinks of it, but does not log a connection without a byte under dontlognull.
func (c *client) hungUp() {
	if len(c.held) == 0 && (c.requests > 0 || c.fe.cfg.IgnoreProbes) {
		c.close()
		return
	}
	c.silent = len(c.held) == 0 && c.fe.cfg.DontLogNull
	c.refuse(400, 'C', 'R')
}

// gotHead notes what the head in p says, and prepares the request as it goes out.
func (c *client) gotHead(p []byte) {
	h := &c.l.head
	c.requests++
	if h.Odd {
		c.captureOddRequest(p)
	}
	c.got = c.l.now
	c.v11, c.noBody, c.upgrade = h.V11, h.IsHead(p), h.Upgrade
	c.closing = h.Close || h.Doubtful || !h.V11 && !h.KeepAlive || c.fe.cfg.ConnMode == config.Close || c.l.ends()
	c.noteLine(h, p)
	c.body = h.RequestBody()
	c.in = h.Size()
	c.countRequest()
	c.logRequest()
	if string(h.Method.Of(p)) == "PRI" { // the preface of HTTP/2 (RFC 9113, section 3.4)
		c.req, c.closing = c.req[:0], true
		c.take(h, p)
		c.reply(400, 'P', 'R')
		return
	}
	if c.fe.ruled {
		if !c.monitored(h, p) {
			c.startRules(h, p)
		}
		return
	}
	if c.monitored(h, p) || c.intercept(h, p) {
		return
	}
	if c.be = c.fe.backend(); c.be == nil {
		c.req = c.req[:0]
		c.take(h, p)
		c.noBackend()
		return
	}
	c.forward(h, p)
}

// noteLine keeps the request line for the log: with single blanks, without a default port, and always with a version.
func (c *client) noteLine(h *http1.Head, p []byte) {
	line, version := h.Line().Of(p), h.Version.Of(p)
	if len(line) == h.Method.Len()+h.URI.Len()+len(version)+2 && len(version) > 0 && bytes.IndexByte(line, '\t') < 0 {
		c.line = c.l.hold(c.line, line)
		return
	}
	c.line = append(c.l.hold(c.line, h.Method.Of(p)), ' ')
	c.line = append(append(c.line, h.URI.Of(p)...), ' ')
	if c.line = append(c.line, version...); len(version) == 0 {
		c.line = append(c.line, "HTTP/1.0"...)
	}
}

// keptLine is what logs and expressions see of the request line (section 3.2, "tune.http.logurilen").
func (c *client) keptLine() []byte { return c.line[:min(len(c.line), c.l.e.cfg.Global.KeptLine())] }

// take appends to c.req how much of p behind the head belongs to the request's body, and keeps the rest for the next
// request. p may be c.held itself.
func (c *client) take(h *http1.Head, p []byte) {
	b, before := p[h.End:], c.body.Payload
	k := c.addBody(b)
	c.in += c.body.Payload - before
	c.held = c.l.hold(c.held, b[k:])
}

// addBody appends to c.req what of b belongs to the body, and says how much that was.
func (c *client) addBody(b []byte) int {
	out, n, copied := c.body.Pass(c.req, b)
	if copied {
		c.req = out
	} else {
		c.req = append(c.req, out...)
	}
	return n
}

// buildRequest writes the head as the server gets it.
func (c *client) buildRequest(h *http1.Head, p []byte) {
	if c.req == nil {
		c.req = c.l.lend()
	}
	r := c.req[:0]
	if c.tx != nil {
		r = c.appendRuled(r)
	} else {
		r = h.AppendStart(r, p)
		r = h.AppendFields(r, p)
	}
	if p0 := c.forwarding(); p0 != nil && !(p0.cfg.ForwardFor.IfNone && h.Get(p, p0.xff) != nil) {
		if len(c.xff) == 0 {
			c.xff = append(append(append(c.xff, p0.xff...), ": "...), c.addr.Addr().String()...)
			c.xff = append(c.xff, '\r', '\n')
		}
		r = append(r, c.xff...)
	}
	closes := c.serverCloses() && !c.be.cfg.PretendKeepAlive
	switch {
	case h.Upgrading:
	case (closes || h.Chunked && c.connects()) && h.V11:
		r = append(r, "connection: close\r\n"...)
	case !closes && !h.V11 && !h.Doubtful:
		r = append(r, "connection: keep-alive\r\n"...)
	}
	c.req = append(c.placeName(r), '\r', '\n')
	c.be.toServers.apply(c.req)
	c.head = len(c.req)
	c.asksHead = bytes.HasPrefix(c.req, []byte("HEAD "))
}

// forwarding gives the section whose forwardfor applies: the frontend's own, or else the backend's.
func (c *client) forwarding() *proxy {
	for _, p := range [2]*proxy{c.fe, c.be} {
		if p.xff == "" {
			continue
		}
		if p.wantsForwarded(c.addr.Addr()) {
			return p
		}
		return nil
	}
	return nil
}

// serverCloses tells whether the server's connection ends with the response (section 4.2, "option http-server-close").
func (c *client) serverCloses() bool {
	return c.fe.cfg.ConnMode != config.KeepAlive || c.be.cfg.ConnMode != config.KeepAlive
}

// backend gives where the frontend's requests go.
func (p *proxy) backend() *proxy {
	if p.def != nil {
		return p.def
	}
	if p.cfg.Back() {
		return p
	}
	return nil
}
