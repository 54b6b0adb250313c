package proxy

import (
	"fmt"
	"sync"
	"time"

	"simulacro/proxy/accesslog"
	"simulacro/proxy/config"
	"simulacro/proxy/engine"
	"simulacro/proxy/stats"
)

// Version is what this director calls itself where HAProxy would print its version: the release that it stands in for,
// and its own name.
const Version = config.Version + "-simulacro"

// ReleaseDate goes with Version in HAProxy's formats.
const ReleaseDate = "2026/11/22"

// Options are what a process gives its director beside the configuration. The zero value works.
type Options struct {
	Maxconn int // concurrent clients of all frontends; 0: global maxconn
	UlimitN int // the descriptor limit that `show info` reports; 0: not known
	// StartupLogs gives what the process has said while it started, for `show startup-logs`; nil: nothing.
	StartupLogs func() string
	// Event is told of changes of state beside the logs, as HAProxy tells them on standard error. It must not block, and may be
	// called by several goroutines; nil: nobody is told.
	Event func(level int, text string)
	// Tell is told what is for standard error alone. It must not block either.
	Tell func(level int, text string)
}

// Director serves one configuration.
type Director struct {
	cfg     *config.Config
	opt     Options
	engine  *engine.Engine
	logs    *accesslog.Logs // from Run on
	started chan struct{}   // closed when Run serves
	ended   chan struct{}   // closed when Run has returned
	pages   map[*config.Proxy]*stats.Page
	sockets []runtimeSocket
	runtime *stats.SocketServer
	adapter *adapter

	operators sync.WaitGroup // the runtime sockets' goroutines

	stops sync.RWMutex // held for reading while the engine is being stopped
	done  bool         // the engine has ended

	mu      sync.Mutex
	hard    *time.Timer // hard-stop-after
	grace   *time.Timer // grace
	stopped bool        // the timers are not wanted any more
}

var (
	_ engine.Logger    = (*Director)(nil)
	_ engine.Responder = (*Director)(nil)
)

// New makes a director; it opens nothing yet.
func New(cfg *config.Config, opt Options) (*Director, error) {
	if opt.Maxconn == 0 {
		opt.Maxconn = cfg.Global.Maxconn
	}
	d := &Director{
		cfg: cfg, opt: opt, pages: map[*config.Proxy]*stats.Page{}, started: make(chan struct{}), ended: make(chan struct{}),
	}
	e, err := engine.New(cfg, engine.Options{
		Maxconn: opt.Maxconn, Maxsock: Sockets(cfg, opt.Maxconn), Logger: d, Stats: d, Started: d.serves,
	})
	if err != nil {
		return nil, fmt.Errorf("prepare the engine: %w", err)
	}
	d.engine = e
	d.adapter = newAdapter(d)
	for _, p := range cfg.Proxies {
		if p.Stats != nil {
			d.pages[p] = stats.NewPage(p, d.adapter, d.adapter)
		}
	}
	cli := stats.NewCLI(d.adapter, d.adapter, cfg.Global.Sockets)
	d.runtime = stats.NewServer(cli, stats.ServerOptions{Timeout: cfg.Global.StatsTimeout, Sessions: cfg.Global.StatsMaxconn})
	return d, nil
}

// Run serves until the director has been stopped and its last session has ended; it closes all that Listen opened. The
// log's sockets are opened here, so that they are the process's that serves, inside its chroot.
func (d *Director) Run() error {
	defer close(d.ended)
	logs, err := accesslog.New(d.cfg, accesslog.Options{})
	if err != nil {
		return fmt.Errorf("open the logs: %w", err)
	}
	d.logs = logs
	err = d.engine.Run()
	d.disarm()
	d.stops.Lock()
	d.done = true
	d.stops.Unlock()
	_ = d.runtime.Close() // it only ends the operators' sessions
	d.operators.Wait()
	d.closeSockets()
	if e := logs.Close(); err == nil && e != nil {
		err = fmt.Errorf("close the logs: %w", e)
	}
	return err
}

// serves is called by the engine once it serves: only now may operators ask and change it.
func (d *Director) serves() {
	d.serveSockets()
	close(d.started)
}

// SoftStop closes the listeners and idle connections, after `grace`: Run returns when the last session has ended, or after
// hard-stop-after. Called early, it waits until Run serves.
func (d *Director) SoftStop() {
	if grace := d.cfg.Global.Grace; grace > 0 {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.grace == nil && !d.stopped {
			d.grace = time.AfterFunc(grace, d.softStop)
		}
		return
	}
	d.softStop()
}

// Pause keeps new clients out without giving the addresses up, or lets them in again.
func (d *Director) Pause(on bool) { d.stop(func() { d.engine.Pause(on) }) }

func (d *Director) softStop() {
	d.stop(d.engine.SoftStop)
	d.mu.Lock()
	defer d.mu.Unlock()
	if after := d.cfg.Global.HardStop; after > 0 && d.hard == nil && !d.stopped {
		d.hard = time.AfterFunc(after, d.HardStop)
	}
}

// HardStop ends every session at once.
func (d *Director) HardStop() { d.stop(d.engine.HardStop) }

// stop stops the engine in one of its ways, once Run serves and unless it has ended: the engine logs what it stops.
func (d *Director) stop(how func()) {
	select {
	case <-d.started:
	case <-d.ended:
		return
	}
	d.stops.RLock()
	defer d.stops.RUnlock()
	if !d.done {
		how()
	}
}

func (d *Director) disarm() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stopped = true
	for _, t := range [2]*time.Timer{d.hard, d.grace} {
		if t != nil {
			t.Stop()
		}
	}
}

// Logs implements engine.Logger.
func (d *Director) Logs(p *config.Proxy) bool { return len(p.Logs) > 0 }

// Request implements engine.Logger.
func (d *Director) Request(p *config.Proxy, level int, r *accesslog.Record) {
	d.logs.Request(p, level, r)
}

// Event implements engine.Logger.
func (d *Director) Event(p *config.Proxy, level int, text string) {
	if d.opt.Event != nil {
		d.opt.Event(level, text)
	}
	d.logs.Event(p, level, text)
}

// Tell implements engine.Logger.
func (d *Director) Tell(level int, text string) {
	if d.opt.Tell != nil {
		d.opt.Tell(level, text)
	}
}

// Note implements engine.Logger.
func (d *Director) Note(p *config.Proxy, level int, text string) { d.logs.Event(p, level, text) }

// Respond implements engine.Responder: the statistics pages, and the exporter.
func (d *Director) Respond(p *config.Proxy, r *engine.InternalRequest) engine.InternalReply {
	if r.Service != "" {
		return internalReply(stats.Exporter{Source: d.adapter}.Respond(r.URI))
	}
	page := d.pages[p]
	if page == nil {
		return engine.InternalReply{Status: 404, Reason: "Not Found"}
	}
	return internalReply(page.Respond(stats.Request{Method: r.Method, URI: r.URI, Admin: r.Admin, TooLong: r.TooLong, Body: r.Body}))
}

func internalReply(a stats.Response) engine.InternalReply {
	reply := engine.InternalReply{Status: a.Status, Reason: a.Reason, Body: a.Body}
	for _, h := range a.Header {
		reply.Header = append(reply.Header, engine.Field{Name: h.Name, Value: h.Value})
	}
	return reply
}
