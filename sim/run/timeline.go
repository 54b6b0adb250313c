package run

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"simulacro/sim"
	"simulacro/sim/fault"
)

// timeline plays the scenario's steps, each at its time.
type timeline struct {
	play    *play
	start   time.Time
	over    chan struct{} // closed when the load is over
	moments map[string]*moment
	wg      sync.WaitGroup
	bounded sync.WaitGroup // the steps that end by themselves

	mu   sync.Mutex
	errs []error
	open int // faults without an end
}

// moment is something that a later step may follow; it happens, or it is known that it will not.
type moment struct {
	once  sync.Once
	known chan struct{}
	at    time.Time
	never bool
}

func (m *moment) happens(at time.Time) { m.once.Do(func() { m.at = at; close(m.known) }) }
func (m *moment) isNever()             { m.once.Do(func() { m.never = true; close(m.known) }) }

// stepsOfFault are the moments of a fault in their order; those of an action are one.
var stepsOfFault = []string{sim.StepPlanned, sim.StepInjected, sim.StepEffect, sim.StepRecover, sim.StepRecovered}

func newTimeline(p *play, start time.Time) *timeline {
	t := &timeline{play: p, start: start, over: make(chan struct{}), moments: map[string]*moment{}}
	for _, s := range p.scenario.Timeline {
		names := stepsOfFault
		if s.Action != nil {
			names = []string{sim.ActionEnd}
		}
		for _, n := range names {
			t.moments[s.Name()+"/"+n] = &moment{known: make(chan struct{})}
		}
	}
	return t
}

// begin starts a goroutine for each step.
func (t *timeline) begin(ctx context.Context) {
	for _, s := range t.play.scenario.Timeline {
		endless := s.Fault != nil && s.Fault.For == 0
		if endless {
			t.open++
		} else {
			t.bounded.Add(1)
		}
		effect := sync.OnceFunc(func() {})
		if endless { // the effect of a fault without an end must be seen before the load may settle
			t.bounded.Add(1)
			effect = sync.OnceFunc(t.bounded.Done)
		}
		t.wg.Go(func() {
			defer effect()
			if !endless {
				defer t.bounded.Done()
			}
			if err := t.step(ctx, s, effect); err != nil {
				t.mu.Lock()
				defer t.mu.Unlock()
				t.errs = append(t.errs, err)
			}
		})
	}
}

// awaitBounded waits until every step has ended but the faults without an end, of which the effect was seen.
func (t *timeline) awaitBounded(context.Context) { t.bounded.Wait() }

func (t *timeline) allEnded() bool { return t.open == 0 }

// loadOver lets the faults without an end recover.
func (t *timeline) loadOver() { close(t.over) }

// wait waits for every step; the error joins theirs.
func (t *timeline) wait() error {
	t.wg.Wait()
	return errors.Join(t.errs...)
}

func (t *timeline) step(ctx context.Context, s sim.Step, effect func()) error {
	// Whatever did not happen by the end never will: nobody waits for it any longer.
	defer func() {
		for _, n := range append([]string{sim.ActionEnd}, stepsOfFault...) {
			if m := t.moments[s.Name()+"/"+n]; m != nil {
				m.isNever()
			}
		}
	}()
	if err := t.await(ctx, s.When); err != nil {
		return fmt.Errorf("%s: %w", s.Name(), err)
	}
	if s.Fault != nil && s.Fault.Follows != "" { // at its time, or as soon as the time before is over
		if err := t.await(ctx, sim.When{After: s.Fault.Follows, Step: sim.StepRecovered}); err != nil {
			return fmt.Errorf("%s: %w", s.Name(), err)
		}
	}
	if s.Action != nil {
		return t.act(ctx, s.Action)
	}
	return t.disturb(ctx, s.Fault, effect)
}

// await waits for a step's time.
func (t *timeline) await(ctx context.Context, w sim.When) error {
	from := t.start
	if w.After != "" {
		m := t.moments[w.After+"/"+w.Step]
		if m == nil {
			return fmt.Errorf("there is no moment %s of %s", w.Step, w.After)
		}
		select {
		case <-m.known:
		case <-ctx.Done():
			return ctx.Err()
		}
		if m.never {
			return fmt.Errorf("it was to follow %s of %s, which did not happen", w.Step, w.After)
		}
		from = m.at
	}
	return sleepUntil(ctx, from.Add(w.At))
}

