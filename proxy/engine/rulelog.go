package engine

import (
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"simulacro/proxy/accesslog"
	"simulacro/proxy/rules"
)

// logRules adds to a record what rules and captures have to say: the line that log-format makes, and captured headers.
func (c *client) logRules(r *accesslog.Record) {
	p := &c.fe.cfg.Rules
	f := p.LogLine
	if c.bad && p.ErrorLine != nil {
		f = p.ErrorLine
	}
	t := c.tx
	if t == nil {
		if f == nil && p.LogData == nil {
			return
		}
		t = c.newTx()
	}
	t.Req, t.Res, t.Final = nil, nil, true // they have gone by now
	for side := range r.Captures {
		if n := len(p.Slots[side]); n > 0 && t.Captured[side] == nil && !c.bad {
			t.Captured[side] = make([]string, n)
		}
		r.Captures[side] = string(rules.AppendCaptures(nil, t.Captured[side]))
	}
	r.Cookie, r.SetCookie = t.info.Cookie, t.info.SetCookie
	if f == nil && p.LogData == nil {
		return
	}
	c.logInfo(&t.info, r)
	t.Fill = nil
	if !c.bad {
		t.Unique()
	}
	line := c.l.line[:0]
	if line == nil {
		line = []byte{} // an empty line is none, and not the one that is made without a format
	}
	if f != nil {
		line = f.Append(line, &t.Tx)
		r.Text = line
	}
	if p.LogData != nil {
		n := len(line)
		line = p.LogData.Append(line, &t.Tx)
		r.Data = line[n:]
	}
	c.l.line = line
}

// logInfo fills in what log variables show.
func (c *client) logInfo(i *rules.LogInfo, r *accesslog.Record) {
	cookie, set, line, version := i.Cookie, i.SetCookie, i.Line, i.Version
	if r.Line == nil {
		line = ""
	}
	ms := func(d time.Duration) int64 {
		if d < 0 {
			return -1
		}
		return d.Milliseconds()
	}
	idle := int64(0)
	if c.start >= 0 {
		idle = max(0, c.start-c.accepted-c.shook)
	}
	*i = rules.LogInfo{
		Client: c.session.Src, Frontend: c.session.Dst, Socket: c.session.ListenerID, Accept: c.l.e.wall(c.accepted), Began: r.Accept, Front: r.Frontend, Back: r.Backend, Server: r.Server,
		Request: ms(r.Request), Queue: ms(r.Queue), Connect: ms(r.Connect), Response: ms(r.Response),
		Idle: idle, Active: ms(r.Total), Total: ms(r.Total) + idle, Data: -1, Status: r.Status, Bytes: r.Bytes,
		Early: r.Early, BytesIn: r.BytesIn, Flags: r.Flags, ActConn: r.ActConn, FeConn: r.FeConn, BeConn: r.BeConn, SrvConn: r.SrvConn,
		Retries: r.Retries, Redisp: r.Redisp, SrvQueue: r.SrvQueue, BackQueue: r.BackQueue, Line: line, Version: version, Cookie: cookie, SetCookie: set,
		Handshake: c.shook,
		Number:    c.number, Logged: c.fe.logged.Load(), PID: os.Getpid(), Host: hostname(),
	}
	from := c.replied
	if !c.fe.http {
		from = c.connected
	}
	switch {
	case from >= 0:
		i.Data = c.l.now - from
	case c.page:
		i.Data = 0
	}
	i.Origin = c.via
	if c.srv != nil && !(c.be.transparent && !c.destination().IsValid()) {
		to := c.serverAddr()
		i.Target, i.TargetUnix = to.addrPort(), to.family() == unix.AF_UNIX
		i.OriginUnix = i.TargetUnix && c.connected >= 0
	}
}

// soFar turns what logs show into what rules see of it while the request is under way. HAProxy counts bytes and the request's time only
// later, and takes times up to an end that is not there yet to be over at the accept.
func (c *client) soFar(i *rules.LogInfo) {
	i.Bytes, i.BytesIn = 0, 0
	i.Total, i.Active = 0, -i.Idle-i.Handshake
	if c.be != nil && c.be != c.fe && !c.inBack {
		i.BeConn++
	}
	t := c.tx
	switch {
	case t == nil || t.Res == nil:
		i.Request = -1
	case c.up != nil:
		i.Response, i.Data = between(c.connected, c.l.now), c.accepted-c.l.now
		if c.up.fd >= 0 && c.up.side == nil {
			i.Origin = sockName(c.up.fd, unix.Getsockname)
		}
	}
}

// hostname is the system's name, asked for once as HAProxy does.
var hostname = sync.OnceValue(func() string {
	name, _ := os.Hostname() // without one a hyphen is logged
	return name
})
