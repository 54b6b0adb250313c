package run

import (
	"context"
	"fmt"
	"sync"
	"time"

	"simulacro/sim"
)

// watch starts the observers: the director's statistics and log, from inside its node, and what the engine reports of
// the containers. They end with ctx; the group waits for them.
func (p *play) watch(ctx context.Context) *sync.WaitGroup {
	var wg sync.WaitGroup
	wg.Go(func() { p.watchDirector(ctx) })
	wg.Go(func() {
		for e := range p.cluster.Events(ctx) {
			p.emit(e)
		}
	})
	return &wg
}

// watchAgain is the pause before an observer that ended is started again: its node may have been killed as a fault.
const watchAgain = 200 * time.Millisecond

func (p *play) watchDirector(ctx context.Context) {
	for ctx.Err() == nil {
		out := &feed{emit: p.emit}
		code, err := p.cluster.Stream(ctx, p.director.Name, out, nil, "simulacro", "observe", "--node", p.director.Name)
		if ctx.Err() != nil {
			return
		}
		why := fmt.Sprintf("code %d", code)
		if err != nil {
			why = err.Error()
		}
		p.emit(sim.Event{At: time.Now().UTC(), Kind: sim.KindLog, Node: p.director.Name, Text: "observer: ended: " + why})
		_ = sleepUntil(ctx, time.Now().Add(watchAgain))
	}
}

// live tells once a second how the load goes, until stop is called.
func (p *play) live(start time.Time) (stop func()) {
	if p.opt.Live == nil {
		return func() {}
	}
	quit := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		before, _ := p.board.tally()
		warm := p.board.failures()
		length := newSchedule(p.scenario, p.plan, p.opt.Lang).end.At
		for {
			select {
			case <-quit:
				return
			case now := <-tick.C:
				counts, _ := p.board.tally()
				p.opt.Live(Live{Since: now.Sub(start), Length: length, Target: wanted(p.scenario.Load, now.Sub(start)), Counts: less(counts, before),
					Failed: p.board.failures() - warm, Servers: p.board.shown(p.servers())})
				before = counts
			}
		}
	})
	return func() { close(quit); wg.Wait() }
}

// wanted is the rate that is to be sent at a time of the judged load.
func wanted(l sim.Load, since time.Duration) float64 {
	for _, st := range l.Steps {
		if since < st.For || st.For == 0 {
			return st.Rate
		}
		since -= st.For
	}
	return l.Rate
}

func less(now, before map[string]int64) map[string]int64 {
	d := map[string]int64{}
	for k, v := range now {
		if n := v - before[k]; n > 0 {
			d[k] = n
		}
	}
	return d
}

func (p *play) servers() []string {
	var names []string
	for _, n := range p.plan.Nodes() {
		if n.Role == sim.Server {
			names = append(names, n.Name)
		}
	}
	return names
}
