package engine

import "sync/atomic"

// Pace is something that begins at clients, and whose rate may be limited.
type Pace int

// What the limits of the process are of (section 3.2: maxconnrate, maxsessrate, maxsslrate).
const (
	Connections Pace = iota
	Sessions
	TLSSessions
	paces
)

// pacing counts how often each begins, against its limit. The engine's mutex guards the rates.
type pacing struct {
	rates  [paces]rate
	limits [paces]atomic.Int64 // a second; 0: none
}

// SetRateLimit changes how many may begin in a second; 0: any number.
func (e *Engine) SetRateLimit(what Pace, n int) {
	e.pace.limits[what].Store(int64(n))
	for _, p := range e.proxies {
		p.wakeAcceptors()
	}
}

// tooSoon gives how many ms a listener has to wait before it may accept; 0: none.
func (e *Engine) tooSoon(now int64, overTLS bool) (wait int64) {
	for what := range paces {
		limit := e.pace.limits[what].Load()
		if limit == 0 || what == TLSSessions && !overTLS {
			continue
		}
		e.mu.Lock()
		wait = max(wait, e.pace.rates[what].untilBelow(limit, now))
		e.mu.Unlock()
	}
	return wait
}

// tooSoon is the same for one frontend (section 4.2, "rate-limit sessions").
func (p *proxy) tooSoon(now int64) int64 {
	limit := int64(p.cfg.RateLimit)
	if limit == 0 {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.front.rate.untilBelow(limit, now)
}

// untilBelow gives how many ms it takes until less than limit has happened in a second; 0: it has.
func (r *rate) untilBelow(limit, now int64) int64 {
	if over := int64(r.read(now)) - limit; over >= 0 {
		return max(over*1000/limit, 1)
	}
	return 0
}

// count notes that one has begun.
func (e *Engine) count(what Pace, now int64) {
	e.mu.Lock()
	e.pace.rates[what].add(now, 1)
	e.mu.Unlock()
}

// tooSoon tells whether the acceptor has to wait because of the process's rates, or of its frontend's; it is called again when that is
// over.
func (a *acceptor) tooSoon() bool {
	wait := max(a.l.e.tooSoon(a.l.now, a.li.overTLS()), a.li.p.tooSoon(a.l.now))
	if wait > 0 {
		a.l.timers.set(&a.timer, a.l.now+wait)
	}
	return wait > 0
}

func (a *acceptor) expire() { a.run() }
