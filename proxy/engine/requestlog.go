package engine

import (
	"simulacro/proxy/accesslog"
	"simulacro/proxy/config"
)

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

// logBad logs what was no request: HAProxy's parser does so, which knows nothing but the connection.
func (c *client) logBad() {
	c.bad = true
	c.line, c.in, c.out = c.line[:0], 0, 0
	c.be, c.srv, c.tx = nil, nil, nil
	c.log()
}

// log hands the request to the logger.
func (c *client) log() {
	if !c.fe.logs || c.silent || c.logged {
		return
	}
	c.logAs(c.describe())
}

// logEarly logs what option logasap, or a format that shows nothing that is known later, does not let wait for the end: a request whose
// response's head is here, with the bytes that have come with it, or in mode tcp a connection whose server has accepted.
func (c *client) logEarly(bytes int64) {
	if !c.fe.logs || !c.fe.cfg.LogEarly && c.fe.moment == logsAtEnd {
		return
	}
	r := c.describe()
	r.Bytes, r.BytesIn = bytes, 0 // HAProxy has counted nothing by then
	if t := c.tx; t != nil {      // the log must not see messages, but others will
		req, res, final := t.Req, t.Res, t.Final
		defer func() { t.Req, t.Res, t.Final = req, res, final }()
	}
	c.logAs(r)
	c.logged = true
}

// logAs hands a record to the logger, if it is to be logged at all.
func (c *client) logAs(r *accesslog.Record) {
	if c.fe.cfg.LogFormat == config.LogDefault {
		r.Dest = c.destination()
	}
	c.logRules(r)
	if r.Text != nil && len(r.Text) == 0 {
		return // HAProxy sends no empty line
	}
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
		Client: c.addr, Socket: c.bind.ID, Accept: c.l.e.wall(c.start), Frontend: c.frontName(), Backend: c.fe.cfg.Name, Server: "<NOSRV>",
		Request: dur(between(c.start, c.got)), Queue: dur(between(c.got, c.assigned)),
		Connect: dur(between(c.assigned, c.connected)), Response: dur(between(c.connected, c.replied)),
		Total: dur(c.l.now - c.start), Status: c.status, Bytes: c.out, BytesIn: c.in,
		Flags:   [4]byte{c.flags[0], c.flags[1], c.cookieFlag(c.stay.seen), c.cookieFlag(c.stay.given)},
		Early:   c.fe.cfg.LogEarly,
		ActConn: int(c.l.e.actconn.Load()), Retries: c.tries, Redisp: c.redisp, SrvQueue: c.qServer, BackQueue: c.qBackend,
	}
	if len(c.line) > 0 {
		r.Line = c.keptLine()
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
	r.FeConn, r.BeConn = c.fe.feconn, c.fe.beconn // of a listen section, until another backend is chosen
	c.fe.mu.Unlock()
	if c.page {
		r.Server = "<STATS>"
		if c.service != "" {
			r.Server = "<PROMEX>"
		}
		if r.Queue, r.Connect, r.Response = 0, 0, 0; c.challenged || c.unserved { // see turnAway and serviceRules
			r.Response = -1
		}
	}
	if s := c.stay.server; s != nil && c.stay.told {
		s.be.mu.Lock()
		r.Server, r.SrvConn = s.cfg.Name, s.Served-s.due
		s.be.mu.Unlock()
	}
	if c.be == nil {
		return
	}
	r.Backend = c.be.cfg.Name
	c.be.mu.Lock()
	r.BeConn = c.be.beconn
	if c.srv != nil {
		r.Server, r.SrvConn = c.srv.cfg.Name, c.srv.Served-c.srv.due
	}
	c.be.mu.Unlock()
}

// notable tells whether the request is one that dontlog-normal lets through and log-separate-errors raises: an error, a
// timeout, a retry, a redispatch or a 5xx.
func (c *client) notable(r *accesslog.Record) bool {
	return c.flags[0] != '-' && c.flags[0] != 'L' || c.tries > 0 || c.redisp || c.status >= 500
}
