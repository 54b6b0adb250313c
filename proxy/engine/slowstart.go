package engine

// fullShare is the share of a server that has its whole weight, in sixteenths.
const fullShare = 16

// warmer gives a server that has come up its share little by little (section 5.2, "slowstart").
type warmer struct {
	l     *loop
	s     *server
	timer timer
}

// ramp sets the share of the weight that counts now; rises says that the server comes up just now. HAProxy reckons in whole seconds. The
// backend is locked.
func (s *server) ramp(now int64, rises bool) {
	slow := (s.cfg.SlowStart.Milliseconds() + 999) / 1000
	if slow == 0 {
		return
	}
	if rises && s.be.e.clock() > 0 && len(s.be.e.loops) > 0 {
		s.starting, s.since = true, now
		s.warmUp()
	}
	s.Share = 0
	if !s.starting {
		return
	}
	passed := s.be.e.wall(now).Unix() - s.be.e.wall(s.since).Unix()
	if passed >= slow {
		s.starting = false
		return
	}
	s.Share = int((fullShare*passed + slow) / slow)
}

// warmUp has a loop look at a starting server from time to time.
func (s *server) warmUp() {
	if s.warm == nil {
		s.warm = &warmer{s: s, l: s.be.e.loops[0]}
		s.warm.timer = timer{owner: s.warm, due: never}
	}
	w := s.warm
	w.l.post(task(func() { w.l.timers.set(&w.timer, w.l.now+w.step()) }))
}

// warmSaved goes on with those that an earlier process has left starting.
func (e *Engine) warmSaved() {
	for _, p := range e.proxies {
		for _, s := range p.servers {
			if s.starting {
				s.warmUp()
			}
		}
	}
}

// throttle is the percentage of its share that a starting server has.
func (s *server) throttle(now int64) int {
	slow := (s.cfg.SlowStart.Milliseconds() + 999) / 1000
	passed := s.be.e.wall(now).Unix() - s.be.e.wall(s.since).Unix()
	return int(min(100, 100*max(1, passed)/max(1, slow)))
}

// share is the percentage that the statistics show of a starting server: of its weight, as it counts since the last look.
func (s *server) share() int {
	if s.Share == 0 {
		return 100
	}
	whole := fullShare * s.uweight
	return (100*s.uweight*s.Share + fullShare - 1) / whole
}

// shown is the weight that the statistics show: rounded up.
func (s *server) shown() int { return s.shareOf(s.Weight) }

// ready is what shown would be were the server neither drained nor stopping.
func (s *server) ready() int { return s.shareOf(s.uweight) }

func (s *server) shareOf(weight int) int {
	if s.Share == 0 {
		return weight
	}
	return (weight*s.Share + fullShare - 1) / fullShare
}

// step is the time between two looks at a starting server.
func (w *warmer) step() int64 { return max(1000, w.s.cfg.SlowStart.Milliseconds()/20) }

func (w *warmer) expire() {
	s := w.s
	p := s.be
	p.mu.Lock()
	s.update(w.l.now)
	woken := p.admitAll(s)
	more := s.starting
	p.mu.Unlock()
	p.tell(w.l, woken, nil)
	if more {
		w.l.timers.set(&w.timer, w.l.now+w.step())
	}
}
