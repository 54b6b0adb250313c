package run

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"simulacro/sim"
	"simulacro/sim/fault"
)

// furnish gives the nodes what the scenario wants of them besides haproxy.cfg: their limits, and the client its addresses.
func (p *play) furnish(ctx context.Context) error {
	for _, l := range p.scenario.Cluster.Limits {
		node, err := p.plan.Node(l.Node)
		if err != nil {
			return err
		}
		if err := p.change(ctx, fault.NodeLimits, node, map[string]string{
			"cpu": strconv.FormatFloat(l.CPU, 'g', -1, 64), "memory": strconv.FormatInt(l.Memory, 10)}); err != nil {
			return err
		}
	}
	sources := p.plan.Sources(p.scenario.Load.Sources)
	if len(sources) < 2 {
		return nil
	}
	client, err := p.plan.Node("client")
	if err != nil {
		return err
	}
	return p.change(ctx, fault.ClientAddresses, client, map[string]string{"addresses": strings.Join(sources[1:], " ")}) // the first is its own
}

// change makes a change that is no fault, and whose undo is in the ledger like a fault's.
func (p *play) change(ctx context.Context, kind string, node sim.Node, params map[string]string) error {
	c, err := fault.New(p.env, kind, kind+" of "+p.scenario.Name, node, params, p.ledger, func(sim.Event) {})
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	for _, step := range []func(context.Context) error{c.Plan, c.Inject, c.AwaitEffect} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}
