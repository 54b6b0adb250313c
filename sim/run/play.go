package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"simulacro/sim"
	"simulacro/sim/fault"
	"simulacro/sim/judge"
)

// Options of Play. The zero value plays without writing anything.
type Options struct {
	// History gets every event as a line of NDJSON, as it comes; nil keeps them in memory only.
	History io.Writer
	// Tell hears of every event but the requests, bodies and samples, and of the load by Live; nil tells nobody.
	Tell func(sim.Event)
	// Hear is told of every event, one at a time; nil tells nobody. It must not block.
	Hear func(sim.Event)
	// Live is told once a second how the load goes; nil tells nobody.
	Live    func(Live)
	Lang    string // of what is for people, "en" or "es"; empty: English
	Seed    int64  // 0 takes the scenario's or, if that is 0 too, the clock's
	Version string
	// Failed is called at the end of a run that did not pass, before the cluster is mended; nil does nothing.
	Failed func(ctx context.Context) error
	// Faults makes the injections; nil means fault.New. Tests put a sabotaged one here.
	Faults func(env fault.Env, kind, id string, node sim.Node, params map[string]string, led *fault.Ledger, emit func(sim.Event)) (*fault.Injection, error)

	ledger *fault.Ledger // the cluster's, where who plays has it; nil: Play opens it
}

// Live is how the load went in the last second.
type Live struct {
	Since   time.Duration    // since the judged load began
	Length  time.Duration    // of the judged load, at least; 0 where it cannot be told
	Target  float64          // requests/s that are to be sent; 0: no load
	Counts  map[string]int64 // requests in the last second by who served them, or how they failed
	Failed  int64            // requests that were not served since the judged load began
	Servers []ServerNow
}

// ServerNow is the director's view of a server.
type ServerNow struct {
	Name   string
	Status string // "" where the statistics have not told of it
}

// Result is what a run left.
type Result struct {
	History sim.History
	Verdict sim.Verdict
}

// The phases of a run, as its History has them.
const (
	phasePrepare = "prepare"
	phaseSteady  = "steady"
	phaseWarm    = "warm"
	phaseLoad    = "load"
	phaseAfter   = "after"
	phaseDone    = "done"
)

// mendTimeout bounds the clean-up after a run that was interrupted.
const mendTimeout = 60 * time.Second

// gatherTimeout bounds what is gathered of the nodes at the end of a run.
const gatherTimeout = 60 * time.Second

// lookTimeout bounds what is gathered of the nodes of a run that was interrupted: who interrupts does not want to wait.
const lookTimeout = 5 * time.Second

// play is one run under way.
type play struct {
	cluster  Cluster
	plan     sim.Plan
	director sim.Node
	scenario *sim.Scenario
	opt      Options
	rec      *sim.Recorder
	board    *board
	ledger   *fault.Ledger
	env      fault.Env
	began    time.Time

	mu sync.Mutex
}

// Play plays a scenario on a cluster that is up, and leaves the cluster as it was. An error means that the run broke off:
// a Result that comes with it holds what was seen until then. A run that went wrong in a way that it can tell is a Result
// whose verdict is inconclusive, without an error.
func Play(ctx context.Context, c Cluster, s *sim.Scenario, opt Options) (*Result, error) {
	if s.Cluster.Servers != c.Spec().Plan.Servers {
		return nil, fmt.Errorf("scenario %s wants %d real servers, cluster %s has %d", s.Name, s.Cluster.Servers, c.Spec().Name, c.Spec().Plan.Servers)
	}
	led, err := opt.ledger, error(nil)
	if led == nil {
		if led, err = openLedger(c.Spec().Name); err != nil {
			return nil, err
		}
	}
	p := &play{cluster: c, plan: c.Spec().Plan, director: c.Spec().Plan.Nodes()[0], scenario: s, opt: opt,
		rec: sim.NewRecorder(opt.History), board: newBoard(), ledger: led, env: faultEnv(c), began: time.Now()}
	err = p.whole(ctx)
	if opt.ledger == nil {
		err = errors.Join(err, led.Close())
	}
	if err != nil {
		return p.broken(err)
	}
	if err := p.rec.Err(); err != nil {
		return nil, fmt.Errorf("write the history: %w", err)
	}
	h := p.rec.History()
	return &Result{History: h, Verdict: Judge(h, p.scenario)}, nil
}

// broken is what a run that went wrong leaves to look at, with its error; nothing where it had not begun.
func (p *play) broken(err error) (*Result, error) {
	h := p.rec.History()
	if h.Run() == nil {
		return nil, err
	}
	v := Judge(h, p.scenario)
	v.Checks = append(v.Checks, sim.Check{Name: "run", Outcome: sim.Inconclusive, Measured: "broken off", Bound: "its end", Reason: err.Error()})
	v.Outcome = sim.Inconclusive
	return &Result{History: h, Verdict: v}, err
}

