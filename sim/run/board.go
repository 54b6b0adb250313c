package run

import (
	"fmt"
	"sync"
	"time"

	"simulacro/sim"
	"simulacro/sim/load"
)

// stale is the age at which a sample of the statistics no longer tells how things are.
const stale = time.Second

// board is the newest that is known of a run: what decisions are made on while it goes. Safe for concurrent use.
type board struct {
	mu      sync.Mutex
	states  map[string]sim.ServerStats // of the backends' servers, by node
	sampled time.Time
	first   chan struct{} // closed when the load has begun
	begun   time.Time     // when its first request was due; valid after first
	counts  map[string]int64
	total   int64
	failed  int64
}

func newBoard() *board {
	return &board{states: map[string]sim.ServerStats{}, first: make(chan struct{}), counts: map[string]int64{}}
}

// note takes an event in.
func (b *board) note(e sim.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case e.Stats != nil:
		if e.Stats.Server != "BACKEND" && e.Stats.Server != "FRONTEND" {
			b.states[e.Stats.Server] = *e.Stats
		}
		b.sampled = e.At
	case e.Kind == sim.KindLoad && e.Text == load.Begin:
		b.begun = e.At
		close(b.first)
	case e.Request != nil:
		b.total++
		if !e.Request.OK() {
			b.failed++
		}
		b.counts[outcomeOf(e.Request)]++
	}
}

// outcomeOf sorts a request for a live display: who served it, or how it failed.
func outcomeOf(r *sim.Request) string {
	switch {
	case r.Error != "":
		return r.Error
	case !r.OK():
		return fmt.Sprint(r.Status)
	case r.Server == "":
		return "director"
	}
	return r.Server
}

// start is when the first request was due.
func (b *board) start() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.begun
}

// tally copies the counts of requests by outcome.
func (b *board) tally() (map[string]int64, int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := make(map[string]int64, len(b.counts))
	for k, v := range b.counts {
		c[k] = v
	}
	return c, b.total
}

// shown are the servers' states, for a display.
func (b *board) shown(names []string) (all []ServerNow) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range names {
		all = append(all, ServerNow{n, b.states[n].Status})
	}
	return all
}

// failures is how many requests were not served.
func (b *board) failures() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failed
}

// notUp says why the director's statistics do not have every one of the servers up; "" if they have.
func (b *board) notUp(servers []string, now time.Time) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Sub(b.sampled) > stale {
		return "the director's statistics do not answer"
	}
	for _, name := range servers {
		st, ok := b.states[name]
		switch {
		case !ok:
			return "the director's statistics have no server " + name
		// "UP 1/3" is up but going down, "no check" is up as far as anybody knows.
		case st.Status != "UP" && st.Status != "no check":
			return fmt.Sprintf("the director has %s %s (%s)", name, st.Status, st.CheckStatus)
		}
	}
	return ""
}
