package proxy

import (
	"fmt"
	"slices"
	"time"

	"simulacro/proxy/balance"
	"simulacro/proxy/config"
	"simulacro/proxy/engine"
	"simulacro/proxy/health"
	"simulacro/proxy/stats"
)

// Rows implements stats.Source: per proxy its frontend, its servers, its backend.
func (a *adapter) Rows(dst []stats.Row) []stats.Row {
	for _, p := range a.d.engine.Snapshot().Proxies {
		base := stats.Row{Proxy: p.Proxy.Name, ProxyID: p.Proxy.ID, HTTP: p.Proxy.Mode == config.ModeHTTP,
			Desc: p.Proxy.Description, Static: balance.Static(p.Proxy.Balance.Algorithm, slices.Contains(p.Proxy.HashType, "consistent")),
			ChosenProxyID: p.Proxy.ChosenID}
		if p.Front != nil {
			dst = append(dst, frontRow(base, p.Front))
		}
		for i := range p.Sockets {
			dst = append(dst, socketRow(base, &p.Sockets[i]))
		}
		first := len(dst)
		for i := range p.Servers {
			dst = append(dst, serverRow(base, &p.Servers[i]))
		}
		if p.Back != nil {
			dst = append(dst, backRow(base, p.Back, dst[first:]))
			if k := p.Proxy.Cookie; k != nil {
				dst[len(dst)-1].Cookie = k.Name
			}
		}
	}
	return dst
}

func frontRow(r stats.Row, f *engine.FrontStats) stats.Row {
	r.Kind, r.Name, r.Status = stats.Frontend, "FRONTEND", f.Status
	r.SessCur, r.SessMax, r.SessLimit, r.SessTotal = f.Scur, f.Smax, f.Slim, f.Stot
	r.BytesIn, r.BytesOut = f.Bin, f.Bout
	r.DeniedReq, r.DeniedResp, r.ErrReq = f.Dreq, f.Dresp, f.Ereq
	r.DeniedConn, r.DeniedSess = f.Dcon, f.Dses
	r.Rate, r.RateLimit, r.RateMax = f.Rate, f.RateLim, f.RateMax
	r.ReqRate, r.ReqRateMax, r.ReqTotal = f.ReqRate, f.ReqRateMax, f.ReqTot
	r.ConnRate, r.ConnRateMax, r.ConnTotal = f.ConnRate, f.ConnRateMax, f.ConnTot
	r.Intercepted, r.Responses = f.Intercepted, responses(f.HTTP)
	muxes(&r, f.H1)
	return r
}

// muxes fills in the columns h1_*.
func muxes(r *stats.Row, h engine.H1Stats) {
	r.H1Open, r.H1OpenStreams, r.H1Conns, r.H1Streams = uint64(h.Open), uint64(h.OpenStreams), h.Conns, h.Streams
	r.H1In, r.H1Out = h.BytesIn, h.BytesOut
}

func socketRow(r stats.Row, s *engine.ListenerStats) stats.Row {
	b := s.Bind
	r.Kind, r.Name, r.ServiceID, r.Status, r.Addr = stats.Listener, b.Name, b.ID, s.Status, b.Addr.Text
	if r.Name == "" {
		r.Name = fmt.Sprintf("sock-%d", b.ID)
	}
	if b.Addr.Unix != "" {
		r.Addr = "unix"
	}
	r.SessCur, r.SessMax, r.SessLimit, r.SessTotal = s.Scur, s.Smax, s.Slim, s.Stot
	r.BytesIn, r.BytesOut = s.Bin, s.Bout
	r.DeniedReq, r.DeniedResp, r.ErrReq = s.Dreq, s.Dresp, s.Ereq
	r.DeniedConn, r.DeniedSess = s.Dcon, s.Dses
	return r
}

// responses puts the classes into the statistics' order, where the others come last.
func responses(h engine.HTTPStats) [6]uint64 {
	return [6]uint64{h.Status[1], h.Status[2], h.Status[3], h.Status[4], h.Status[5], h.Status[0]}
}

func backRow(r stats.Row, b *engine.BackStats, servers []stats.Row) stats.Row {
	r.Kind, r.Name, r.Status, r.Algorithm = stats.Backend, "BACKEND", b.Status, b.Algo
	r.QueueCur, r.QueueMax = b.Qcur, b.Qmax
	r.SessCur, r.SessMax, r.SessLimit, r.SessTotal = b.Scur, b.Smax, b.Slim, b.Stot
	r.BytesIn, r.BytesOut = b.Bin, b.Bout
	r.DeniedReq, r.DeniedResp = b.Dreq, b.Dresp
	r.ErrConn, r.ErrResp, r.Retries, r.Redispatches = b.Econ, b.Eresp, b.Wretr, b.Wredis
	r.Weight, r.UserWeight, r.InitialWeight = b.Weight, b.UWeight, b.UWeight
	r.Active, r.Backups, r.CheckDowns = b.Act, b.Bck, b.Chkdown
	r.LastChange, r.Downtime, r.LastSession = seconds(b.Lastchg), seconds(b.Downtime), lastSession(b.Lastsess)
	r.LBTotal, r.Rate, r.RateMax, r.ReqTotal = b.Lbtot, b.Rate, b.RateMax, b.ReqTot
	r.Responses, r.ClientAborts, r.ServerAborts = responses(b.HTTP), b.CliAbrt, b.SrvAbrt
	r.QTime, r.CTime, r.RTime, r.TTime = ms(b.Qtime), ms(b.Ctime), ms(b.Rtime), ms(b.Ttime)
	r.QTimeMax, r.CTimeMax, r.RTimeMax, r.TTimeMax = ms(b.QtimeMax), ms(b.CtimeMax), ms(b.RtimeMax), ms(b.TtimeMax)
	r.Connects, r.Reuses = b.Connect, b.Reuse
	muxes(&r, b.H1)
	r.ServersAll = len(servers)
	for i := range servers {
		if servers[i].Op != stats.OpStopped && !servers[i].Admin.Maint() {
			r.ServersUp++
		}
	}
	return r
}

