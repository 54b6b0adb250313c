package engine

import (
	"bytes"
	"strconv"

	"simulacro/proxy/http1"
	"simulacro/proxy/rules"
)

// pending is a request that the Responder is busy with. Only its client's loop touches it once the answer is there.
type pending struct {
	c     *client // nil: nobody waits any more
	reply InternalReply
}

// monitored answers the frontend's monitor-uri: 503 if a `monitor fail` condition holds; false: the request is for another.
func (c *client) monitored(h *http1.Head, p []byte) bool {
	if m := c.fe.cfg.Monitor; m == "" || string(pathFor(m, h.URI.Of(p))) != m {
		return false
	}
	c.req = c.req[:0]
	c.take(h, p)
	c.silent = true
	status := 200
	if len(c.fe.cfg.Rules.MonitorFail) > 0 {
		t := c.newTx()
		c.showRequest(t, h, p)
		t.Final = true
		for _, cond := range c.fe.cfg.Rules.MonitorFail {
			if cond.Holds(&t.Tx) {
				status = 503
			}
		}
	}
	c.reply(status, 'L', 'R')
	return true
}

// intercept answers a request for a statistics page where no rules are evaluated; false: it is for no page.
func (c *client) intercept(h *http1.Head, p []byte) bool {
	q, phase := c.fe, stepFrontPage
	if !q.pageAt(h.Method.Of(p), h.URI.Of(p)) {
		if q, phase = c.fe.backend(), stepBackPage; q == nil || q == c.fe || !q.pageAt(h.Method.Of(p), h.URI.Of(p)) {
			return false
		}
		c.be = q
	}
	c.openRules(h, p)
	c.tx.req.phase = phase
	c.ruled(c.askPage(q))
	return true
}

// pageAt tells whether a request is for the section's statistics page (section 4.2, "stats uri"). Other methods are left to
// the servers.
func (p *proxy) pageAt(method, uri []byte) bool {
	if p.stats == "" {
		return false
	}
	switch string(method) {
	case "GET", "HEAD", "POST":
	default:
		return false
	}
	return hasPrefix(pathFor(p.stats, uri), p.stats)
}

// pathFor is what of a target is compared with a setting: where that is a path, it has no authority before it, as a request to a
// proxy has (RFC 9112, section 3.2.2).
func pathFor(setting string, uri []byte) []byte {
	if setting[0] != '/' || len(uri) == 0 || uri[0] == '/' {
		return uri
	}
	_, rest, _ := bytes.Cut(uri, []byte("://"))
	return rest[max(0, bytes.IndexByte(rest, '/')):]
}

// pageStep is the place of a section's statistics page among its rules: behind http-request, before redirect.
func (c *client) pageStep(q *proxy) rules.Verdict {
	m := c.tx.Req
	if q == nil || q.stats == "" || !q.pageAt([]byte(m.Method), []byte(m.URI)) {
		return rules.Next
	}
	return c.askPage(q)
}

// askPage evaluates who may see the page, and change what it shows (section 4.2, "stats http-request" and "stats admin").
func (c *client) askPage(q *proxy) rules.Verdict {
	t, s := c.tx, q.cfg.Stats
	t.Final, t.Service = true, ""
	c.page, c.pageOwner = true, q
	_, v := t.Run(s.Rules, 0)
	switch v {
	case rules.Next, rules.Accept:
	case rules.Respond, rules.Deny:
		c.challenged = true
		return v
	default:
		return v
	}
	for _, cond := range s.Admins {
		c.admin = c.admin || cond.Holds(&t.Tx)
	}
	return rules.Serve
}

