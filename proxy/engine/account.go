package engine

import (
	"time"

	"simulacro/proxy/accesslog"
	"simulacro/proxy/config"
)

// countRequest counts a request on its frontend, and numbers it.
func (c *client) countRequest() {
	p, now := c.fe, c.l.now
	p.mu.Lock()
	p.front.reqTot++
	p.front.reqRate.add(now, 1)
	p.mu.Unlock()
	c.number = p.e.requests.Add(1) - 1
}

// countBad counts what was no request; fresh says that it has not been counted as a request yet.
func (c *client) countBad(fresh bool) {
	p := c.fe
	if fresh {
		c.countRequest()
	}
	p.mu.Lock()
	p.front.ereq++
	p.front.status[class(c.status)]++
	p.mu.Unlock()
}

// countReply counts a server's answer.
func (c *client) countReply() {
	p := c.be
	p.mu.Lock()
	c.srv.status[class(c.status)]++
	c.srv.req++
	p.mu.Unlock()
	if c.status >= 500 && c.status != 501 && c.status != 505 {
		c.srv.observe(c.l, sawStatus)
	} else {
		c.srv.observe(c.l, sawAnswer)
	}
}

// countBadReply counts a server's failure to answer, of which live traffic saw this.
func (c *client) countBadReply(saw observed) {
	p := c.be
	p.mu.Lock()
	c.srv.eresp++
	p.back.eresp++
	p.mu.Unlock()
	c.srv.observe(c.l, saw)
}

// cookieFlag is a flag of persistence as logs show it; a cookie that is only looked at has none.
func (c *client) cookieFlag(flag byte) byte {
	p := c.be
	if p == nil {
		p = c.fe
	}
	if k := p.cfg.Cookie; c.bad || !p.http || k == nil || k.Mode == config.CookieSeen && !k.Indirect {
		return '-'
	}
	if flag == 0 {
		return 'N'
	}
	return flag
}

func class(status int) int {
	if k := status / 100; k >= 1 && k <= 5 {
		return k
	}
	return 0
}

// liveStep is how many bytes a long transfer may hide from the counters.
const liveStep = 256 << 10

// countLive lets the counters see a long transfer before its end.
func (c *client) countLive() {
	if c.out-c.seenOut+c.in-c.seenIn >= liveStep {
		c.settle()
	}
}

// settle adds the bytes that the counters have not seen.
func (c *client) settle() {
	in, out := uint64(c.in-c.seenIn), uint64(c.out-c.seenOut)
	if in+out == 0 {
		return
	}
	c.seenIn, c.seenOut = c.in, c.out
	c.fe.mu.Lock()
	c.fe.front.in += in
	c.fe.front.out += out
	c.fe.mu.Unlock()
	c.l.e.bytesOut.Add(out)
	if c.be == nil {
		return
	}
	c.be.mu.Lock()
	c.be.back.in += in
	c.be.back.out += out
	if c.srv != nil {
		c.srv.in += in
		c.srv.out += out
	}
	c.be.mu.Unlock()
}

// countUnsent counts what a client in mode tcp has sent to a server that was never reached: HAProxy reads it while it connects.
func (c *client) countUnsent() {
	if c.fe.http || c.connected >= 0 {
		return
	}
	c.in += int64(len(c.held))
	if c.readable {
		if n := c.recv(); n > 0 {
			c.in += int64(n)
		}
	}
}

// end counts and logs the request.
func (c *client) end() {
	if c.refused {
		return
	}
	c.leaveBackend()
	c.countUnsent()
	c.settle()
	now := c.l.now
	p := c.fe
	p.mu.Lock()
	if p.http {
		p.front.status[class(c.status)]++
	}
	if c.flags[0] == 'C' || c.flags[0] == 'c' {
		p.front.cliAbort++
	}
	p.mu.Unlock()
	if c.be != nil {
		c.endBackend(now)
	}
	c.log()
}

// endBackend counts the request on its backend and server.
func (c *client) endBackend(now int64) {
	be := c.be
	be.mu.Lock()
	defer be.mu.Unlock()
	be.back.req++
	if be.http {
		be.back.status[class(c.status)]++
	}
	lists := [2]*counters{&be.back, nil}
	if c.srv != nil {
		lists[1] = &c.srv.counters
	}
	for _, k := range lists {
		if k == nil {
			continue
		}
		if c.flags[0] == 'C' || c.flags[0] == 'c' {
			k.cliAbort++
		}
		k.qtime.add(between(c.got, c.assigned))
		k.ctime.add(between(c.assigned, c.connected))
		k.rtime.add(between(c.connected, c.replied))
		k.all.add(now - c.start)
	}
}

