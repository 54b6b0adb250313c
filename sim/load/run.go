package load

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"simulacro/sim"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Begin is the text of the event that Run emits before its first request, which is due at that event's time.
const Begin = "begin"

// Run sends the whole load, or as much of it as ctx allows, waits for the answers under way (at most spec.Timeout), and
// hands each request to emit, one at a time. The summary is returned, not emitted. All concurrency of this package is
// in this function.
func Run(ctx context.Context, spec Spec, emit func(sim.Event)) (sim.LoadSummary, error) {
	if err := spec.Validate(); err != nil {
		return sim.LoadSummary{}, err
	}
	spec = spec.withDefaults()
	clients, err := newClients(spec)
	if err != nil {
		return sim.LoadSummary{}, err
	}
	var (
		rng   = rand.New(rand.NewPCG(uint64(spec.Seed), 0))
		slots = make(chan struct{}, spec.InFlight)
		t     = newTally()
		wg    sync.WaitGroup
		mu    sync.Mutex // around emit, t.done and pages
	)
	pages := newAlbum(spec.Bodies, emit)
	t.start = time.Now()
	emit(sim.Event{At: t.start.UTC(), Kind: sim.KindLoad, Text: Begin})
	for seq := int64(0); ; seq++ {
		after, more := spec.At(seq)
		due := t.start.Add(after)
		if !more || !sleepUntil(ctx, due) {
			break
		}
		path := spec.pick(rng) // also for one that is dropped: the seed gives the same paths to the same numbers
		select {
		case slots <- struct{}{}:
		default:
			t.dropped++
			continue
		}
		t.sent++
		t.pace.note(after, time.Since(t.start))
		wg.Go(func() {
			e, b := request(clients[seq%int64(len(clients))], seq, path, due, spec.Timeout)
			<-slots
			mu.Lock()
			defer mu.Unlock()
			t.done(e.Request)
			pages.note(e.Request, b) // before the request, so that whoever reads knows the body that it names
			emit(e)
		})
	}
	wg.Wait()
	for _, cl := range clients {
		cl.close()
	}
	return t.summary(spec), nil
}

// request sends one and tells what became of it.
func request(cl *client, seq int64, path string, due time.Time, timeout time.Duration) (sim.Event, body) {
	sent := time.Now()
	rep, err := cl.get(path, sent.Add(timeout))
	return sim.Event{At: due.UTC(), Kind: sim.KindRequest, Request: &sim.Request{
		Seq: seq, Path: path, Status: rep.Status, Server: rep.Server, Error: Class(err),
		Latency: time.Since(due), Late: sent.Sub(due), Source: rep.From, Body: rep.hash,
	}}, rep.body
}

// sleepUntil waits until due; false means that ctx ended first.
func sleepUntil(ctx context.Context, due time.Time) bool {
	d := time.Until(due)
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// tally is what the generator knows of itself.
type tally struct {
	start         time.Time
	sent, dropped int64
	pace          pace
	latency       *hdrhistogram.Histogram // microseconds, 10 us to MaxDuration, 3 digits
}

func newTally() *tally {
	return &tally{latency: hdrhistogram.New(1, MaxDuration.Microseconds(), 3)}
}

func (t *tally) done(r *sim.Request) {
	// Only a latency past MaxDuration is out of the histogram's range, and no timeout is that long.
	_ = t.latency.RecordValue(max(r.Latency.Microseconds(), 1))
}

// summary compares the rate that was asked for with the one that was reached, over the requests that were due.
func (t *tally) summary(spec Spec) sim.LoadSummary {
	s := sim.LoadSummary{Sent: t.sent, Dropped: t.dropped,
		P50: t.quantile(50), P99: t.quantile(99), Max: t.quantile(100)}
	due := t.sent + t.dropped
	if due < 2 {
		return s
	}
	// n requests span n-1 intervals.
	planned, _ := spec.At(due - 1)
	s.Target = float64(due-1) / planned.Seconds()
	if t.sent > 1 {
		s.Achieved = float64(t.sent-1) / (planned.Seconds() * max(t.pace.stretch(), 1))
	}
	return s
}

func (t *tally) quantile(q float64) time.Duration {
	return time.Duration(t.latency.ValueAtQuantile(q)) * time.Microsecond
}
