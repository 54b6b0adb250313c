package engine

import (
	"strconv"

	"simulacro/proxy/http1"
)

// maxForm is the longest form the statistics page takes.
const maxForm = 16 << 10

// pending is a request that the Responder is busy with. Only its client's loop touches it once the answer is there.
type pending struct {
	c     *client // nil: nobody waits any more
	reply InternalReply
}

// monitored answers the frontend's monitor-uri: 503 if a `monitor fail` condition holds; false: the request is for another.
func (c *client) monitored(h *http1.Head, p []byte) bool {
	if m := c.fe.cfg.Monitor; m == "" || string(h.URI.Of(p)) != m {
		return false
	}
	c.req = c.req[:0]
	c.take(h, p)
	c.silent = true
	status := 200
	if len(c.fe.cfg.Rules.MonitorFail) > 0 {
		t := c.newTx()
		readMessage(&t.up, h, p)
		t.Req, t.Final = &t.up, true
		for _, cond := range c.fe.cfg.Rules.MonitorFail {
			if cond.Holds(&t.Tx) {
				status = 503
			}
		}
	}
	c.reply(status, 'L', 'R')
	return true
}

// intercept answers what is meant for the director itself; false: it is not.
func (c *client) intercept(h *http1.Head, p []byte) bool {
	uri := h.URI.Of(p)
	q := c.pageOf(uri)
	if q == nil || c.l.e.opt.Stats == nil {
		return false
	}
	switch string(h.Method.Of(p)) {
	case "GET", "HEAD", "POST":
	default: // the page leaves others to the servers
		return false
	}
	r := &InternalRequest{Method: string(h.Method.Of(p)), URI: string(uri)} // only now: every request comes by here
	for _, f := range h.Fields() {
		if f.Name.Len() > 0 {
			r.Header = append(r.Header, Field{string(f.Name.Of(p)), string(f.Value.Of(p))})
		}
	}
	if q == c.fe {
		c.be = nil // no backend has seen it
	}
	c.page, c.form, c.pageOwner = true, r, q
	c.req = c.req[:0]
	c.take(h, p)
	c.st = stForm
	c.readForm()
	return true
}

// serve lets a service answer the request that rules have given to it.
func (c *client) serve(name string) {
	m := c.tx.Req
	r := &InternalRequest{Method: m.Method, URI: m.URI, Service: name}
	for _, f := range m.Fields {
		r.Header = append(r.Header, Field{f.Name, f.Value})
	}
	c.prepare()
	if c.l.e.opt.Stats == nil {
		c.reply(503, 'S', 'C')
		return
	}
	c.page, c.form, c.pageOwner, c.service = true, r, c.fe, name
	c.st = stForm
	c.readForm()
}

// pageOf gives the section whose statistics page the target names: the frontend's, or its backend's.
func (c *client) pageOf(uri []byte) *proxy {
	if c.fe.stats != "" && hasPrefix(uri, c.fe.stats) {
		return c.fe
	}
	b := c.be
	if b == nil {
		b = c.fe.backend()
	}
	if b != nil && b.stats != "" && hasPrefix(uri, b.stats) {
		return b
	}
	return nil
}

// readForm waits until all of the request's body is in, and has the page made.
func (c *client) readForm() {
	for !c.body.Done() && !c.body.Bad && len(c.req) <= maxForm {
		n := recvNothing
		if c.readable {
			n = c.recv()
		}
		if n == recvNothing {
			c.arm(c.fe.client)
			return
		}
		if n <= 0 {
			c.abort('C', 'D')
			return
		}
		p, before := c.l.buf[:n], c.body
		k := c.addBody(p)
		c.in += c.body.Payload - before.Payload
		c.held = append(c.held, p[k:]...)
	}
	if !c.body.Done() {
		c.reply(413, 'P', 'R')
		return
	}
	c.form.Body = append([]byte(nil), c.req...)
	c.ask()
}

