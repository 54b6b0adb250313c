package engine

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"simulacro/proxy/config"
	"simulacro/proxy/rules"
)

// Engine serves the frontends of one configuration.
type Engine struct {
	cfg     *config.Config
	opt     Options
	begin   time.Time
	nloops  int
	loops   []*loop
	proxies []*proxy

	byCfg map[*config.Proxy]*proxy
	vars  rules.Vars // of the process

	actconn, maxconn atomic.Int64
	full             atomic.Bool // somebody waits in a backlog because of maxconn
	requests         atomic.Uint64
	bytesOut         atomic.Uint64
	spliced          atomic.Uint64 // bytes, of them
	pipes            pipeLimits
	sessions         atomic.Uint64 // numbers that operators have been given
	captured         atomic.Uint32 // messages that were none
	soft, stopping   atomic.Bool
	hard             atomic.Bool // nothing is waited for any more

	secure    tlsConns
	settling  bool // nothing is told yet
	foretold  []string
	spreadEnd atomic.Int64 // when close-spread-time is over; of a soft stop

	warned   []*BindError
	besideMu sync.Mutex
	carried  map[killer]struct{} // what works beside the loops

	mu       sync.Mutex
	order    sync.Mutex // of the changes of servers that others track
	conns    uint64
	pace     pacing
	running  bool
	starting sync.Mutex // held while Run or SoftStop changes what the loops are to run
	seeds    *rand.Rand
	wg       sync.WaitGroup // pages being made, and what works beside the loops
}

// New prepares the data path; it opens nothing yet. It fails on what the configuration asks for and the engine lacks.
func New(cfg *config.Config, opt Options) (*Engine, error) {
	e := &Engine{cfg: cfg, opt: opt, begin: time.Now(), nloops: opt.Loops}
	if e.nloops <= 0 {
		e.nloops = cfg.Global.Threads
	}
	if e.nloops <= 0 {
		e.nloops = defaultLoops(runtime.NumCPU())
	}
	for what, n := range map[Pace]int{Connections: cfg.Global.MaxConnRate, Sessions: cfg.Global.MaxSessRate, TLSSessions: cfg.Global.MaxTLSRate} {
		e.pace.limits[what].Store(int64(max(n, 0)))
	}
	seed := opt.Seed
	if seed == 0 {
		seed = uint64(e.begin.UnixNano())
	}
	e.seeds = rand.New(rand.NewPCG(seed, 1))
	e.secure.most = int64(cfg.Global.MaxTLS)
	e.SetMaxconn(opt.Maxconn)
	if opt.Maxconn == 0 {
		e.SetMaxconn(cfg.Global.Maxconn)
	}
	e.setPipes()
	e.byCfg = map[*config.Proxy]*proxy{}
	for _, c := range cfg.Proxies {
		p, err := newProxy(e, c)
		if err != nil {
			return nil, err
		}
		e.proxies = append(e.proxies, p)
		e.byCfg[c] = p
	}
	for _, p := range e.proxies {
		p.def = e.byCfg[p.cfg.DefaultBackend]
	}
	if err := e.settle(); err != nil {
		return nil, err
	}
	e.deriveFullconn()
	for _, p := range e.proxies {
		p.ruled = p.isRuled()
		p.logs = opt.Logger != nil && opt.Logger.Logs(p.cfg)
		r := &p.cfg.Rules
		p.moment = momentOf(p.cfg)
		p.showsOrigin = r.LogLine.Shows("bi", "bp") || r.LogData.Shows("bi", "bp")
		p.asksServer = r.LogLine.AsksServer() || r.LogData.AsksServer() || r.ErrorLine.AsksServer()
	}
	e.setVars()
	return e, nil
}

// defaultLoops: one loop beats two on two cores, where the servers' side of the kernel needs the other one.
func defaultLoops(cores int) int {
	if cores <= 2 {
		return 1
	}
	return cores / 2
}

// rng gives a generator of its own to whoever draws.
func (e *Engine) rng() *rand.Rand { return rand.New(rand.NewPCG(e.seeds.Uint64(), e.seeds.Uint64())) }

// clock is the time that loops go by: ms since the start.
func (e *Engine) clock() int64 { return time.Since(e.begin).Milliseconds() }

// wall translates a loop's time.
func (e *Engine) wall(ms int64) time.Time { return e.begin.Add(time.Duration(ms) * time.Millisecond) }

