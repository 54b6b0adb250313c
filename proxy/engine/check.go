package engine

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"syscall"
	"time"

	"simulacro/proxy/config"
	"simulacro/proxy/health"
)

// checker does the I/O of one server's checks, in one loop. What they mean is its machine's business; the backend's mutex
// guards the machine.
type checker struct {
	l      *loop
	srv    *server
	m      *health.Machine
	addr   *sockaddr
	expect *health.Expectation // nil: a connection is enough
	req    []byte
	rng    *rand.Rand

	fd       int       // -1: none under way
	side     *beside   // carries TLS
	way      *reaching // to the server, where a connect is not enough; nil: none, or it has been gone
	header   bool      // the PROXY protocol's is to be sent
	timer    timer
	begun    time.Time
	answerBy time.Time
	sent     bool
	answer   []byte
	on       bool
}

// maxAnswer is how much of an answer a check looks at.
const maxAnswer = 16 << 10

// newChecker makes the checks of a server that has some configured.
func newChecker(s *server) (*checker, error) {
	p, cfg := s.be.cfg, s.cfg
	k := &checker{srv: s, fd: -1, addr: s.addr, on: true, rng: s.be.e.rng()}
	k.timer = timer{owner: k, due: never}
	if a := cfg.CheckAddr; a.Port != 0 || a.IP.IsValid() || a.Unix != "" {
		if !a.IP.IsValid() && a.Unix == "" {
			a.IP = cfg.Addr.IP
		}
		if a.Port == 0 {
			a.Port = cfg.Addr.Port
		}
		k.addr = newSockaddr(a)
	}
	k.m = health.New(health.Params{Inter: cfg.Inter, FastInter: cfg.FastInter, DownInter: cfg.DownInter, Rise: cfg.Rise,
		Fall: cfg.Fall, Connect: p.Timeouts.Connect, Check: p.Timeouts.Check})
	if h := p.HTTPCheck; h != nil {
		e, err := health.NewExpectation(h.Expect.Kind, h.Expect.Pattern, h.Expect.Negate)
		if err != nil {
			return nil, fmt.Errorf("backend %s: %w", p.Name, err)
		}
		k.expect, k.req = e, httpCheckRequest(h)
	}
	return k, nil
}

func httpCheckRequest(h *config.HTTPCheck) []byte {
	method, uri, version := h.Method, h.URI, h.Version
	if method == "" {
		method = "OPTIONS"
	}
	if uri == "" {
		uri = "/"
	}
	if version == "" {
		version = "HTTP/1.0"
	}
	return health.Request(method, uri, version, h.Headers, h.Body)
}

// startChecks spreads the first checks of all servers over the shortest interval of all (section 5.2, "inter").
func (e *Engine) startChecks() {
	var all []*checker
	shortest := time.Duration(0)
	for _, p := range e.proxies {
		for _, s := range p.servers {
			if s.check == nil {
				continue
			}
			all = append(all, s.check)
			if d := s.cfg.Inter; shortest == 0 || d < shortest {
				shortest = d
			}
		}
	}
	now := time.Now()
	for i, k := range all {
		k.l = e.loops[i%len(e.loops)]
		k.m.Start(now, i, len(all), shortest)
		k.l.timers.set(&k.timer, k.l.e.at(k.m.Next()))
	}
}

// at translates a time to a loop's clock.
func (e *Engine) at(t time.Time) int64 { return t.Sub(e.begin).Milliseconds() }

// expire is due when a check is to begin, or has taken too long.
func (k *checker) expire() {
	if k.fd < 0 && k.way == nil {
		k.start()
		return
	}
	s := health.L4Tout
	switch {
	case k.sent:
		s = health.L7Tout
	case k.way != nil && k.way.at() == onTLS:
		s = health.L6Tout
	}
	k.end(health.Result{Status: s})
}

// idle tells whether no checks are wanted now.
func (k *checker) idle() bool {
	k.srv.be.mu.Lock()
	defer k.srv.be.mu.Unlock()
	return !k.on || k.srv.admin == Maint || k.l.e.stopping.Load()
}