// ask lets the Responder make the page, in a goroutine of its own: it may want to look at the loops.
func (c *client) ask() {
	c.st = stInternal
	c.arm(0)
	e, q, form, owner := c.l.e, &pending{c: c}, c.form, c.pageOwner
	c.internal = q
	c.fe.mu.Lock()
	c.fe.front.intercepted++
	c.fe.mu.Unlock()
	l := c.l
	e.wg.Add(1)
	go func() {
		defer e.wg.Done()
		q.reply = e.opt.Stats.Respond(owner.cfg, form)
		l.post(q)
	}()
}

// run is the loop's call when the page is there.
func (q *pending) run() {
	if c := q.c; c != nil && c.internal == q {
		c.internal = nil
		c.sendPage(&q.reply)
	}
}

// sendPage answers with what the Responder made.
func (c *client) sendPage(r *InternalReply) {
	if r.Status == 400 {
		c.reply(400, 'L', 'R')
		return
	}
	c.status = r.Status
	c.flag('L', 'R')
	if c.service != "" {
		c.sendService(r)
		return
	}
	t := append(c.l.tmp[:0], "HTTP/1.1 "...)
	t = strconv.AppendInt(t, int64(r.Status), 10)
	t = append(append(append(t, ' '), r.Reason...), '\r', '\n')
	if !c.noBody || r.Status == 401 { // HAProxy sends the page itself in chunks
		t = append(t, "content-length: "...)
		t = append(strconv.AppendInt(t, int64(len(r.Body)), 10), '\r', '\n')
	}
	for _, f := range r.Header {
		t = append(append(append(append(t, f.Name...), ": "...), f.Value...), '\r', '\n')
	}
	head := len(t)
	switch {
	case c.closing:
		t = append(t, "connection: close\r\n"...)
	case !c.v11:
		t = append(t, "connection: keep-alive\r\n"...)
	}
	t = append(t, '\r', '\n')
	if !c.noBody {
		t = append(t, r.Body...)
	}
	c.out += int64(len(t))
	if r.Status == 401 {
		c.challenged(append(t[:head:head], "\r\n"...), int64(len(r.Body)))
	}
	c.l.tmp = t[:0:min(cap(t), room)]
	c.answerWith(t)
}

// sendService answers with what a service made, in one chunk: HAProxy's services do not know the length ahead. An older client,
// which knows no chunks, reads to the end of the connection.
func (c *client) sendService(r *InternalReply) {
	t := append(c.l.tmp[:0], "HTTP/1.1 200 OK\r\n"...)
	for _, f := range r.Header {
		t = append(append(append(append(t, f.Name...), ": "...), f.Value...), '\r', '\n')
	}
	if c.v11 {
		t = append(t, "transfer-encoding: chunked\r\n"...)
	} else {
		c.closing = true
	}
	var h http1.Head
	if h.ParseResponse(append(t[:len(t):len(t)], "\r\n"...)) == nil {
		c.out += h.Size() // as HAProxy counts: without what its framing adds
	}
	if !c.noBody {
		c.out += int64(len(r.Body))
	}
	if c.closing {
		t = append(t, "connection: close\r\n"...)
	}
	t = append(t, '\r', '\n')
	switch {
	case c.noBody:
	case !c.v11:
		t = append(t, r.Body...)
	case len(r.Body) > 0:
		t = append(strconv.AppendInt(t, int64(len(r.Body)), 16), '\r', '\n')
		t = append(append(t, r.Body...), '\r', '\n')
		fallthrough
	default:
		t = append(t, "0\r\n\r\n"...)
	}
	c.l.tmp = t[:0:min(cap(t), room)]
	c.answerWith(t)
}

// challenged does what HAProxy does with a page whose password is missing: it closes without saying so, and takes the
// request for a bad one: status 400 and no time of response in the log, and the bytes of its answer to such beside those of the
// page's. head is the answer's without a connection field.
func (c *client) challenged(head []byte, body int64) {
	c.closing = true
	c.status = 400
	var h http1.Head
	if h.ParseResponse(head) != nil {
		return
	}
	bad := c.replyText(400)
	c.out = h.Size() + bad.size
	if c.noBody {
		c.out -= int64(len(bad.body))
	} else {
		c.out += body
	}
}
