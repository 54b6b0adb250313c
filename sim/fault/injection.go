package fault

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"simulacro/sim"
)

// ErrNotSeen means that a fault was injected, or recovered, and nothing in the cluster told of it in time.
var ErrNotSeen = errors.New("not seen")

// ErrOrder means that a step was asked for out of its legal order.
var ErrOrder = errors.New("out of order")

// Phase is how far an injection has come.
type Phase string

// The phases, in their order. From every phase after New, Recover is legal: whatever happened must be undone.
const (
	Fresh      Phase = "new"
	Planned    Phase = "planned"
	Injected   Phase = "injected"
	Effective  Phase = "effective"
	Recovering Phase = "recovering"
	Recovered  Phase = "recovered"
)

// Injection is one fault on one target. Not safe for use by several goroutines at once.
type Injection struct {
	kind   Kind
	site   *Site
	id     string
	ledger *Ledger
	emit   func(sim.Event)
	phase  Phase
	effect time.Time
	stop   func() error  // ends the kind's Hold and gives what became of it; nil where none goes on
	over   chan struct{} // closed when it has ended by itself or was ended
	seen   chan struct{} // closed when something of it was seen
}

// New checks the kind, the target and the parameters. emit gets every step as an event.
func New(env Env, kind, id string, node sim.Node, params map[string]string, led *Ledger, emit func(sim.Event)) (*Injection, error) {
	k, err := Find(kind)
	if err != nil {
		return nil, err
	}
	return k.On(env, id, node, params, led, emit)
}

// On is New for a kind that is at hand, such as one that a test has sabotaged.
func (k Kind) On(env Env, id string, node sim.Node, params map[string]string, led *Ledger, emit func(sim.Event)) (*Injection, error) {
	site, err := k.site(env, node, params)
	if err != nil {
		return nil, err
	}
	return &Injection{kind: k, site: site, id: id, ledger: led, emit: emit, phase: Fresh}, nil
}

// Target is the node that is hit.
func (i *Injection) Target() string { return i.site.Node.Name }

// EffectAt is when the look had ended that saw the effect first; zero before AwaitEffect. The time for which a fault is held counts
// from then, as the windows of expectations do: a look at what does not answer takes a second and more.
func (i *Injection) EffectAt() time.Time { return i.effect }

// Phase tells how far it has come.
func (i *Injection) Phase() Phase { return i.phase }

// Plan makes sure that the effect is not there already, which would prove nothing, saves what the recovery needs, and
// writes the undo to the ledger.
func (i *Injection) Plan(ctx context.Context) error {
	if err := i.from("plan", Fresh); err != nil {
		return err
	}
	seen, err := i.kind.Effect(ctx, i.site)
	if err != nil {
		return i.failed("plan", err)
	}
	if seen.OK {
		return i.failed("plan", fmt.Errorf("the effect is there before the fault: %s", seen.Evidence))
	}
	if i.kind.Save != nil {
		if err := i.kind.Save(ctx, i.site); err != nil {
			return i.failed("plan", err)
		}
	}
	if err := i.ledger.Planned(i.entry()); err != nil {
		return i.failed("plan", err)
	}
	i.phase = Planned
	i.tell(time.Now(), sim.StepPlanned, "")
	return nil
}

// Inject breaks it. Its event bears the time at which it began: from then on things may be broken.
func (i *Injection) Inject(ctx context.Context) error {
	if err := i.from("inject", Planned); err != nil {
		return err
	}
	i.phase = Injected // also if it fails: half of it may have happened
	began := time.Now()
	if err := i.kind.Inject(ctx, i.site); err != nil {
		return i.failed("inject", err)
	}
	i.tell(began, sim.StepInjected, "")
	return nil
}

// AwaitEffect waits until the effect is seen. Its event bears the times at which the look began and ended that saw it.
func (i *Injection) AwaitEffect(ctx context.Context) error {
	if err := i.from("await the effect", Injected); err != nil {
		return err
	}
	at, evidence, err := i.await(ctx, i.kind.Effect)
	if err != nil {
		return i.failed("effect", err)
	}
	i.phase, i.effect = Effective, time.Now()
	i.tellSeen(at, sim.StepEffect, evidence)
	i.hold(ctx)
	return nil
}

