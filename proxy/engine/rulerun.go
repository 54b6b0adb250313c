package engine

import (
	"simulacro/proxy/http1"
	"simulacro/proxy/rules"
)

// The steps of a request through its sections' rules, in order.
const (
	stepFrontContent = iota
	stepFrontBody
	stepFrontHTTP
	stepFrontPage
	stepFrontRedirect
	stepSwitch
	stepBackBody
	stepBackContent
	stepBackHTTP
	stepBackPage
	stepBackRedirect
	stepsDone
)

// startRules begins to evaluate the rules of the request whose head is in p.
func (c *client) startRules(h *http1.Head, p []byte) {
	c.openRules(h, p)
	c.runRules()
}

// openRules gives the rules their view of the request whose head is in p.
func (c *client) openRules(h *http1.Head, p []byte) {
	t := c.newTx()
	c.tx = t
	h.CopyTo(&t.req.head)
	t.req.buf, t.req.since = append([]byte(nil), p...), -1
	c.showRequest(t, h, p)
	t.capture(0, c.fe.cfg, t.Req)
	c.held = c.held[:0]
	c.progress()
}

// showRequest shows the rules the request whose head is in p.
func (c *client) showRequest(t *txn, h *http1.Head, p []byte) {
	readMessage(&t.up, h, p)
	t.Req = &t.up
	t.Proxied = c.fe.cfg.ProxyHeader && t.up.URI != "" && t.up.URI[0] != '/' && t.up.URI[0] != '*'
}

// progress tells the rules how much of the request's body has come.
func (c *client) progress() {
	t := c.tx
	t.req.measure(t.Req, t.req.head.RequestBody(), c.l.e)
	t.size(t.Req, c.l.e, len(t.req.buf))
}

// measure reads the body behind a held head: as much of it as HAProxy's buffer has room for.
func (x *held) measure(m *rules.Message, body http1.Body, e *Engine) {
	rest := x.buf[x.head.End:]
	limit, _ := e.dataLimit()
	room := max(limit-x.head.Stored()-http1.StoredPerPart, 0)
	text := body.Content(nil, rest)
	m.Got, m.Whole, m.Full = body.Payload, body.Done() || body.Bad, len(text) >= room || len(x.buf) >= limit || x.gone
	if len(text) > room {
		text, m.Got, m.Whole = text[:room], int64(room), body.Bad
	}
	m.Body = string(text)
}

// runRules goes on with the request's rules until they have ended, or wait, or have answered.
func (c *client) runRules() {
	t := c.tx
	for ; t.req.phase < stepsDone; t.req.phase++ {
		v := c.step()
		if v == rules.Yield {
			c.waitRules()
			return
		}
		t.req.at, t.req.since, t.Final = 0, -1, t.req.gone
		if v != rules.Next && v != rules.Accept {
			c.ruled(v)
			return
		}
	}
	c.rulesDone()
}

// step evaluates the list of the current phase.
func (c *client) step() (v rules.Verdict) {
	t, list := c.tx, []*rules.Rule(nil)
	delay := int64(0)
	switch t.req.phase {
	case stepFrontContent:
		list, delay = c.fe.cfg.Rules.TCPRequest, c.fe.cfg.Rules.InspectRequest.Milliseconds()
	case stepFrontHTTP:
		list = c.fe.cfg.Rules.Request
	case stepFrontPage:
		return c.pageStep(c.fe)
	case stepFrontRedirect:
		list = c.fe.cfg.Rules.Redirects
	case stepSwitch:
		c.be = c.switchBackend()
		if c.be != nil {
			t.Backend = c.be.cfg.Name
		}
		return rules.Next
	case stepBackContent, stepBackHTTP, stepBackPage, stepBackRedirect:
		if c.be == nil || c.be == c.fe {
			return rules.Next
		}
		r := &c.be.cfg.Rules
		switch t.req.phase {
		case stepBackContent:
			list, delay = r.TCPRequest, r.InspectRequest.Milliseconds()
		case stepBackHTTP:
			list = r.Request
		case stepBackPage:
			return c.pageStep(c.be)
		default:
			list = r.Redirects
		}
	case stepFrontBody:
		return c.bodyStep(c.fe)
	case stepBackBody:
		return c.bodyStep(c.be)
	}
	if delay == 0 && (t.req.phase == stepFrontContent || t.req.phase == stepBackContent) {
		t.Final = true
	}
	t.req.at, v = t.Run(list, t.req.at)
	if v == rules.Yield {
		t.req.wait(t, c.l.now, delay)
	}
	return v
}

