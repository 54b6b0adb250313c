package engine

import "simulacro/proxy/rules"

// startTCPRules evaluates the content rules of a connection in mode tcp, the frontend's and then the backend's.
func (c *client) startTCPRules() {
	c.tx = c.newTx()
	c.tx.req.since, c.tx.req.phase = -1, stepFrontContent
	c.tx.req.buf = append(c.tx.req.buf, c.held...) // what came behind a PROXY protocol header
	c.tx.Payload = string(c.tx.req.buf)
	c.runTCPRules()
}

func (c *client) runTCPRules() {
	t := c.tx
	if t.req.phase == stepFrontContent {
		if !c.tcpContent(c.fe) {
			return
		}
		if c.be = c.switchBackend(); c.be == nil {
			c.endNowhere()
			return
		}
		c.enterBackend()
		t.req.phase, t.req.at, t.req.since, t.Final = stepBackContent, 0, -1, t.req.gone
	}
	if c.be != c.fe && !c.tcpContent(c.be) {
		return
	}
	c.follow(t)
	if t.req.broke {
		c.in = int64(len(t.req.buf))
		c.unfit()
		return
	}
	c.held = append(c.held[:0], t.req.buf...)
	t.req.buf = nil
	c.persist()
	c.persistRDP()
	c.assign()
}

// tcpData goes on with the rules once n bytes more have come, or the end, behind which nothing more will.
func (c *client) tcpData(n int) {
	t := c.tx
	if n < 0 {
		t.req.broke = true // they still decide, and choose the backend
	}
	if n <= 0 {
		t.req.gone = true
		t.Final, c.readable = true, true // the tunnel sees it, too
	}
	t.req.buf = append(t.req.buf, c.l.buf[:max(n, 0)]...)
	limit, _ := c.l.e.dataLimit()
	t.Payload = string(t.req.buf[:min(len(t.req.buf), limit)])
	c.runTCPRules()
}

// tcpContent evaluates a section's rules; false: they wait, or have ended the connection.
func (c *client) tcpContent(p *proxy) bool {
	t, r := c.tx, &p.cfg.Rules
	delay := r.InspectRequest.Milliseconds()
	limit, _ := c.l.e.dataLimit()
	t.Final = t.Final || delay == 0 || len(t.req.buf) >= limit
	at, v := t.Run(r.TCPRequest, t.req.at)
	switch t.req.at = at; v {
	case rules.Yield:
		t.req.wait(t, c.l.now, delay)
		c.waitRules()
		return false
	case rules.Next, rules.Accept:
		return true
	}
	if v != rules.Drop {
		v = rules.Reject
	}
	c.in = int64(len(t.req.buf))
	c.ruled(v)
	return false
}

// startInspecting begins to evaluate what the backend says of a server's answer in mode tcp (section 4.2, "tcp-response content"): at the
// connection already, since a server may never say anything.
func (c *client) startInspecting() {
	if c.fe.http || c.tx == nil || len(c.be.cfg.Rules.TCPResponse) == 0 {
		return
	}
	t := c.tx
	t.res.waiting, t.res.since, t.res.at, t.Payload, t.Server = true, -1, 0, "", c.srv.cfg.Name
	c.inspect(nil)
}

// inspecting tells whether rules hold the server's bytes back.
func (c *client) inspecting() bool { return !c.fe.http && c.tx != nil && c.tx.res.waiting }

// inspect evaluates the rules once p has come, and sends on what has been held back when they let it pass; false: the connection has
// ended.
func (c *client) inspect(p []byte) bool {
	t, x := c.tx, &c.tx.res
	x.buf = append(x.buf, p...)
	c.out += int64(len(p))
	delay := c.be.cfg.Rules.InspectResponse.Milliseconds()
	limit, _ := c.l.e.dataLimit()
	t.Payload = string(x.buf[:min(len(x.buf), limit)])
	t.Final = delay == 0 || c.half&downEnded != 0 || len(x.buf) >= limit || x.since >= 0 && c.l.now >= x.until
	at, v := t.Run(c.be.cfg.Rules.TCPResponse, x.at)
	switch x.at = at; v {
	case rules.Yield:
		x.wait(t, c.l.now, delay)
		c.armTunnel()
		return true
	case rules.Next, rules.Accept:
		return c.letPass()
	}
	c.be.mu.Lock()
	c.be.back.denResp++
	c.srv.denResp++
	c.be.mu.Unlock()
	c.fe.mu.Lock()
	c.fe.front.denResp++
	c.li.count.denResp++
	c.fe.mu.Unlock()
	if v == rules.Drop {
		forget(c.fd)
	}
	c.abort('P', 'D')
	return false
}

// letPass sends on what rules have held back.
func (c *client) letPass() bool {
	t := c.tx
	p := t.res.buf
	t.res.waiting, t.res.buf = false, nil
	c.armTunnel()
	if !c.send(c, p) {
		c.abort('C', 'D')
		return false
	}
	if t.Close { // the action "close"
		c.half |= downEnded
		c.shutDown()
		return c.up != nil
	}
	return true
}
