package proxy

import (
	"net/netip"
	"os"
	"runtime"
	"runtime/metrics"
	"time"

	"simulacro/proxy/config"
	"simulacro/proxy/engine"
	"simulacro/proxy/stats"
)

// adapter shows the engine to the statistics: they read Rows and Info, and change servers and frontends through it.
type adapter struct {
	d     *Director
	start time.Time
	cause string // of what is done to a server's administrative state, for the log; "": none
	by    string // who forces a server's health, for the log; "": the runtime socket
}

var (
	_ stats.Source        = (*adapter)(nil)
	_ stats.ServerAdmin   = (*adapter)(nil)
	_ stats.HealthAdmin   = (*adapter)(nil)
	_ stats.FrontendAdmin = (*adapter)(nil)
	_ stats.GlobalAdmin   = (*adapter)(nil)
	_ stats.PageAdmin     = (*adapter)(nil)
	_ stats.AddrAdmin     = (*adapter)(nil)
	_ stats.AgentAdmin    = (*adapter)(nil)
)

func newAdapter(d *Director) *adapter { return &adapter{d: d, start: time.Now()} }

// Info implements stats.Source.
func (a *adapter) Info() stats.Info {
	s := a.d.engine.Snapshot()
	g := &a.d.cfg.Global
	info := stats.Info{
		Version: Version, ReleaseDate: ReleaseDate, Node: g.Node, Description: g.Description,
		PID: os.Getpid(), Threads: s.Info.Loops, Start: a.start, Now: time.Now(),
		Tasks:   runtime.NumGoroutine(), // what runs side by side here
		UlimitN: a.d.opt.UlimitN, Maxsock: Sockets(a.d.cfg, a.d.opt.Maxconn),
		Maxconn: s.Info.Maxconn, HardMaxconn: a.d.opt.Maxconn,
		CurrConns: s.Info.CurrConns, CumConns: s.Info.CumConns, CumReq: s.Info.CumReq,
		Conns: rateOf(s.Info.Rates[engine.Connections]), Sess: rateOf(s.Info.Rates[engine.Sessions]), TLS: rateOf(s.Info.Rates[engine.TLSSessions]),
		IdlePercent: s.Info.IdlePct, Stopping: s.Info.Stopping,
		Jobs:      s.Info.CurrConns + s.Info.Listeners + len(a.d.sockets) + 1, // whoever asks is one, too
		Listeners: s.Info.Listeners + len(a.d.sockets),
		MaxPipes:  engine.LimitPipes(a.d.cfg, a.d.opt.Maxconn), PipesUsed: s.Info.PipesUsed, PipesFree: s.Info.PipesFree,
		TLSConns: s.Info.TLSConns, MaxTLS: s.Info.MaxTLS, CumTLS: s.Info.CumTLS,
		SplicedOut: s.Info.Spliced,
		BytesOut:   s.Info.BytesOut, BytesOutRate: s.Info.BytesOutRate, MemoryBytes: heapBytes(),
	}
	if info.Node == "" {
		info.Node, _ = os.Hostname()
	}
	if a.d.logs != nil {
		info.DroppedLogs = a.d.logs.Dropped()
	}
	return info
}

func rateOf(r engine.RateStats) stats.Rate { return stats.Rate{Now: r.Now, Max: r.Max, Limit: r.Limit} }

// heapBytes is what the process has allocated. It stops nothing, unlike runtime.ReadMemStats.
func heapBytes() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// Sockets estimates the descriptors that a configuration needs, as HAProxy does: two a client, two a pipe of spliced bodies, one a listener, one a
// check, two an agent, three a thread, and a few of the process's own.
func Sockets(cfg *config.Config, maxconn int) int {
	const own = 20 // log sockets, standard streams
	threads := cfg.Global.Threads
	if threads <= 0 {
		threads = runtime.NumCPU()
	}
	n := 2*maxconn + 2*engine.LimitPipes(cfg, maxconn) + own + 3*threads + len(cfg.Global.Sockets)
	for _, p := range cfg.Proxies {
		n += len(p.Binds)
		for _, s := range p.Servers {
			if s.Check {
				n++
			}
			if s.Agent.Check {
				n += 2
			}
		}
	}
	return n
}

// Spare is how many descriptors more the director would like to have: for pipes where no section asks for splicing. It does without.
func Spare(cfg *config.Config, maxconn int) int {
	return max(0, 2*(engine.Pipes(cfg, maxconn)-engine.LimitPipes(cfg, maxconn)))
}