func (k *checker) start() {
	if k.idle() {
		return // whoever wants checks again posts the checker
	}
	k.begun, k.sent, k.answer = time.Now(), false, k.answer[:0]
	k.srv.be.mu.Lock()
	by := k.m.Begin(k.begun)
	k.srv.be.mu.Unlock()
	k.answerBy = by
	r, direct := k.srv.checkRoute(k.addr)
	k.header = r.check
	if !direct {
		k.header = false
		k.l.timers.set(&k.timer, k.l.e.at(by))
		k.way = k.l.reach(r, func(got *reached) { k.reached(&r, got) })
		return
	}
	fd, e := k.srv.socket(k.addr.family())
	if e != 0 {
		k.end(health.Result{Status: health.SockErr, Info: Strerror(e)})
		return
	}
	k.fd = fd
	if e := sysConnect(fd, k.addr); e != 0 && e != syscall.EINPROGRESS {
		k.end(health.Result{Status: health.L4Con, Info: Strerror(e)})
		return
	}
	k.l.add(fd, k, evInOut)
	k.l.timers.set(&k.timer, k.l.e.at(by))
}

// reached goes on with a connection that was made beside the loop.
func (k *checker) reached(r *route, got *reached) {
	k.way = nil
	if got.err != nil {
		k.end(wayFailed(got))
		return
	}
	k.fd, k.side = got.fd, got.side
	if r.tls != nil && k.expect == nil {
		k.end(health.Result{Status: health.L6OK})
		return
	}
	k.l.add(k.fd, k, evInOut)
}

// wayFailed says what a check has seen of a way that did not lead to the server.
func wayFailed(got *reached) health.Result {
	var errno syscall.Errno
	switch {
	case got.step == onTLS:
		return health.Result{Status: health.L6Rsp, Info: "SSL handshake failure"}
	case errors.As(got.err, &errno):
		return health.Result{Status: health.L4Con, Info: Strerror(errno)}
	}
	return health.Result{Status: health.L4Con, Info: got.err.Error()}
}

func (k *checker) onEvent(ev uint32) {
	if k.fd < 0 {
		return
	}
	if !k.sent {
		if e := socketError(k.fd); e != 0 {
			k.end(health.Result{Status: health.L4Con, Info: Strerror(e)})
			return
		}
		if ev&evOutOrErr == 0 {
			return
		}
		if k.header {
			k.header = false
			sysSend(k.fd, checkHeader(k.srv, k.fd))
		}
		if k.expect == nil {
			k.end(health.Result{Status: health.L4OK})
			return
		}
		k.ask()
	}
	k.read()
}

// ask sends the request: it is shorter than any socket's buffer.
func (k *checker) ask() {
	k.sent = true
	k.answerBy = k.m.Connected(time.Now(), k.answerBy)
	k.l.timers.set(&k.timer, k.l.e.at(k.answerBy))
	sysSend(k.fd, k.req)
}

func (k *checker) read() {
	for len(k.answer) < maxAnswer {
		n, e := sysRecv(k.fd, k.l.buf)
		if errors.Is(e, syscall.EAGAIN) {
			return
		}
		if e != 0 && len(k.answer) == 0 {
			k.end(health.Result{Status: health.L4Con, Info: Strerror(e)})
			return
		}
		k.answer = append(k.answer, k.l.buf[:max(n, 0)]...)
		s, code, info := k.expect.Judge(k.answer, n <= 0)
		if s != health.Unknown {
			k.end(health.Result{Status: s, Code: code, Info: info})
			return
		}
		if n <= 0 {
			break
		}
	}
	s, code, info := k.expect.Judge(k.answer, true)
	k.end(health.Result{Status: s, Code: code, Info: info})
}

// drop closes the check's socket with a reset: the server has no use for a TIME_WAIT.
func (k *checker) drop() {
	if k.way != nil {
		k.way.giveUp()
		k.way = nil
	}
	if k.fd >= 0 {
		if k.fd < len(k.l.slots) && k.l.slots[k.fd].h == handler(k) {
			k.l.forget(k.fd)
		}
		if k.side != nil {
			k.side.leave()
			k.side = nil
		}
		setReset(k.fd)
		sysClose(k.fd)
		k.fd = -1
	}
}

// stop ends the checks.
func (k *checker) stop() {
	k.drop()
	k.l.timers.remove(&k.timer)
}

// run starts the checks again after a pause.
func (k *checker) run() {
	if k.fd < 0 && k.way == nil {
		k.l.timers.set(&k.timer, k.l.now+1)
	}
}

// end reports a check and plans the next.
func (k *checker) end(r health.Result) {
	k.drop()
	now := time.Now()
	r.Duration = now.Sub(k.begun)
	spread := 0.0
	if pct := k.l.e.cfg.Global.SpreadChecks; pct > 0 {
		spread = float64(pct) / 100 * (1 - 2*k.rng.Float64())
	}
	if k.idle() {
		return
	}
	k.srv.checked(now, r, spread, k.l)
	k.l.timers.set(&k.timer, k.l.e.at(k.m.Next()))
}
