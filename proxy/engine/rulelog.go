package engine

import (
	"os"

	"simulacro/proxy/accesslog"
	"simulacro/proxy/rules"
)

// logRules adds to a record what rules and captures have to say: the line that log-format makes, and captured headers.
func (c *client) logRules(r *accesslog.Record) {
	f := c.fe.cfg.Rules.LogLine
	t := c.tx
	if t == nil {
		if f == nil {
			return
		}
		t = c.newTx()
		t.info.Line = string(c.line)
	}
	t.Req, t.Res, t.Final = nil, nil, true // they have gone by now
	for side := range r.Captures {
		r.Captures[side] = string(rules.AppendCaptures(nil, t.Captured[side], false))
	}
	r.Cookie, r.SetCookie = t.info.Cookie, t.info.SetCookie
	if f == nil {
		return
	}
	c.logInfo(&t.info, r)
	r.Text = f.Append(c.l.line[:0], &t.Tx)
	c.l.line = r.Text
}

// logInfo fills in what log variables show.
func (c *client) logInfo(i *rules.LogInfo, r *accesslog.Record) {
	cookie, set, line := i.Cookie, i.SetCookie, i.Line
	if r.Line == nil {
		line = ""
	}
	ms := func(d interface{ Milliseconds() int64 }) int64 { return d.Milliseconds() }
	*i = rules.LogInfo{
		Client: c.session.Src, Frontend: c.session.Dst, Accept: r.Accept, Front: r.Frontend, Back: r.Backend, Server: r.Server,
		Request: between(c.start, c.got), Queue: between(c.got, c.assigned), Connect: between(c.assigned, c.connected),
		Response: between(c.connected, c.replied), Active: ms(r.Total), Total: ms(r.Total), Data: -1, Status: r.Status, Bytes: r.Bytes,
		BytesIn: r.BytesIn, Flags: r.Flags, ActConn: r.ActConn, FeConn: r.FeConn, BeConn: r.BeConn, SrvConn: r.SrvConn,
		Retries: r.Retries, Redisp: r.Redisp, SrvQueue: r.SrvQueue, BackQueue: r.BackQueue, Line: line, Cookie: cookie, SetCookie: set,
		Handshake: c.shook,
		Counter:   c.l.e.requests.Load(), PID: os.Getpid(),
	}
	if c.replied >= 0 {
		i.Data = c.l.now - c.replied
	}
	if c.srv != nil {
		i.Target = c.srv.addr.addrPort()
	}
}
