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
