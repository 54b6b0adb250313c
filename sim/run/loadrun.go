package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"simulacro/sim"
	"simulacro/sim/load"
)

// loadStart is how long the generator in the client node may take to begin.
const loadStart = 15 * time.Second

// loadShell starts the generator and tells its number first, so that it can be asked to stop and still tell of the
// answers under way and of itself.
const loadShell = `echo "pid $$" >&2; exec simulacro load --spec "$1"`

// loadRun is the generator under way. A scenario without load has one that does nothing.
type loadRun struct {
	play *play
	spec load.Spec
	none bool

	done chan struct{} // closed when the generator has ended
	err  error         // valid after done

	pidKnown chan struct{}
	pid      string
	other    []string // what it said besides events
}

// startLoad starts the generator in the client node.
func (p *play) startLoad(ctx context.Context) (*loadRun, error) {
	l := &loadRun{play: p, done: make(chan struct{}), pidKnown: make(chan struct{})}
	if p.scenario.Load.Rate == 0 {
		l.none = true
		close(l.done)
		return l, nil
	}
	if p.scenario.Warm > 0 {
		p.phase(phaseWarm, time.Now())
	}
	l.spec = p.loadSpec()
	spec, err := json.Marshal(l.spec)
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	go l.run(ctx, string(spec))
	return l, nil
}

// loadSpec translates the scenario's load. Its end is always bounded: by the scenario's limit where nothing else ends it.
func (p *play) loadSpec() load.Spec {
	want := p.scenario.Load.After(p.scenario.Warm)
	length := p.scenario.Limit
	if want.For > 0 {
		length = p.scenario.Warm + want.For
	}
	length = min(length, load.MaxDuration)
	spec := load.Spec{URL: "http://" + p.plan.Entry(want.Forwarded), Count: want.Count, KeepAlive: want.Keepalive,
		Timeout: want.Timeout, Seed: p.opt.Seed, Sources: p.plan.Sources(want.Sources)}
	steps := want.Steps
	if len(steps) == 0 {
		steps = []sim.RateStep{{Rate: want.Rate}}
	}
	for _, st := range steps {
		took := length
		if st.For > 0 {
			took = min(st.For, length)
		}
		if took > 0 {
			spec.Steps = append(spec.Steps, load.Step{Rate: st.Rate, For: took})
		}
		length -= took
	}
	if slices.ContainsFunc(p.scenario.Expect, needsBodies) {
		spec.Bodies = allBodies
	}
	for _, path := range want.Paths {
		spec.Paths = append(spec.Paths, load.Path{Path: path.Path, Weight: path.Weight})
	}
	return spec
}

// allBodies is how many bodies of a path, a status and a server are kept where they are looked at: a page with a clock in it
// differs each second.
const allBodies = 1000

// needsBodies tells whether an expectation looks into bodies.
func needsBodies(e sim.Expectation) bool {
	return e.Page != nil || e.Content != nil && len(e.Content.Ignore) > 0
}

func (l *loadRun) run(ctx context.Context, spec string) {
	defer close(l.done)
	gotPid := sync.OnceFunc(func() { close(l.pidKnown) })
	defer gotPid()
	out := &feed{emit: l.play.emit, other: func(s string) { l.other = append(l.other, s) }}
	said := &feed{emit: func(sim.Event) {}, other: func(s string) {
		if pid, ok := strings.CutPrefix(s, "pid "); ok {
			l.pid = pid
			gotPid()
			return
		}
		l.other = append(l.other, s)
	}}
	code, err := l.play.cluster.Stream(ctx, "client", out, said, "sh", "-c", loadShell, "sh", spec)
	switch {
	case err != nil:
		l.err = fmt.Errorf("load: %w", err)
	case code != 0:
		l.err = fmt.Errorf("load: the generator ended with code %d: %s", code, strings.Join(l.other, "; "))
	}
}

// zero waits for the first request and gives time zero: the start of the judged load.
func (l *loadRun) zero(ctx context.Context) (time.Time, error) {
	if l.none {
		return time.Now(), nil
	}
	select {
	case <-l.play.board.first:
	case <-l.done:
		// A short load may have ended before this looked; only one that sent nothing is a failure.
		select {
		case <-l.play.board.first:
		default:
			return time.Time{}, errors.Join(errors.New("load: no request was sent"), l.err)
		}
	case <-ctx.Done():
		return time.Time{}, ctx.Err()
	case <-time.After(loadStart):
		return time.Time{}, fmt.Errorf("load: the generator did not begin within %v", loadStart)
	}
	start := l.play.board.start().Add(l.play.scenario.Warm)
	return start, sleepUntil(ctx, start)
}

// finish waits for a bounded load to end by itself, or lets it go on for the time to settle and ends it.
func (l *loadRun) finish(ctx context.Context, start time.Time, settle time.Duration) error {
	if l.none {
		return nil
	}
	if want := l.play.scenario.Load; want.Count > 0 || want.For > 0 {
		<-l.done // the generator ends by itself, or with ctx
		return l.err
	}
	select {
	case <-l.done: // too early: that is for the judge to tell by the windows that lack requests
		return l.err
	case <-ctx.Done():
		<-l.done
		return ctx.Err()
	case <-time.After(settle):
	}
	return l.stop()
}

// stop asks the generator to end and waits for the answers under way, which its timeout bounds.
func (l *loadRun) stop() error {
	if l.none {
		return nil
	}
	<-l.pidKnown
	if l.pid != "" {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if _, err := l.play.cluster.Exec(ctx, "client", "kill", "-TERM", l.pid); err != nil {
			l.play.note(fmt.Errorf("load: ask it to stop: %w", err))
		}
	}
	<-l.done
	return l.err
}

// sleepUntil waits until a time; an error means that ctx ended first.
func sleepUntil(ctx context.Context, at time.Time) error {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