// Judge is the judge's verdict on a history, with the run's own troubles as checks: a run that says of itself that it
// went wrong cannot pass.
func Judge(h sim.History, s *sim.Scenario) sim.Verdict {
	v := judge.Judge(h, s)
	for _, e := range h {
		if why, ok := troubleOf(e); ok {
			v.Checks = append(v.Checks, sim.Check{Name: "run", Outcome: sim.Inconclusive, Measured: "trouble", Bound: "none", Reason: why})
			v.Outcome = sim.Worst(v.Outcome, sim.Inconclusive)
		}
	}
	return v
}

// whole is the run from its first event to its last. Whatever happens, what was changed is mended.
func (p *play) whole(ctx context.Context) (err error) {
	if err := p.mendLeftovers(ctx); err != nil {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, p.scenario.Limit)
	defer cancel()
	defer func() {
		// Also after Ctrl-C: a fault must not stay because nobody waited for its recovery.
		mend, cancel := context.WithTimeout(context.WithoutCancel(ctx), mendTimeout)
		defer cancel()
		err = errors.Join(err, fault.Heal(mend, p.env, p.ledger, nil))
	}()
	if err := p.prepare(bounded); err != nil {
		return err
	}
	watched, stopWatching := context.WithCancel(bounded)
	watchers := p.watch(watched)
	err = p.perform(bounded)
	stopWatching()
	watchers.Wait()
	switch {
	case ctx.Err() != nil:
		left, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTimeout)
		defer cancel()
		p.collect(left)
		p.files(left)
		return ctx.Err()
	case err != nil && bounded.Err() != nil:
		p.note(fmt.Errorf("the scenario's limit of %v was reached: %w", p.scenario.Limit, err))
	case err != nil:
		p.note(err)
	}
	ctx, cancelGather := context.WithTimeout(ctx, gatherTimeout) // a node that hangs must not hold the run's end up
	defer cancelGather()
	p.collect(ctx)
	p.phase(phaseDone, time.Now())
	if Judge(p.rec.History(), p.scenario).Outcome == sim.Pass {
		return nil
	}
	p.files(ctx)
	if p.opt.Failed != nil {
		return p.opt.Failed(ctx)
	}
	return nil
}

// prepare puts the scenario's haproxy.cfg in place and opens the history.
func (p *play) prepare(ctx context.Context) error {
	seed := p.opt.Seed
	if seed == 0 {
		seed = p.scenario.Seed
	}
	if seed == 0 {
		seed = time.Now().UnixNano()
	}
	p.opt.Seed = seed
	drawn, err := p.scenario.Draw(seed)
	if err != nil {
		return fmt.Errorf("prepare %s: %w", p.scenario.Name, err)
	}
	p.scenario = drawn
	if err := p.furnish(ctx); err != nil {
		return fmt.Errorf("prepare %s: %w", p.scenario.Name, err)
	}
	cfg, err := p.configure(ctx)
	if err != nil {
		return fmt.Errorf("prepare %s: %w", p.scenario.Name, err)
	}
	p.rec.Record(sim.Event{At: p.began.UTC(), Kind: sim.KindRun, Run: &sim.RunInfo{
		Scenario: p.scenario.File, Source: p.scenario.Source, Lang: p.opt.Lang,
		Title: p.scenario.Title.In(p.opt.Lang), Description: p.scenario.Description.In(p.opt.Lang),
		Director: p.cluster.Spec().Director, Seed: seed, Plan: p.plan, HAProxyCfg: cfg, Version: p.opt.Version}})
	p.phase(phasePrepare, time.Now())
	return nil
}

// perform is the part between steady state and steady state.
func (p *play) perform(ctx context.Context) error {
	if p.scenario.Steady > 0 {
		p.phase(phaseSteady, time.Now())
		if err := p.awaitSteady(ctx); err != nil {
			return fmt.Errorf("before the load: %w", err)
		}
	}
	load, err := p.startLoad(ctx)
	if err != nil {
		return err
	}
	start, err := load.zero(ctx)
	if err != nil {
		return errors.Join(err, load.stop())
	}
	p.phase(phaseLoad, start)
	stopLive := p.live(start)
	err = p.judged(ctx, load, start)
	stopLive()
	return err
}

// judged is the load with all that happens under it.
func (p *play) judged(ctx context.Context, load *loadRun, start time.Time) error {
	t := newTimeline(p, start)
	t.begin(ctx)
	t.awaitBounded(ctx) // faults without an end go on until the load is over
	var errs []error
	if p.scenario.Steady > 0 && t.allEnded() && len(p.scenario.Timeline) > 0 && ctx.Err() == nil {
		if err := p.awaitSteady(ctx); err != nil {
			errs = append(errs, fmt.Errorf("after the last step: %w", err))
		}
	}
	errs = append(errs, load.finish(ctx, start, p.scenario.Settle))
	p.phase(phaseAfter, time.Now())
	t.loadOver()
	errs = append(errs, t.wait())
	return errors.Join(errs...)
}
