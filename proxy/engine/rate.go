package engine

import (
	"sync/atomic"
	"time"
)

// rate is how often something happens, over the last second: the count of the second before, faded out, and of this one.
type rate struct {
	from       int64 // ms, start of the second
	curr, prev uint64
	max        int
}

// add counts n events at now.
func (r *rate) add(now int64, n uint64) {
	r.turn(now)
	r.curr += n
	r.max = max(r.max, r.read(now))
}

func (r *rate) turn(now int64) {
	switch d := now - r.from; {
	case d < 1000:
	case d < 2000:
		r.prev, r.curr = r.curr, 0
		r.from += 1000
	default:
		r.prev, r.curr, r.from = 0, 0, now
	}
}

// read gives the events a second.
func (r *rate) read(now int64) int {
	r.turn(now)
	left := uint64(1000 - (now - r.from))
	past := r.prev * left / 1000
	if past == 0 && r.prev > 0 && r.curr == 0 && left > 500 {
		past = 1 // rare events stay visible, as with HAProxy
	}
	return int(past + r.curr)
}

// average is a mean over the last 1024 values (HAProxy's TIME_STATS_SAMPLES), in ms.
type average struct {
	sum uint64
	n   uint64
	max int64
}

const samples = 1024

func (a *average) add(ms int64) {
	if ms < 0 {
		return
	}
	if a.n < samples {
		a.n++
		a.sum += uint64(ms)
	} else {
		a.sum = a.sum - a.sum/samples + uint64(ms)
	}
	a.max = max(a.max, ms)
}

func (a *average) read() time.Duration {
	if a.n == 0 {
		return 0
	}
	return time.Duration(a.sum/a.n) * time.Millisecond
}

func (a *average) longest() time.Duration { return time.Duration(a.max) * time.Millisecond }

// idleMeter measures what part of a second a loop sleeps.
type idleMeter struct {
	from time.Time
	sum  time.Duration
	pct  atomic.Int32
}

func (m *idleMeter) slept(at time.Time, d time.Duration) {
	m.sum += d
	if all := at.Add(d).Sub(m.from); all >= time.Second {
		m.pct.Store(int32(100 * m.sum / all))
		m.from, m.sum = at.Add(d), 0
	}
}