// SetMaxconn changes the global limit of concurrent clients; 0: none.
func (e *Engine) SetMaxconn(n int) {
	if n <= 0 {
		n = math.MaxInt
	}
	e.maxconn.Store(int64(n))
	if e.full.Swap(false) {
		for _, p := range e.proxies {
			p.wakeAcceptors()
		}
	}
}

// countAccept counts a connection of the whole engine.
func (e *Engine) countAccept(now int64) {
	e.mu.Lock()
	e.conns++
	e.pace.rates[Connections].add(now, 1)
	e.mu.Unlock()
}

// ErrRunning says that Run was called twice.
var ErrRunning = errors.New("the engine has been run already")

// Run serves until the engine has been stopped and its last session has ended.
func (e *Engine) Run() error {
	if err := e.setUp(); err != nil {
		return err
	}
	var loops sync.WaitGroup
	for _, l := range e.loops {
		loops.Add(1)
		go func() {
			defer loops.Done()
			l.serve()
		}()
	}
	if e.opt.Started != nil {
		e.opt.Started()
	}
	loops.Wait()
	e.wg.Wait()
	for _, l := range e.loops {
		l.windUp()
	}
	e.wg.Wait() // for what has only now heard that nobody wants it
	for _, l := range e.loops {
		l.close()
	}
	return nil
}

// setUp makes all that the loops will run. A stop that is asked for meanwhile waits, to find all of it or nothing.
func (e *Engine) setUp() error {
	e.starting.Lock()
	defer e.starting.Unlock()
	if err := e.makeLoops(); err != nil {
		return err
	}
	for _, l := range e.loops {
		for _, p := range e.proxies {
			for _, li := range p.listeners {
				li.start(l)
			}
		}
	}
	e.startChecks()
	e.warmSaved()
	if e.stopping.Load() { // before there was a loop to tell
		e.all(func(l *loop) runner { return task(l.closeIdle) })
	}
	return nil
}

func (e *Engine) makeLoops() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.running {
		return ErrRunning
	}
	e.running = true
	for id := range e.nloops {
		l, err := newLoop(e, id)
		if err != nil {
			for _, l := range e.loops {
				l.close()
			}
			return fmt.Errorf("start event loop: %w", err)
		}
		e.loops = append(e.loops, l)
	}
	return nil
}

// all posts a task to each loop.
func (e *Engine) all(make func(l *loop) runner) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, l := range e.loops {
		l.post(make(l))
	}
}

// task is a function as a runner.
type task func()

func (t task) run() { t() }

// SoftStop closes the listeners and idle connections; Run returns when the last session has ended.
func (e *Engine) SoftStop() {
	if e.soft.Swap(true) {
		return
	}
	e.starting.Lock()
	defer e.starting.Unlock()
	for _, p := range e.proxies {
		p.stopListening()
	}
	e.stopped(func(*proxy) bool { return true })
	e.spreadEnd.Store(e.at(time.Now().Add(e.cfg.Global.CloseSpread)))
	e.stopping.Store(true)
	e.all(func(l *loop) runner { return task(l.closeIdle) })
}

// HardStop ends every session at once; Run returns soon after.
func (e *Engine) HardStop() {
	e.SoftStop()
	e.hard.Store(true)
	e.killBeside()
	e.all(func(l *loop) runner { return task(l.kill) })
}

// kill ends all sessions.
func (l *loop) kill() {
	for c := range l.live {
		c.wake()
		if c.st == stIdle || c.st == stDraining || c.st == stHeader || c.st == stTLS {
			c.close()
			continue
		}
		c.abort('K', phase(c))
	}
}

// stopped reports the end of sections, in HAProxy's words; backends may still have sessions.
func (e *Engine) stopped(which func(*proxy) bool) {
	for _, p := range e.proxies {
		if which(p) && !p.cfg.Disabled {
			p.mu.Lock()
			text := fmt.Sprintf("Proxy %s stopped (cumulated conns: FE: %d, BE: %d).", p.cfg.Name, p.front.connTot, p.back.sess)
			p.mu.Unlock()
			e.event(p, LevelWarn, text)
		}
	}
}

// tell says something on standard error alone.
func (e *Engine) tell(level int, text string) {
	if e.opt.Logger != nil {
		e.opt.Logger.Tell(level, text)
	}
}

func (e *Engine) event(p *proxy, level int, text string) {
	if e.opt.Logger != nil {
		e.opt.Logger.Event(p.cfg, level, text)
	}
}