// act runs an operator's command.
func (t *timeline) act(ctx context.Context, a *sim.Action) error {
	t.play.say(a.Say)
	began := time.Now()
	command := t.play.plan.Rewrite(a.Run)
	var stdout, stderr opening
	code, err := t.play.cluster.Stream(ctx, a.Node, &stdout, &stderr, "sh", "-c", command)
	if err != nil {
		return fmt.Errorf("action %s: %w", a.Name, err)
	}
	ended := time.Now()
	t.play.emit(sim.Event{At: ended.UTC(), Kind: sim.KindAction, Node: a.Node, Action: &sim.ActionDone{ID: a.Name, Command: command,
		Output: sim.Output{Code: code, Stdout: stdout.text(), Stderr: stderr.text()}, Took: ended.Sub(began), Cut: stdout.cut || stderr.cut}})
	t.moments[a.Name+"/"+sim.ActionEnd].happens(ended)
	return nil
}

// disturb takes a fault through its life on all its targets together. Once it is planned it is always recovered here, and
// if even that fails, by what the run mends at its end.
func (t *timeline) disturb(ctx context.Context, f *sim.Fault, effect func()) error {
	injections, err := t.injections(f)
	if err != nil {
		return err
	}
	defer release(injections)
	t.play.say(f.Say)
	err = t.until(ctx, f, injections)
	effect()
	if err == nil {
		err = t.hold(ctx, f, lastEffect(injections))
	}
	if ctx.Err() != nil {
		return ctx.Err() // the run's end mends from the ledger
	}
	t.moments[f.Name+"/"+sim.StepRecover].happens(time.Now())
	mend := []func(*fault.Injection) error{
		func(i *fault.Injection) error { return i.Recover(ctx) },
		func(i *fault.Injection) error { return i.AwaitRecovery(ctx) },
	}
	for _, step := range mend {
		if mendErr := together(planned(injections), step); mendErr != nil {
			return errors.Join(err, mendErr)
		}
	}
	t.moments[f.Name+"/"+sim.StepRecovered].happens(time.Now())
	return err
}

// release ends what faults that were given up still do; a fault that was recovered does nothing any more.
func release(all []*fault.Injection) {
	for _, i := range all {
		_ = i.Release() // why it was given up is told already
	}
}

func (t *timeline) injections(f *sim.Fault) ([]*fault.Injection, error) {
	inject := t.play.opt.Faults
	if inject == nil {
		inject = fault.New
	}
	params := map[string]string{}
	for k, v := range f.Params {
		params[k] = t.play.plan.Rewrite(v)
	}
	var all []*fault.Injection
	if len(f.Targets) == 0 {
		return nil, fmt.Errorf("fault %s: there is no node left to draw", f.Name)
	}
	for _, name := range f.Targets {
		node, err := t.play.plan.Node(name)
		if err != nil {
			return nil, fmt.Errorf("fault %s: %w", f.Name, err)
		}
		i, err := inject(t.play.env, f.Kind, f.Name, node, params, t.play.ledger, t.play.emit)
		if err != nil {
			return nil, fmt.Errorf("fault %s: %w", f.Name, err)
		}
		all = append(all, i)
	}
	return all, nil
}

// until takes the injections to their effect: all planned before the first is injected.
func (t *timeline) until(ctx context.Context, f *sim.Fault, all []*fault.Injection) error {
	for _, step := range []struct {
		moment string
		do     func(*fault.Injection) error
	}{
		{sim.StepPlanned, func(i *fault.Injection) error { return i.Plan(ctx) }},
		{sim.StepInjected, func(i *fault.Injection) error { return i.Inject(ctx) }},
		{sim.StepEffect, func(i *fault.Injection) error { return i.AwaitEffect(ctx) }},
	} {
		if err := together(all, step.do); err != nil {
			return err
		}
		at := time.Now()
		if step.moment == sim.StepEffect {
			at = lastEffect(all)
		}
		t.moments[f.Name+"/"+step.moment].happens(at)
	}
	return nil
}

// lastEffect is when the effect was there on every target.
func lastEffect(all []*fault.Injection) (last time.Time) {
	for _, i := range all {
		if at := i.EffectAt(); at.After(last) {
			last = at
		}
	}
	return last
}

// hold lets the fault be, for its time since its effect or until the load is over.
func (t *timeline) hold(ctx context.Context, f *sim.Fault, effect time.Time) error {
	if f.For > 0 {
		return sleepUntil(ctx, effect.Add(f.For))
	}
	select {
	case <-t.over:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// planned are the injections that owe an undo.
func planned(all []*fault.Injection) (some []*fault.Injection) {
	for _, i := range all {
		if i.Phase() != fault.Fresh {
			some = append(some, i)
		}
	}
	return some
}

// together does one step of all injections at once and joins their errors.
func together(all []*fault.Injection, step func(*fault.Injection) error) error {
	errs := make([]error, len(all))
	var wg sync.WaitGroup
	for n, i := range all {
		wg.Go(func() { errs[n] = step(i) })
	}
	wg.Wait()
	return errors.Join(errs...)
}
