package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"simulacro/sim/docker"
	"simulacro/sim/fault"
	"simulacro/sim/run"
)

func newHeal(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "heal",
		Short: "Undo what an interrupted drill left in the cluster",
		Long: `Undoes the faults that a drill noted before it injected them and did not live to undo,
starts nodes that are paused or do not run, and removes cuts of the network. A cluster
that was left half-made is removed. Healing a healthy cluster changes nothing. Where
something was mended, it returns when every node answers again, or after 30 s.`,
		Example: `  simulacro heal && simulacro status`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withRuntime(cmd.Context(), func(rt *docker.Runtime) error {
				did, err := a.heal(cmd, rt)
				if a.json() {
					return firstError(err, func() error { return a.printJSON(map[string]any{"did": append([]string{}, did...)}) }, nil)
				}
				for _, d := range did {
					fmt.Fprintln(a.stdout, d)
				}
				if err == nil && len(did) == 0 {
					a.say("nothing to heal")
				}
				return err
			})
		},
	}
}

// recovery bounds the wait for the service of a cluster that was mended: nodes boot, and the director's checks see them.
const recovery = 30 * time.Second

// awaitService returns when every node answers, or after recovery; then it tells which do not.
func (a *app) awaitService(ctx context.Context, c *docker.Cluster) {
	end := time.Now().Add(recovery)
	for {
		nodes, err := c.Status(ctx)
		nodes = slices.DeleteFunc(nodes, func(n docker.NodeStatus) bool { return n.Health == docker.HealthOK })
		if err != nil || len(nodes) == 0 {
			return
		}
		if time.Now().After(end) {
			for _, n := range nodes {
				a.say("%s: %s after %s", n.Name, n.Health, seconds(recovery))
			}
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (a *app) heal(cmd *cobra.Command, rt *docker.Runtime) ([]string, error) {
	ctx := cmd.Context()
	removed, err := rt.RemoveHalfMade(ctx, a.cluster)
	if err != nil {
		return nil, err
	}
	if removed {
		return []string{"cluster " + a.cluster + " was left half-made: removed"}, nil
	}
	c, err := rt.Find(ctx, a.cluster)
	if errors.Is(err, docker.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	// The ledger first: it is what tells that a drill is under way, which must not be mended from under it. What it cannot undo
	// because a node lies dead or cut off, it can after the repair.
	did, owed := run.Heal(ctx, c)
	if errors.Is(owed, fault.ErrBusy) {
		return did, fmt.Errorf("cluster %s: %w: stop it first", a.cluster, owed)
	}
	repaired, err := c.Repair(ctx)
	did = append(did, repaired...)
	if err == nil && owed != nil {
		var more []string
		more, err = run.Heal(ctx, c)
		did = append(did, more...)
	}
	if err == nil && len(did) > 0 {
		a.awaitService(ctx, c)
	}
	return did, err
}
