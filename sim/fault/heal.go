package fault

import (
	"context"
	"errors"
	"fmt"
	"time"

	"simulacro/sim"
)

// Heal does all undos that the ledger owes, the last first, and waits for each recovery. It goes on after a failure, so
// that one stubborn fault does not keep the others; what failed stays in the ledger. Undos on a node that is gone are
// settled: there is nothing left to mend. tell, which may be nil, hears of each.
func Heal(ctx context.Context, env Env, led *Ledger, tell func(what string)) error {
	if tell == nil {
		tell = func(string) {}
	}
	var errs []error
	for _, e := range led.Owed() {
		what, err := healOne(ctx, env, led, e)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		tell(what)
	}
	return errors.Join(errs...)
}

func healOne(ctx context.Context, env Env, led *Ledger, e Entry) (string, error) {
	name := fmt.Sprintf("%s (%s on %s)", e.ID, e.Kind, e.Node)
	if st, err := env.State(ctx, e.Node); err != nil {
		return "", fmt.Errorf("heal %s: %w", name, err)
	} else if st == Gone {
		return name + ": the node is gone, nothing to mend", led.Done(e.Key())
	}
	err := mend(ctx, env, led, e, firstLook)
	if errors.Is(err, ErrNotSeen) && ctx.Err() == nil {
		err = mend(ctx, env, led, e, DefaultWait)
	}
	if err != nil {
		return "", fmt.Errorf("heal %s: %w", name, err)
	}
	return name + ": mended", nil
}

// firstLook is how long a first recovery may take before it is done again: the runner may have died while the engine was still
// at work on its last order, such as the stop of a node, and what the recovery found then was not yet what there is to mend.
const firstLook = 3 * time.Second

func mend(ctx context.Context, env Env, led *Ledger, e Entry, patience time.Duration) error {
	i, err := e.resume(env, led)
	if err != nil {
		return err
	}
	if err := i.Recover(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return i.AwaitRecovery(ctx)
}

// resume builds the injection that the entry was written by, as far as its recovery needs it.
func (e Entry) resume(env Env, led *Ledger) (*Injection, error) {
	node, err := env.Plan.Node(e.Node)
	if err != nil {
		return nil, err
	}
	i, err := New(env, e.Kind, e.ID, node, e.Params, led, func(sim.Event) {})
	if err != nil {
		return nil, err
	}
	if e.Saved != nil {
		i.site.Saved = e.Saved
	}
	i.phase = Planned
	return i, nil
}
