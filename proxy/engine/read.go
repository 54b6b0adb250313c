package engine

import (
	"cmp"
	"time"

	"simulacro/proxy/config"
)

// Snapshot reads all counters and states, one section after the other.
func (e *Engine) Snapshot() *Snapshot {
	now := e.clock()
	s := &Snapshot{Info: e.info(now)}
	for _, p := range e.proxies {
		if p.cfg.Disabled {
			continue
		}
		p.mu.Lock()
		s.Proxies = append(s.Proxies, p.snapshot(now))
		s.Info.BytesOutRate += uint64(p.front.outRate.read(now))
		for _, li := range p.listeners {
			if !li.stopped.Load() {
				s.Info.Listeners++
			}
		}
		p.mu.Unlock()
	}
	s.linkTracked()
	return s
}

// linkTracked has the lines of servers that track others know those.
func (s *Snapshot) linkTracked() {
	lines := map[*config.Server]*ServerStats{}
	for i := range s.Proxies {
		for k := range s.Proxies[i].Servers {
			lines[s.Proxies[i].Servers[k].Server] = &s.Proxies[i].Servers[k]
		}
	}
	for _, line := range lines {
		if line.tracks != nil {
			line.tracked = lines[line.tracks]
		}
	}
}

func (e *Engine) info(now int64) Info {
	e.mu.Lock()
	defer e.mu.Unlock()
	i := Info{Loops: e.nloops, CurrConns: int(e.actconn.Load()), CumConns: e.conns,
		CumReq: e.requests.Load(), BytesOut: e.bytesOut.Load(),
		Stopping: e.stopping.Load(), IdlePct: 100,
		TLSConns: int(e.secure.now.Load()), CumTLS: e.secure.total.Load(), MaxTLS: int(e.secure.most)}
	i.PipesUsed, i.PipesFree = e.countPipes()
	i.Spliced = e.spliced.Load()
	for what := range e.pace.rates {
		r := &e.pace.rates[what]
		i.Rates[what] = RateStats{Now: r.read(now), Max: r.max, Limit: int(e.pace.limits[what].Load())}
	}
	if m := e.maxconn.Load(); m < 1<<31 {
		i.Maxconn = int(m)
	}
	if n := len(e.loops); n > 0 {
		idle := 0
		for _, l := range e.loops {
			idle += l.load.read(now)
		}
		i.IdlePct = idle / n
	}
	return i
}

func (p *proxy) snapshot(now int64) ProxyStats {
	s := ProxyStats{Proxy: p.cfg}
	if p.cfg.Front() {
		s.Front, s.Sockets = p.frontStats(now), p.socketStats()
	}
	if p.cfg.Back() {
		s.Back = p.backStats(now)
		for _, srv := range p.servers {
			if p.dispatch {
				break
			}
			s.Servers = append(s.Servers, srv.stats(now))
		}
	}
	return s
}

func (p *proxy) frontStats(now int64) *FrontStats {
	f := &p.front
	s := &FrontStats{Status: "OPEN", Scur: p.feconn, Smax: f.curMax, Slim: p.maxconn, Stot: f.sess, Bin: f.in, Bout: f.out,
		Dreq: f.denReq, Dresp: f.denResp, Ereq: f.ereq, Rate: f.rate.read(now), RateLim: p.cfg.RateLimit, RateMax: f.rate.max,
		ReqRate: f.reqRate.read(now), ReqRateMax: f.reqRate.max, ReqTot: f.reqTot, ConnRate: f.connRate.read(now),
		ConnRateMax: f.connRate.max, ConnTot: f.connTot, Intercepted: f.intercepted, HTTP: HTTPStats{f.status}, Dcon: f.denConn, Dses: f.denSess,
		H1: p.frontH1()}
	if s.Slim == 0 {
		if m := p.e.maxconn.Load(); m < 1<<31 {
			s.Slim = int(m)
		}
	}
	switch {
	case p.closed:
		s.Status = "STOP"
	case p.paused:
		s.Status = "PAUSED"
	case s.Slim > 0 && p.feconn >= s.Slim:
		s.Status = "FULL"
	}
	return s
}

