package engine

import (
	"strconv"

	"simulacro/proxy/http1"
	"simulacro/proxy/rules"
)

// sendAnswer answers a request with what a rule has made.
func (c *client) sendAnswer(a *rules.Answer, cause, when byte) {
	c.flag(cause, when)
	switch {
	case a.Default:
		c.defaultAnswer(a)
	case a.IsFile:
		c.fileAnswer(a.Status, a.File)
	default:
		m := rules.Message{Version: "1.1", Status: a.Status, Reason: a.Reason}
		if m.Reason == "" {
			m.Reason = rules.Reason(a.Status)
		}
		m.Fields = append(m.Fields, a.Fields...)
		if _, ok := m.Get("content-length"); !ok {
			m.Add("content-length", strconv.Itoa(len(a.Body)))
		}
		if a.Status == 204 { // RFC 9110, section 8.6; HAProxy counts the field all the same
			v, _ := m.Get("content-length")
			c.out += int64(len("content-length") + len(v))
			m.Del("content-length")
		}
		c.sendMessage(&m, []byte(a.Body))
	}
}

// defaultAnswer gives the section's own answer for a status; a.Fields come on top.
func (c *client) defaultAnswer(a *rules.Answer) {
	if x := c.httpError(a.Status); x != nil {
		made := x.Make(&c.tx.Tx)
		made.Fields = append(made.Fields, a.Fields...)
		c.sendAnswer(made, c.flags[0], c.flags[1])
		return
	}
	r := c.replyText(a.Status)
	if r == nil {
		c.sendAnswer(&rules.Answer{Status: a.Status, Fields: a.Fields}, c.flags[0], c.flags[1])
		return
	}
	c.sendReply(r, a.Fields)
}

// httpError finds the http-error line for a status: the backend's, or else the frontend's.
func (c *client) httpError(status int) *rules.Reply {
	if c.tx == nil {
		return nil
	}
	if c.be != nil {
		if x := c.be.cfg.Rules.HTTPErrors[status]; x != nil {
			return x
		}
		if _, ok := c.be.cfg.ErrorFiles[status]; ok {
			return nil
		}
	}
	return c.fe.cfg.Rules.HTTPErrors[status]
}

func (c *client) fileAnswer(status int, file []byte) {
	r, err := parseReply(status, file)
	if err != nil {
		r = standard[500]
	}
	c.sendReply(r, nil)
}

// sendReply sends a ready answer through http-after-response.
func (c *client) sendReply(r *reply, more []rules.Field) {
	if len(r.head) == 0 { // an empty error file
		c.status, c.closing = r.status, true
		c.finish(false)
		return
	}
	var h http1.Head
	p := append(append([]byte(nil), r.head...), '\r', '\n')
	var m rules.Message
	if h.ParseResponse(p) == nil && h.End > 0 {
		readMessage(&m, &h, p)
	}
	m.Fields = append(m.Fields, more...)
	c.out += r.unsaid
	c.closing = c.closing || r.closes
	c.instead = r.status
	c.sendMessage(&m, r.body)
}

// sendMessage sends an answer of the director's own, after http-after-response has seen it.
func (c *client) sendMessage(m *rules.Message, body []byte) {
	c.giveBack()
	written, status := m.Status, c.instead
	c.instead = 0
	if c.tx != nil {
		c.tx.Res = m
		c.afterRules()
	}
	if c.status = m.Status; status != 0 && m.Status == written {
		c.status = status
	}
	if !c.body.Done() {
		c.closing = true
	}
	t := c.appendEnd(appendMessage(c.l.tmp[:0], m))
	c.out += messageSize(m)
	if !c.noBody {
		c.out += int64(len(body))
		t = append(t, body...)
	}
	c.l.tmp = t[:0:min(cap(t), room)]
	if c.challenged {
		c.turnAway()
	}
	c.answerWith(t)
}

// messageSize is a response's head as HAProxy's counters have it.
func messageSize(m *rules.Message) int64 {
	var h http1.Head
	p := append(appendMessage(nil, m), '\r', '\n')
	if h.ParseResponse(p) != nil {
		return 0
	}
	return h.Size()
}

// afterRules evaluates http-after-response, the backend's and the frontend's. It can not refuse any more.
func (c *client) afterRules() {
	t := c.tx
	t.Final = true
	if c.be != nil && c.be != c.fe {
		t.Run(c.be.cfg.Rules.After, 0)
	}
	t.Run(c.fe.cfg.Rules.After, 0)
}

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
	t.res.measure(t.Res, h.ResponseBody(c.noBody), c.l.e)
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