// SetServerState implements stats.ServerAdmin.
func (a *adapter) SetServerState(r stats.Ref, s stats.ServerState) error {
	to := map[stats.ServerState]engine.Admin{
		stats.Ready: engine.Ready, stats.Drain: engine.Drain, stats.Maint: engine.Maint, stats.BeginMaint: engine.BeginMaint,
		stats.EndMaint: engine.EndMaint, stats.BeginDrain: engine.BeginDrain, stats.EndDrain: engine.EndDrain,
	}
	return a.d.engine.SetServerAdmin(r.Proxy, r.Server, to[s], a.cause)
}

// FromPage implements stats.PageAdmin. Of two actions HAProxy's log tells the name (srv_adm_st_chg_cause).
func (a *adapter) FromPage(action string) stats.ServerAdmin {
	page := *a
	page.by = "Web interface"
	if action == "disable" || action == "stop" {
		page.cause = "'" + action + "' on stats page"
	}
	return &page
}

// SetServerWeight implements stats.ServerAdmin.
func (a *adapter) SetServerWeight(r stats.Ref, weight int) error {
	return a.d.engine.SetServerWeight(r.Proxy, r.Server, weight, false)
}

// SetServerHealth implements stats.HealthAdmin.
func (a *adapter) SetServerHealth(r stats.Ref, h stats.Health) error {
	to := map[stats.Health]engine.Health{stats.HealthUp: engine.HealthUp, stats.HealthStopping: engine.HealthStopping, stats.HealthDown: engine.HealthDown}
	return a.d.engine.SetServerHealth(r.Proxy, r.Server, to[h], a.operator())
}

// SetServerAddr implements stats.AddrAdmin.
func (a *adapter) SetServerAddr(r stats.Ref, ip netip.Addr, port int, mapped bool) error {
	return a.d.engine.SetServerAddr(r.Proxy, r.Server, ip, port, mapped)
}

// SetServerTLS implements stats.AddrAdmin.
func (a *adapter) SetServerTLS(r stats.Ref, on bool) error {
	return a.d.engine.SetServerTLS(r.Proxy, r.Server, on)
}

// Resolved implements stats.AddrAdmin.
func (a *adapter) Resolved(r stats.Ref) error { return a.d.engine.ResolveServer(r.Proxy, r.Server) }

// SetCheckAddr implements stats.AddrAdmin.
func (a *adapter) SetCheckAddr(r stats.Ref, ip netip.Addr, port int) error {
	return a.d.engine.SetCheckAddr(r.Proxy, r.Server, ip, port)
}

// SetServerChecks implements stats.HealthAdmin.
func (a *adapter) SetServerChecks(r stats.Ref, on bool) error {
	return a.d.engine.SetServerCheck(r.Proxy, r.Server, on)
}

// section finds a section's name by its number.
func (a *adapter) section(id int) string {
	for _, p := range a.d.cfg.Proxies {
		if p.ID == id {
			return p.Name
		}
	}
	return ""
}

// EnableFrontend implements stats.FrontendAdmin.
func (a *adapter) EnableFrontend(id int, on bool) error {
	return a.d.engine.SetFrontend(a.section(id), on)
}

// ShutdownFrontend implements stats.FrontendAdmin.
func (a *adapter) ShutdownFrontend(id int) error { return a.d.engine.ShutdownFrontend(a.section(id)) }

// SetDynamicCookies implements stats.CookieAdmin.
func (a *adapter) SetDynamicCookies(id int, on bool) error {
	return a.d.engine.SetDynamicCookies(a.section(id), on)
}

// SetDynamicCookieKey implements stats.CookieAdmin.
func (a *adapter) SetDynamicCookieKey(id int, secret string) error {
	return a.d.engine.SetDynamicCookieKey(a.section(id), secret)
}

// SetFrontendMaxconn implements stats.FrontendAdmin.
func (a *adapter) SetFrontendMaxconn(id, n int) error {
	return a.d.engine.SetFrontendMaxconn(a.section(id), n)
}

// SetGlobalMaxconn implements stats.GlobalAdmin.
func (a *adapter) SetGlobalMaxconn(n int) error {
	a.d.engine.SetMaxconn(n)
	return nil
}

// SetRateLimit implements stats.GlobalAdmin.
func (a *adapter) SetRateLimit(what stats.RateLimit, n int) error {
	to := map[stats.RateLimit]engine.Pace{
		stats.ConnRate: engine.Connections, stats.SessRate: engine.Sessions, stats.TLSRate: engine.TLSSessions,
	}
	a.d.engine.SetRateLimit(to[what], n)
	return nil
}

// ClearCounters implements stats.GlobalAdmin.
func (a *adapter) ClearCounters(all bool) { a.d.engine.ClearCounters(all) }

// SetServerMaxconn implements stats.ServerAdmin.
func (a *adapter) SetServerMaxconn(r stats.Ref, n int) error {
	return a.d.engine.SetServerMaxconn(r.Proxy, r.Server, n)
}
