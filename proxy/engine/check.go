package engine

import (
	"math/rand/v2"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"simulacro/proxy/health"
	"simulacro/proxy/rules"
)

// checker does the I/O of one server's checks, in one loop. What they mean is its machine's and its script's business; the
// backend's mutex guards the machine.
type checker struct {
	l        *loop
	srv      *server
	m        *health.Machine
	script   *health.Script
	external *external // a command does the check; nil: none
	agent    bool      // it asks the agent, not the server
	say      string    // what the agent is told; "": nothing
	rng      *rand.Rand

	fd       int       // -1: no connection
	side     *beside   // carries TLS
	way      *reaching // to the server, where a connect is not enough; nil: none, or it has been gone
	header   bool      // the PROXY protocol's is to be sent
	trial    *health.Run
	timer    timer
	begun    time.Time
	connect  time.Time // by when the connection must be there
	answerBy time.Time
	took     time.Duration // what the answer took, where the check goes on in vain; 0: it does not
	dialing  bool
	linger   bool
	out      []byte // what is to be sent still
	on       bool
	paused   bool // by maintenance that began while the checks were on
}

// connection is the script of a server whose `check` is no more than a connection.
var connection = func() *health.Script {
	s := &health.Script{Protocol: true}
	s.Finish()
	return s
}()

// newChecker makes the checks of a server that has some configured.
func newChecker(s *server) *checker {
	p, cfg := s.be.cfg, s.cfg
	k := &checker{srv: s, fd: -1, on: true, rng: s.be.e.rng(), script: p.Check}
	if k.script == nil {
		k.script = connection
	}
	if p.External != nil {
		k.external = &external{conf: p.External}
	}
	k.timer = timer{owner: k, due: never}
	k.m = health.New(health.Params{Inter: cfg.Inter, FastInter: cfg.FastInter, DownInter: cfg.DownInter, Rise: cfg.Rise,
		Fall: cfg.Fall, Connect: p.Timeouts.Connect, Check: p.Timeouts.Check})
	return k
}

// oftenest is the interval below which checks do not tell over how long the first ones of all are spread.
const oftenest = time.Second

// startChecks spreads the first checks of all servers and agents over the shortest interval of all (section 5.2, "inter").
func (e *Engine) startChecks() {
	var all []*checker
	shortest := time.Duration(0)
	for _, p := range e.proxies {
		for _, s := range p.servers {
			for _, k := range s.checkers() {
				all = append(all, k)
				if d := k.m.Inter(); d >= oftenest && (shortest == 0 || d < shortest) {
					shortest = d
				}
			}
		}
	}
	now := time.Now()
	for i, k := range all {
		k.l = e.loops[i%len(e.loops)]
		k.m.Start(now, i, len(all), shortest, e.cfg.Global.MaxSpread)
		k.l.timers.set(&k.timer, k.l.e.at(k.m.Next()))
	}
}

// at translates a time to a loop's clock.
func (e *Engine) at(t time.Time) int64 { return t.Sub(e.begin).Milliseconds() }

// expire is due when a check is to begin, or has taken too long.
func (k *checker) expire() {
	switch {
	case k.trial == nil:
		k.start()
	case k.external != nil:
		k.external.now.giveUp()
		k.end(health.Result{Status: health.ProcTout})
	case k.way != nil && k.way.at() == onTLS:
		k.fail(health.L6Tout, "")
	case k.dialing:
		k.fail(health.L4Tout, "")
	default:
		k.fail(health.L7Tout, "")
	}
}

// idle tells whether no checks are wanted now.
func (k *checker) idle() bool {
	k.srv.be.mu.Lock()
	defer k.srv.be.mu.Unlock()
	return !k.on || k.paused || k.l.e.stopping.Load()
}

func (k *checker) start() {
	k.begun = time.Now()
	if k.idle() {
		k.skip()
		return
	}
	s := k.srv
	s.be.mu.Lock()
	k.connect = k.m.Begin(k.begun)
	facts := health.Facts{Accept404: s.be.cfg.DisableOn404 && s.op != opStopped, Tx: k.tx()}
	facts.Room, _ = s.be.e.cfg.Global.Buffer()
	script := k.steps()
	s.be.mu.Unlock()
	if s.be.cfg.SendState {
		facts.State = s.describe
	}
	k.answerBy = k.connect
	k.took = 0
	k.trial = script.Begin(facts)
	if k.external != nil {
		k.launch()
		return
	}
	k.goOn()
}

// tx is what a script's formats and variables see.
func (k *checker) tx() *rules.Tx {
	return &rules.Tx{Session: &rules.Session{}, Backend: k.srv.be.cfg.Name, Server: k.srv.cfg.Name, Now: time.Now()}
}

// goOn does what the script wants until something has to be waited for.
func (k *checker) goOn() {
	for k.trial != nil {
		switch k.trial.Next() {
		case health.WantOpen:
			if !k.open() {
				return
			}
		case health.WantSend:
			k.out = append(k.out, k.asked()...)
			if !k.flush() {
				return
			}
		case health.WantAnswer:
			if !k.read() {
				return
			}
		default:
			if !k.unheard(k.trial.Result) {
				k.end(k.trial.Result)
			}
			return
		}
	}
}

// open makes the connection that the script wants; false: it has to be waited for, or the check has ended.
func (k *checker) open() bool {
	k.drop()
	o := k.trial.Open
	at := k.srv.at.Load()
	addr := at.target
	if k.agent {
		addr = at.ask
	}
	if o.Addr.IsValid() || o.Port != 0 {
		a := at.probe
		if o.Addr.IsValid() {
			a.IP, a.Unix = o.Addr, ""
		}
		if o.Port != 0 {
			a.Port = o.Port
		}
		addr = newSockaddr(a)
	}
	r, direct := route{srv: k.srv, addr: addr}, true
	if o.Default && !k.agent {
		r, direct = k.srv.checkRoute(addr)
	}
	r.check = r.check || o.SendProxy
	direct = k.secure(&r, &o) && direct
	k.dialing, k.linger, k.out = true, o.Linger, k.out[:0]
	k.l.timers.set(&k.timer, k.l.e.at(k.connect))
	if !direct {
		k.way = k.l.reach(r, func(got *reached) { k.reached(&r, got) })
		return false
	}
	k.header = r.check
	fd, e := k.srv.socket(addr.family())
	if e != 0 {
		k.fail(noSocket(k.srv, e).told())
		return false
	}
	k.fd = fd
	if !k.agent && k.script.OnlyConnects() && !k.header && addr.family() != syscall.AF_UNIX {
		// The reset at the end then comes in the place of the handshake's last packet: the server's program sees no connection.
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_QUICKACK, 0)
	}
	if e := sysConnect(fd, addr); e != 0 && e != syscall.EINPROGRESS {
		k.fail(notBegun(addr, e).told())
		return false
	}
	k.l.add(fd, k, evInOut)
	return false
}

// secure adds to a check's way what its rule says of TLS; false: it is none for the loop alone.
func (k *checker) secure(r *route, o *health.Open) (direct bool) {
	if t := k.srv.cfg.TLS; o.TLS && r.tls == nil {
		if r.tls = t.Conf; o.Default {
			r.name = t.CheckSNI
			if o.ALPN == nil {
				o.ALPN = t.CheckALPN
			}
		}
	}
	if r.tls == nil {
		return true
	}
	if o.SNI != "" {
		r.name = o.SNI
	}
	if len(o.ALPN) > 0 {
		r.tls = r.tls.Clone()
		r.tls.NextProtos = o.ALPN
	}
	return false
}
