package engine

import (
	"simulacro/proxy/http1"
	"simulacro/proxy/rules"
)

// The steps of a response through its sections' rules.
const (
	stepBackRes = iota
	stepBackHTTPRes
	stepFrontRes
	stepFrontHTTPRes
	stepsResDone
)

// ruleResponse evaluates the rules of the response whose head is in p; false: they wait for more of it, or have answered.
func (c *client) ruleResponse(h *http1.Head, p []byte) bool {
	t := c.tx
	if x := &t.res; !x.waiting {
		h.CopyTo(&x.head)
		x.since, x.phase, x.at = -1, 0, 0
		readMessage(&t.down, h, p)
		t.Res, t.Final, t.Lax = &t.down, false, false
		if c.srv != nil {
			t.Server = c.srv.cfg.Name
		}
		t.capture(1, c.fe.cfg, t.Res)
	}
	t.res.waiting = false
	t.res.buf = p
	t.res.measure(t.Res, h.ResponseBody(c.asksHead), c.l.e)
	t.size(t.Res, c.l.e, len(p))
	if t.gone {
		t.Res.Full = true
	}
	for ; t.res.phase < stepsResDone; t.res.phase++ {
		v := c.responseStep()
		if v == rules.Yield {
			t.res.waiting = true
			c.arm(max(t.res.until-c.l.now, 1))
			return false
		}
		t.res.at, t.res.since, t.Final = 0, -1, false
		if v != rules.Next && v != rules.Accept {
			c.ruledResponse(v)
			return false
		}
	}
	cookie := setsCookie(t.Res)
	c.writeCookie(t.Res)
	if c.leaks(t.Res, cookie) {
		t.Answer = nil
		c.ruledResponse(rules.Deny)
		return false
	}
	c.afterRules()
	t.res.buf = nil
	if t.Close {
		c.closing = true
	}
	return true
}

// responseStep evaluates the list of the current phase.
func (c *client) responseStep() (v rules.Verdict) {
	t, p := c.tx, c.be
	if t.res.phase >= stepFrontRes {
		if p = c.fe; p == c.be {
			return rules.Next
		}
	}
	list, delay := p.cfg.Rules.Response, int64(0)
	if t.res.phase == stepBackRes || t.res.phase == stepFrontRes {
		list, delay = p.cfg.Rules.TCPResponse, p.cfg.Rules.InspectResponse.Milliseconds()
		t.Final = delay == 0 || t.gone || t.res.since >= 0 && c.l.now >= t.res.until
	}
	t.res.at, v = t.Run(list, t.res.at)
	if v == rules.Yield {
		t.res.wait(t, c.l.now, delay)
	}
	return v
}

// ruledResponse carries out what the rules have decided of a response.
func (c *client) ruledResponse(v rules.Verdict) {
	t := c.tx
	p := c.be
	h := &t.res.head // the server has answered all the same, and HAProxy has counted that when it came
	c.status = h.Status
	c.out += h.Size() + int64(max(0, len(t.res.buf)-h.End))
	c.countReply()
	p.mu.Lock()
	if v == rules.Deny || v == rules.Reject || v == rules.Drop {
		p.back.denResp++
		c.srv.denResp++
	}
	p.mu.Unlock()
	if v == rules.Deny || v == rules.Reject || v == rules.Drop {
		c.fe.mu.Lock()
		c.fe.front.denResp++
		c.li.count.denResp++
		c.fe.mu.Unlock()
	}
	switch v {
	case rules.Drop:
		forget(c.fd)
		fallthrough
	case rules.Reject:
		c.abort('P', 'H')
		return
	}
	c.up.release(false)
	c.giveBack()
	t.Res = nil
	switch {
	case v == rules.Deny && t.Answer == nil: // by option checkcache, which says so with the server's own status
		c.reply(h.Status, 'P', 'H')
	case v == rules.Deny:
		c.sendAnswer(t.Answer, 'P', 'H')
	case v == rules.Respond:
		c.sendAnswer(t.Answer, 'L', 'H')
	default:
		c.reply(500, 'P', 'H')
	}
}

// responseTimeout: what rules waited for of a response has not come; nothing: they did not wait.
func (c *client) responseTimeout() bool {
	t := c.tx
	if t == nil || !t.res.waiting {
		return false
	}
	if t.res.body {
		c.up.release(false)
		c.giveBack()
		t.res.waiting = false
		c.reply(504, 's', 'D')
		return true
	}
	c.resumeResponse()
	return true
}

// resumeResponse goes on with a response that rules have held back, without any more of it.
func (c *client) resumeResponse() {
	b := c.up
	p := c.responseHead(nil)
	if c.up != b || len(p) == 0 {
		return
	}
	if c.passOn(p) && b.readable {
		c.l.again = append(c.l.again, c)
	}
}

// responseGone: the server has ended a response that rules hold back. false: they do not.
func (c *client) responseGone() bool {
	t := c.tx
	if t == nil || !t.res.waiting {
		return false
	}
	t.gone = true
	c.resumeResponse()
	return true
}
