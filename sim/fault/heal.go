package fault

import (
	"context"
	"errors"
	"fmt"

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
	i, err := e.resume(env, led)
	if err != nil {
		return "", fmt.Errorf("heal %s: %w", name, err)
	}
	if err := i.Recover(ctx); err != nil {
		return "", fmt.Errorf("heal %s: %w", name, err)
	}
	if err := i.AwaitRecovery(ctx); err != nil {
		return "", fmt.Errorf("heal %s: %w", name, err)
	}
	return name + ": mended", nil
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