func serverRow(r stats.Row, s *engine.ServerStats) stats.Row {
	c := s.Server
	r.Kind, r.Name, r.ServiceID, r.Status = stats.Server, c.Name, c.ID, s.Status()
	r.QueueCur, r.QueueMax, r.QueueLimit = s.Qcur, s.Qmax, s.Qlimit
	r.SessCur, r.SessMax, r.SessLimit, r.SessTotal = s.Scur, s.Smax, s.Slim, s.Stot
	r.BytesIn, r.BytesOut = s.Bin, s.Bout
	r.DeniedResp, r.ErrConn, r.ErrResp = s.Dresp, s.Econ, s.Eresp
	r.Retries, r.Redispatches = s.Wretr, s.Wredis
	r.Weight, r.UserWeight, r.InitialWeight = s.Weight, s.UWeight, c.Weight
	if s.Backup {
		r.Backups = 1
	} else {
		r.Active = 1
	}
	r.CheckDowns, r.LastChange, r.Downtime = s.Chkdown, seconds(s.Lastchg), seconds(s.Downtime)
	r.Throttle, r.Throttled = s.Throttle, s.Throttle > 0
	r.LBTotal, r.Rate, r.RateMax, r.ReqTotal = s.Lbtot, s.Rate, s.RateMax, s.ReqTot
	r.Responses, r.ClientAborts, r.ServerAborts = responses(s.HTTP), s.CliAbrt, s.SrvAbrt
	r.LastSession = lastSession(s.Lastsess)
	r.QTime, r.CTime, r.RTime, r.TTime = ms(s.Qtime), ms(s.Ctime), ms(s.Rtime), ms(s.Ttime)
	r.QTimeMax, r.CTimeMax, r.RTimeMax, r.TTimeMax = ms(s.QtimeMax), ms(s.CtimeMax), ms(s.RtimeMax), ms(s.TtimeMax)
	r.Connects, r.Reuses, r.IdleConns, r.UsedConns = s.Connect, s.Reuse, s.Idle, s.Used
	r.UsedMax, r.NeedEst, r.SafeConns, r.IdleLimit = s.UsedMax, s.NeedEst, s.Safe, -1
	if c.PoolMax > 0 || c.NoPool {
		r.IdleLimit = c.PoolMax
	}
	r.Cookie, r.Addr, r.Port, r.PortMap, r.Host = s.Cookie, s.Addr.Text, s.Addr.Port, s.PortMap, c.Host
	if s.Addr.Unix != "" {
		r.Addr = "unix"
	} else {
		r.IP = s.Addr.IP
	}
	r.CheckIP, r.CheckPort = s.CheckAddr.IP, s.CheckAddr.Port
	r.AgentIP, r.AgentPort = s.Agent.Addr.IP, s.Agent.Addr.Port
	r.Observed, r.HealthFails, r.Tracked = c.Observe != "", s.HanaFails, s.Tracks
	r.Check, r.Agent = underWay(checkOf(s)), underWay(agentOf(&s.Agent))
	r.ChosenID, r.TLS, r.TLSReady = c.ChosenID, s.TLS, c.TLS != nil && c.TLS.Conf != nil
	r.Op, r.Admin = states(s)
	return r
}

// underWay forgets what HAProxy has forgotten of the last check when the next has begun: its code and its words.
func underWay(c stats.Check) stats.Check {
	if c.InProgress {
		c.Code, c.Desc = 0, ""
	}
	return c
}

func checkOf(s *engine.ServerStats) stats.Check {
	c := ownCheck(s)
	if n := s.Check.Saved; n != nil {
		c.Saved, c.Number, c.Result = true, n.Status, n.Result
	}
	return c
}

func ownCheck(s *engine.ServerStats) stats.Check {
	if c := s.Server; !c.Check {
		return stats.Check{Status: health.Unknown.String(), Paused: c.Disabled, Health: s.Health}
	}
	return stats.Check{
		Configured: s.Server.Check,
		Enabled:    s.Checked,
		Paused:     s.Paused,
		InProgress: s.CheckRunning,
		Status:     s.Check.Status.String(),
		Code:       s.Check.Code,
		Duration:   s.Check.Duration,
		Desc:       s.Check.Info,
		Fails:      s.Chkfail,
		Rise:       s.Rise,
		Fall:       s.Fall,
		Health:     s.Health,
	}
}

func agentOf(a *engine.AgentStats) stats.Check {
	return stats.Check{
		Configured: a.Configured,
		Enabled:    a.On,
		InProgress: a.Running,
		Status:     a.Result.Status.String(),
		Code:       a.Result.Code,
		Duration:   a.Result.Duration,
		Desc:       a.Result.Info,
		Rise:       1,
		Fall:       1,
		Health:     a.Health,
	}
}

// states are the two columns of `show servers state`; the flags have the same numbers in both places.
func states(s *engine.ServerStats) (stats.OpState, stats.AdminState) {
	op := stats.OpRunning
	switch {
	case !s.Up:
		op = stats.OpStopped
	case s.Stopping:
		op = stats.OpStopping
	case s.Starting:
		op = stats.OpStarting
	}
	return op, stats.AdminState(s.Flags)
}

func seconds(d time.Duration) int { return int(d / time.Second) }
func ms(d time.Duration) int      { return int(d / time.Millisecond) }

// lastSession keeps "never" apart from "just now".
func lastSession(d time.Duration) int {
	if d < 0 {
		return -1
	}
	return seconds(d)
}