// between gives the ms from a to b; -1: b never came.
func between(a, b int64) int64 {
	if a < 0 || b < 0 {
		return -1
	}
	return b - a
}

func dur(ms int64) time.Duration {
	if ms < 0 {
		return -1
	}
	return time.Duration(ms) * time.Millisecond
}

// logBad logs what was no request: HAProxy's parser does so, which knows nothing but the connection.
func (c *client) logBad() {
	c.bad = true
	c.line, c.in, c.out = c.line[:0], 0, 0
	c.be, c.srv, c.tx = nil, nil, nil
	c.log()
}

// log hands the request to the logger.
func (c *client) log() {
	if c.l.e.opt.Logger == nil || c.silent {
		return
	}
	r := c.describe()
	if c.fe.cfg.LogFormat == config.LogDefault {
		r.Dest = c.destination()
	}
	c.logRules(r)
	level := LevelInfo
	if c.tx != nil && c.tx.LogLevel != 0 {
		if level = c.tx.LogLevel - 1; level < 0 {
			return
		}
		c.hand(level, r)
		return
	}
	if c.notable(r) {
		level = LevelErr
	} else if c.fe.cfg.DontLogNormal {
		return
	}
	if level == LevelErr && !c.fe.cfg.LogSeparate {
		level = LevelInfo
	}
	c.hand(level, r)
}

// describe makes the loop's record of the request as it stands.
func (c *client) describe() *accesslog.Record {
	r := &c.l.record
	*r = accesslog.Record{
		Client: c.addr, Accept: c.l.e.wall(c.start), Frontend: c.frontName(), Backend: c.fe.cfg.Name, Server: "<NOSRV>",
		Request: dur(between(c.start, c.got)), Queue: dur(between(c.got, c.assigned)),
		Connect: dur(between(c.assigned, c.connected)), Response: dur(between(c.connected, c.replied)),
		Total: dur(c.l.now - c.start), Status: c.status, Bytes: c.out, BytesIn: c.in,
		Flags:   [4]byte{c.flags[0], c.flags[1], c.cookieFlag(c.stay.seen), c.cookieFlag(c.stay.given)},
		ActConn: int(c.l.e.actconn.Load()), Retries: c.tries, Redisp: c.redisp, SrvQueue: c.qServer, BackQueue: c.qBackend,
	}
	if len(c.line) > 0 {
		r.Line = c.line
	}
	if c.status == 0 && c.fe.http && !c.embryonic {
		r.Status = -1
	}
	c.logPlaces(r)
	return r
}

// hand gives the logger a line, and counts it.
func (c *client) hand(level int, r *accesslog.Record) {
	if len(c.fe.cfg.Logs) > 0 {
		c.fe.logged.Add(1)
	}
	c.l.e.opt.Logger.Request(c.fe.cfg, level, r)
}

// frontName is the frontend in logs, with a tilde where the client came over TLS (section 8.2.3).
func (c *client) frontName() string {
	if c.secure != nil {
		return c.fe.tlsName
	}
	return c.fe.cfg.Name
}

// logPlaces fills in where the request went, and how many others are there.
func (c *client) logPlaces(r *accesslog.Record) {
	c.fe.mu.Lock()
	r.FeConn = c.fe.feconn
	c.fe.mu.Unlock()
	if c.page {
		r.Server = "<STATS>"
		if c.service != "" {
			r.Server = "<PROMEX>"
		}
		if r.Queue, r.Connect, r.Response = 0, 0, 0; c.status == 400 && c.service == "" { // see challenged
			r.Response = -1
		}
	}
	if c.be == nil {
		return
	}
	r.Backend = c.be.cfg.Name
	c.be.mu.Lock()
	r.BeConn = c.be.beconn
	if c.srv != nil {
		r.Server, r.SrvConn = c.srv.cfg.Name, c.srv.Served
	}
	c.be.mu.Unlock()
}

// notable tells whether the request is one that dontlog-normal lets through and log-separate-errors raises: an error, a
// timeout, a retry, a redispatch or a 5xx.
func (c *client) notable(r *accesslog.Record) bool {
	return c.flags[0] != '-' && c.flags[0] != 'L' || c.tries > 0 || c.redisp || c.status >= 500
}