func (p *proxy) backStats(now int64) *BackStats {
	k := &p.back
	s := &BackStats{Status: "UP", Qcur: p.queue.n, Qmax: p.queue.max, Scur: p.beconn, Smax: k.curMax, Slim: p.fullconn,
		Stot: k.sess, Bin: k.in, Bout: k.out, Dreq: k.denReq, Dresp: k.denResp, Econ: k.econn, Eresp: k.eresp,
		Wretr: k.retries, Wredis: k.redis, Act: p.act, Bck: p.bck, Chkdown: k.chkDown,
		Lastchg: ms(now - p.changed), Downtime: ms(p.downtime), Lbtot: k.lb, Rate: k.rate.read(now), RateMax: k.rate.max,
		ReqTot: k.req, HTTP: HTTPStats{k.status}, CliAbrt: k.cliAbort, SrvAbrt: k.srvAbort, Lastsess: k.lastSession(now),
		Connect: k.connect, Reuse: k.reuse, Algo: p.cfg.Balance.Algorithm, H1: p.backH1()}
	if s.Algo == "" {
		s.Algo = "roundrobin"
	}
	s.Qtime, s.Ctime, s.Rtime, s.Ttime = k.qtime.read(), k.ctime.read(), k.rtime.read(), k.all.read()
	s.QtimeMax, s.CtimeMax, s.RtimeMax, s.TtimeMax = k.qtime.longest(), k.ctime.longest(), k.rtime.longest(), k.all.longest()
	sixteenths := 0
	for _, srv := range p.servers {
		if srv.Usable() && srv.Backup == (p.act == 0) {
			sixteenths += srv.Weight * cmp.Or(srv.Share, fullShare)
			s.UWeight += srv.uweight
		}
	}
	s.Weight = (sixteenths + fullShare - 1) / fullShare
	if p.dispatch { // of the one server nothing is seen
		s.Act, s.Weight, s.UWeight, s.Lbtot, s.Algo = 0, 0, 0, 0, "none"
	}
	if !p.wasUp && len(p.servers) > 0 {
		s.Status = "DOWN"
		s.Downtime += s.Lastchg
	}
	return s
}

func ms(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

func (k *counters) lastSession(now int64) time.Duration {
	if k.last < 0 {
		return -1
	}
	return ms(now - k.last)
}

func (s *server) stats(now int64) ServerStats {
	r := ServerStats{Server: s.cfg, Flags: s.flags, Up: s.op != opStopped, Stopping: s.op == opStopping, Backup: s.Backup, Qcur: s.queue.n,
		Qmax: s.queue.max, Scur: s.Served, Smax: s.curMax, Slim: s.maxconn, Qlimit: s.cfg.Maxqueue, Stot: s.sess, Bin: s.in,
		Bout: s.out, Dresp: s.denResp, Econ: s.econn, Eresp: s.eresp, Wretr: s.retries, Wredis: s.redis, Weight: s.shown(),
		UWeight: s.uweight, Chkdown: s.chkDown, Lastchg: ms(now - s.changed), Downtime: ms(s.downtime), Lbtot: s.lb,
		Rate: s.rate.read(now), RateMax: s.rate.max, HTTP: HTTPStats{s.status}, ReqTot: s.req, CliAbrt: s.cliAbort,
		SrvAbrt: s.srvAbort, Lastsess: s.lastSession(now), Connect: s.connect, Reuse: s.reuse, Used: s.Served}
	switch {
	case s.flags.Maint():
		r.Weight = s.lastWeight
	case s.flags.Drain() || s.op == opStopping:
		r.Weight = s.ready() // what it has again when it is ready
	}
	r.Qtime, r.Ctime, r.Rtime, r.Ttime = s.qtime.read(), s.ctime.read(), s.rtime.read(), s.all.read()
	r.QtimeMax, r.CtimeMax, r.RtimeMax, r.TtimeMax = s.qtime.longest(), s.ctime.longest(), s.rtime.longest(), s.all.longest()
	s.demand.settle(now, s.purge, s.Served)
	r.Idle, r.Safe, r.UsedMax, r.NeedEst = int(s.idle.Load()), int(s.safe.Load()), s.demand.most, s.demand.need
	r.HanaFails = s.hanaFails
	at := s.at.Load()
	r.Addr, r.CheckAddr, r.PortMap, r.TLS, r.Cookie = at.addr, at.check, at.mapped, at.secure, s.id()
	if s.tracks != nil {
		r.Tracks, r.tracks = s.tracks.name(), s.tracks.cfg
	}
	if s.starting {
		r.Starting = true
		if !s.flags.Drain() && s.uweight > 0 {
			r.Throttle = s.share()
		}
	}
	r.Health, r.Check = s.bare, s.seen
	if k := s.check; k != nil {
		r.Checked, r.Paused = k.on, k.paused
		r.Check, r.CheckRunning = k.m.Last()
		r.Health, r.Rise, r.Fall = k.m.Health()
		r.Chkfail = k.m.Fails()
	}
	r.Agent.Addr = at.agent
	if k := s.agent; k != nil {
		r.Agent.Configured, r.Agent.On = true, k.on
		r.Agent.Result, r.Agent.Running = k.m.Last()
		r.Agent.Health, _, _ = k.m.Health()
		r.Chkfail += k.m.Fails()
	}
	if !s.Up {
		r.Downtime += r.Lastchg
	}
	return r
}