// serve lets a service answer the request that rules have given to it; "": the statistics page does.
func (c *client) serve(name string) {
	m := c.tx.Req
	r := &InternalRequest{Method: m.Method, URI: m.URI, Service: name, Admin: c.admin}
	for _, f := range m.Fields {
		r.Header = append(r.Header, Field{f.Name, f.Value})
	}
	if c.page = true; name != "" {
		c.pageOwner = c.fe
	}
	c.form, c.service = r, name
	limit, _ := c.l.e.dataLimit()
	c.formRoom = limit - c.tx.req.head.End
	closing := c.closing
	c.prepare()
	c.closing = closing // unlike other answers of the director's own, this one waits for the whole body
	if c.l.e.opt.Stats == nil {
		c.reply(503, 'S', 'C')
		return
	}
	c.askForBody()
	c.st = stForm
	c.readForm()
}

// readForm waits until all of the request's body is in, and has the page made. Of a form that is too long it keeps nothing.
func (c *client) readForm() {
	for turns := 0; !c.body.Done() && !c.body.Bad; turns++ {
		if turns == budget {
			c.l.again = append(c.l.again, c)
			return
		}
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
		if len(c.req) > c.formRoom {
			c.req, c.form.TooLong = c.req[:0], true
		}
	}
	if c.body.Bad {
		c.closing = true
		c.reply(400, 'P', 'D')
		return
	}
	c.form.TooLong = c.form.TooLong || len(c.req) > c.formRoom
	whole := c.tx.req.head.RequestBody()
	c.form.Body = whole.Content(nil, c.req)
	c.ask()
}

// ask lets the Responder make the page, in a goroutine of its own: it may want to look at the loops.
func (c *client) ask() {
	c.st = stInternal
	c.arm(0)
	e, q, form, owner := c.l.e, &pending{c: c}, c.form, c.pageOwner
	c.internal = q
	c.countPage()
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

// sendPage answers with what the Responder made. HAProxy does not know the length of a page ahead: it goes out in chunks, even
// to an older client. What a service says goes through http-response, too.
func (c *client) sendPage(r *InternalReply) {
	if r.Status == 400 {
		c.reply(400, 'L', 'R')
		return
	}
	c.flag('L', 'R')
	m := rules.Message{Version: "1.1", Status: r.Status, Reason: r.Reason}
	for _, f := range r.Header {
		m.Add(f.Name, f.Value)
	}
	_, sized := m.Get("content-length")
	chunked := !sized && !c.noBody
	if chunked && c.v11 || !sized && c.service != "" { // a service says so to HEAD, too
		m.Add("transfer-encoding", "chunked")
	}
	c.out += messageSize(&m) // before the rules, as HAProxy counts
	c.tx.Res = &m
	if c.service != "" && !c.serviceRules(r) {
		return
	}
	c.afterRules()
	c.status = m.Status
	t := c.appendEnd(appendMessage(c.l.tmp[:0], &m))
	if chunked && !c.v11 && c.service == "" {
		t = append(t[:len(t)-2], "transfer-encoding: chunked\r\n\r\n"...)
	}
	if !c.noBody {
		c.out += int64(len(r.Body))
		t = appendBody(t, r.Body, chunked)
	}
	c.l.tmp = t[:0:min(cap(t), room)]
	c.answerWith(t)
}

// appendBody adds a whole body; chunked: in one chunk.
func appendBody(t, body []byte, chunked bool) []byte {
	if !chunked {
		return append(t, body...)
	}
	if len(body) > 0 {
		t = append(strconv.AppendInt(t, int64(len(body)), 16), '\r', '\n')
		t = append(append(t, body...), '\r', '\n')
	}
	return append(t, "0\r\n\r\n"...)
}

// turnAway does what HAProxy does with who may not see a page: it closes without saying so, and takes the request for a bad one: status
// 400 and no time of response in the log, and the bytes of its answer to such beside those of the one that has gone out.
func (c *client) turnAway() {
	bad := c.replyText(400)
	c.closing, c.status = true, 400
	var h http1.Head
	if p := append(append([]byte(nil), bad.head...), '\r', '\n'); h.ParseResponse(p) == nil && h.End > 0 {
		var m rules.Message
		readMessage(&m, &h, p)
		c.tx.Res = &m
		c.afterRules()
		c.out += messageSize(&m) + bad.unsaid
	}
	if !c.noBody {
		c.out += int64(len(bad.body))
	}
}
