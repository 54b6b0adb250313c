package run

import (
	"context"
	"fmt"

	"simulacro/sim"
	"simulacro/sim/docker"
	"simulacro/sim/fault"
)

// mendLeftovers undoes what a killed run left, before it can be taken for this run's doing: its load goes on without it.
func (p *play) mendLeftovers(ctx context.Context) error {
	for _, n := range p.plan.Nodes() {
		if n.Role != sim.Director && n.Role != sim.Client {
			continue
		}
		// A node that does not run has no helpers; what it is off for is for the ledger, or for the steady state, to tell.
		if ended, err := p.cluster.Exec(ctx, n.Name, "pkill", "-TERM", "-f", helpers); err == nil && ended.Code == 0 {
			p.tell(textEvent("left by a run before: " + n.Name + " still ran a helper of it: ended"))
		}
	}
	if len(p.ledger.Owed()) == 0 {
		return nil
	}
	if err := fault.Heal(ctx, p.env, p.ledger, func(what string) { p.tell(textEvent("left by a run before: " + what)) }); err != nil {
		return fmt.Errorf("mend what a run before left: %w", err)
	}
	return nil
}

// helpers matches the processes that a run has in the nodes, but for its agents: this run's are among those.
var helpers = docker.HelperPattern("load", "observe")
