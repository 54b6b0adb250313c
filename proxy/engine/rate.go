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

// idleMeter measures what part of a second a loop sleeps. The loop writes it, and anybody asks.
type idleMeter struct {
	from   int64 // ms, start of the second
	sum    time.Duration
	pct    atomic.Int32 // of the second before
	asleep atomic.Int64 // ms, since when the loop sleeps; 0: it does not
}

// sleeps notes that the loop begins to sleep, woke for how long it has slept.
func (m *idleMeter) sleeps(now int64) { m.asleep.Store(now) }

func (m *idleMeter) woke(slept time.Duration) {
	m.asleep.Store(0)
	m.sum += slept
}

// turn is called once a round, also by a loop that has too much to do and never sleeps. It tells whether a second is over.
func (m *idleMeter) turn(now int64) bool {
	all := ms(now - m.from)
	if all < time.Second {
		return false
	}
	m.pct.Store(int32(100 * min(m.sum, all) / all))
	m.from, m.sum = now, 0
	return true
}

// read gives the percentage, also of a loop that nothing has woken for a while.
func (m *idleMeter) read(now int64) int {
	if since := m.asleep.Load(); since > 0 && now-since >= 1000 {
		return 100
	}
	return int(m.pct.Load())
}