// hold lets the kind's Hold go on in the background, until Release or ctx ends.
func (i *Injection) hold(ctx context.Context) {
	if i.kind.Hold == nil {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	var err error
	saw := false
	i.over, i.seen = make(chan struct{}), make(chan struct{})
	go func() {
		defer close(i.over)
		err = i.kind.Hold(ctx, i.site, func(evidence string) {
			i.tell(time.Now(), sim.StepHeld, evidence)
			if !saw {
				close(i.seen)
			}
			saw = true
		})
		if ctx.Err() != nil { // an order that was under way when it was to end is no failure
			err = nil
		}
		if err == nil && !saw {
			err = fmt.Errorf("%w: nothing of it happened while it was held", ErrNotSeen)
		}
	}()
	i.stop = func() error { cancel(); <-i.over; return err }
}

// Release ends what goes on while the fault is held, and waits for it. Recover does so first; who gives an injection up before
// it is recovered must call it. It may be called at any time.
func (i *Injection) Release() error {
	if i.stop == nil {
		return nil
	}
	err := i.stop()
	i.stop = nil
	return err
}

// awaitHeld gives what goes on while the fault is held its time: a machine that is busy boots a node later than the scenario's
// author thought, and a recovery would end what was to be seen.
func (i *Injection) awaitHeld(ctx context.Context) {
	if i.stop == nil {
		return
	}
	select {
	case <-i.seen:
	case <-i.over:
	case <-time.After(i.wait()):
	case <-ctx.Done():
	}
}

// wait is how long the effect, the recovery and what happens between them are waited for.
func (i *Injection) wait() time.Duration {
	return cmp.Or(i.kind.Wait, DefaultWait)
}

// Recover mends it. It may be asked for again where it failed.
func (i *Injection) Recover(ctx context.Context) error {
	if err := i.from("recover", Planned, Injected, Effective, Recovering); err != nil {
		return err
	}
	i.phase = Recovering
	i.awaitHeld(ctx)
	i.tell(time.Now(), sim.StepRecover, "")
	if err := i.Release(); err != nil { // which is no reason not to mend
		i.tell(time.Now(), sim.StepFailed, "hold: "+err.Error())
	}
	if err := i.kind.Recover(ctx, i.site); err != nil {
		return i.failed("recover", err)
	}
	return nil
}

// AwaitRecovery waits until the recovery is seen, and takes the undo out of the ledger.
func (i *Injection) AwaitRecovery(ctx context.Context) error {
	if err := i.from("await the recovery", Recovering); err != nil {
		return err
	}
	at, evidence, err := i.await(ctx, i.kind.Recovered)
	if err != nil {
		return i.failed("recovery", err)
	}
	if err := i.ledger.Done(i.entry().Key()); err != nil {
		return i.failed("recovery", err)
	}
	i.phase = Recovered
	i.tellSeen(at, sim.StepRecovered, evidence)
	return nil
}

// await polls a probe until it sees what it looks for. A probe that cannot look is asked again: the node it looks from
// may be on its way.
func (i *Injection) await(ctx context.Context, probe func(context.Context, *Site) (Seen, error)) (time.Time, string, error) {
	ctx, cancel := context.WithTimeout(ctx, i.wait())
	defer cancel()
	start, last := time.Now(), "no look was finished"
	for {
		began := time.Now()
		seen, err := probe(ctx, i.site)
		switch {
		case err == nil && seen.OK:
			return began, seen.Evidence, nil
		case err == nil:
			last = seen.Evidence
		case ctx.Err() == nil:
			last = err.Error()
		}
		select {
		case <-ctx.Done():
			return began, "", fmt.Errorf("%w within %v: %s", ErrNotSeen, time.Since(start).Round(100*time.Millisecond), last)
		case <-time.After(pollEvery):
		}
	}
}

// from is the state machine: an action is legal from some phases only.
func (i *Injection) from(action string, legal ...Phase) error {
	for _, p := range legal {
		if i.phase == p {
			return nil
		}
	}
	return fmt.Errorf("%w: %s %s on %s: it is %s", ErrOrder, action, i.kind.Name, i.site.Node.Name, i.phase)
}

func (i *Injection) failed(action string, err error) error {
	i.tell(time.Now(), sim.StepFailed, action+": "+err.Error())
	return fmt.Errorf("%s on %s: %s: %w", i.kind.Name, i.site.Node.Name, action, err)
}

func (i *Injection) tell(at time.Time, step, evidence string) { i.send(at, i.step(step, evidence)) }

// tellSeen tells of what a look saw that ends now.
func (i *Injection) tellSeen(began time.Time, step, evidence string) {
	s := i.step(step, evidence)
	s.Seen = time.Now().UTC()
	i.send(began, s)
}

func (i *Injection) step(step, evidence string) *sim.FaultStep {
	return &sim.FaultStep{ID: i.id, Kind: i.kind.Name, Target: i.site.Node.Name, Step: step, Evidence: evidence}
}

func (i *Injection) send(at time.Time, s *sim.FaultStep) {
	i.emit(sim.Event{At: at.UTC(), Kind: sim.KindFault, Node: i.site.Node.Name, Fault: s})
}

func (i *Injection) entry() Entry {
	return Entry{ID: i.id, Kind: i.kind.Name, Node: i.site.Node.Name, Params: i.site.Params, Saved: i.site.Saved}
}
