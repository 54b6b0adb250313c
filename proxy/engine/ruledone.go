package engine

import (
	"simulacro/proxy/http1"
	"simulacro/proxy/rules"
)

// prepare takes what has come of a request that the director answers itself.
func (c *client) prepare() {
	t := c.tx
	c.req = c.req[:0]
	c.take(&t.req.head, t.req.buf)
	t.req.buf = nil
	c.closing = c.closing || t.Req != nil && !t.Req.Whole // also where more has come than HAProxy reads ahead
}

// unsee has the log show nothing of a request that was refused before HAProxy looks at it.
func (c *client) unsee() {
	c.line = c.line[:0]
	list := c.tx.Captured[0] // of mode tcp there are none
	clear(list[:min(len(list), len(c.fe.cfg.Rules.Captures[0]))])
}

// ruled carries out what the rules have decided.
func (c *client) ruled(v rules.Verdict) {
	t := c.tx
	c.follow(t)
	c.countRuled(v)
	if v == rules.Deny || v == rules.Tarpit {
		c.logCookies()
	}
	if (v == rules.Reject || v == rules.Drop) && t.req.phase == stepFrontContent {
		c.unsee()
	}
	if t.req.phase <= stepSwitch {
		c.be = nil
	} else {
		c.enterBackend()
	}
	switch v {
	case rules.Reject:
		c.got = -1 // no request, in the log
		c.flag('P', 'R')
		c.end()
		c.close()
	case rules.Drop:
		c.got = -1
		c.flag('P', 'R')
		c.end()
		c.vanish()
	case rules.Bad:
		c.prepare()
		c.reply(400, 'P', 'R')
	case rules.Tarpit:
		t.slow = t.Answer
		c.st = stRules
		t.req.until = c.l.now + c.fe.cfg.Timeouts.Tarpit.Milliseconds()
		c.arm(max(t.req.until-c.l.now, 1))
	case rules.Deny:
		c.prepare()
		c.sendAnswer(t.Answer, 'P', 'R')
	case rules.Respond:
		if h := &t.req.head; t.Answer.Redirect && (h.Chunked || h.Length > 0) {
			c.endsByItself()
		}
		c.prepare()
		c.sendAnswer(t.Answer, 'L', 'R')
	case rules.Serve:
		c.serve(t.Service)
	default:
		c.prepare()
		c.reply(500, 'P', 'R')
	}
}

// rulesDone sends a request on that all rules have let pass.
func (c *client) rulesDone() {
	t := c.tx
	h, p := &t.req.head, t.req.buf
	c.follow(t)
	t.Unique()
	c.captureCookie()
	if c.be == nil {
		c.prepare()
		c.noBackend()
		return
	}
	if t.req.gone && !t.Req.Whole {
		c.prepare()
		c.got = c.l.now
		c.enterBackend()
		c.unfit()
		return
	}
	c.persist()
	c.readCookie()
	c.forward(h, p)
	t.req.buf = nil
}

// forward sends a request to its backend.
func (c *client) forward(h *http1.Head, p []byte) {
	c.buildRequest(h, p)
	c.take(h, p)
	if c.body.Bad {
		c.captureRequest(p)
		c.refuse(400, 'P', 'R')
		return
	}
	c.whole = c.body.Done()
	c.enterBackend()
	c.assign()
}