// wait notes what an evaluation waits for.
func (x *held) wait(t *txn, now, delay int64) {
	x.body = t.Waits().Body
	if x.body {
		delay = t.Waits().Time.Milliseconds()
	}
	if x.since < 0 {
		x.since, x.until = now, now+delay
	}
}

// bodyStep is a section's option http-buffer-request: the body comes before its rules, as much as there is room for.
func (c *client) bodyStep(p *proxy) rules.Verdict {
	t := c.tx
	if p == nil || !p.cfg.BufferBody {
		return rules.Next
	}
	c.askForBody()
	if t.Req.Whole || t.Req.Full {
		return rules.Next
	}
	if t.req.since < 0 {
		t.req.since, t.req.until, t.req.body = c.l.now, 0, true
		if d := shorter(p.cfg.Timeouts.HTTPRequest.Milliseconds(), c.fe.client); d > 0 {
			t.req.until = c.l.now + d
		}
	}
	return rules.Yield
}

// switchBackend finds where the request goes: the first use_backend that applies, or the default.
func (c *client) switchBackend() *proxy {
	t := c.tx
	for _, x := range c.fe.cfg.Rules.Switches {
		if !x.Cond.Holds(&t.Tx) {
			continue
		}
		if x.Name == nil {
			return c.l.e.byCfg[x.Backend]
		}
		if p := (world{c}).find(x.Name.Text(&t.Tx), false); p != nil {
			return p
		}
		break // a name that is no backend's: the default
	}
	return c.fe.backend()
}

// waitRules lets more of the request come, until the wait's end.
func (c *client) waitRules() {
	t := c.tx
	c.st = stRules
	if t.req.until > 0 {
		c.arm(max(t.req.until-c.l.now, 1))
	} else {
		c.arm(0)
	}
	if c.readable {
		c.ruleData()
	}
}

// ruleData takes more of a request that rules wait for. One read suffices: the loop's buffer holds more than rules may wait for, and a
// read that does not fill it has emptied the socket.
func (c *client) ruleData() {
	t := c.tx
	if limit, _ := c.l.e.dataLimit(); !c.readable || len(t.req.buf) >= limit {
		return
	}
	n := c.recv()
	if n == recvNothing {
		return
	}
	if !c.fe.http {
		c.tcpData(n)
		return
	}
	if n <= 0 {
		c.leftRules(n != recvEnd)
		return
	}
	t.req.buf = append(t.req.buf, c.l.buf[:n]...)
	c.progress()
	c.runRules()
}

// ruleTimeout: what rules waited for has not come.
func (c *client) ruleTimeout() {
	t := c.tx
	switch {
	case t.slow != nil:
		c.prepare()
		c.tarred()
		c.sendAnswer(t.slow, 'P', 'T')
	case t.req.body:
		c.prepare()
		c.unheard(t.req.phase)
	case !c.fe.http:
		t.Final = true
		c.runTCPRules()
	default:
		t.Final = true
		c.runRules()
	}
}

// greet evaluates the rules of a connection before a request is read from it; false: it has been closed.
// own says that the addresses they set are the connection's own; denied counts those that are refused.
func (c *client) greet(list []*rules.Rule, own bool, denied ...*uint64) bool {
	if len(list) == 0 {
		return true
	}
	t := c.newTx()
	t.Final = true
	_, v := t.Run(list, 0)
	if v == rules.Reject || v == rules.Drop {
		c.fe.mu.Lock()
		for _, n := range denied {
			*n++
		}
		c.fe.mu.Unlock()
	}
	switch v {
	case rules.Reject:
		setReset(c.fd) // as HAProxy does, which keeps nothing of such a client
		c.close()
		return false
	case rules.Drop:
		c.vanish()
		return false
	}
	switch to := (addrPair{t.Session.Src, t.Session.Dst}); {
	case !t.Src && !t.Dst:
	case own:
		c.addr, c.dest = to.src, to.dst
	default:
		c.readdress(to)
	}
	return true
}
