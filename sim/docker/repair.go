package docker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"simulacro/sim"
)

// FaultTable is the nftables table that the network faults put their rules in, or the beginning of its name (simulacro_delay).
const FaultTable = "simulacro"

// HelperPattern matches, for pkill -f, the processes by which simulacro works in a node under one of the commands.
func HelperPattern(commands ...string) string {
	return "^(/[^ ]*/)?simulacro (" + strings.Join(commands, "|") + ")( |$)"
}

// drillHelpers matches what a drill runs in the nodes beside its cause: a process that was killed on the host cannot end them,
// and some would go on for ever where the engine does not tell them of its death.
var drillHelpers = HelperPattern("load", "observe", AgentCommand)

// Repair mends what a crash may leave in a cluster and no ledger is needed for: nodes that are paused or do not run, cuts of
// the network, helpers of a drill that still run. It says what it did.
func (c *Cluster) Repair(ctx context.Context) (did []string, err error) {
	var mu sync.Mutex
	tell := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		did = append(did, fmt.Sprintf(format, args...))
	}
	err = all(ctx, c.spec.Plan.Nodes(), func(ctx context.Context, n sim.Node) error {
		state, err := c.State(ctx, n.Name)
		if err != nil {
			return err
		}
		if state != StateRunning {
			if err := c.revive(ctx, n.Name); err != nil {
				return err
			}
			tell("%s was %s: started", n.Name, state)
			if state == StateExited {
				return nil // its rules are gone with its network namespace
			}
		}
		cut, err := c.uncut(ctx, n.Name)
		if cut {
			tell("%s had its network cut: rules removed", n.Name)
		}
		if err != nil {
			return err
		}
		ended, err := c.Exec(ctx, n.Name, "pkill", "-TERM", "-f", drillHelpers)
		if err == nil && ended.Code == 0 {
			tell("%s still ran a helper of a drill: ended", n.Name)
		}
		return err
	})
	return did, err
}

// uncut deletes the fault table of a node in every family, and tells whether there was one.
func (c *Cluster) uncut(ctx context.Context, node string) (bool, error) {
	list, err := c.Exec(ctx, node, "nft", "list", "tables")
	if err != nil || list.Code != 0 {
		return false, err // no nft in the node: no fault used it
	}
	cut := false
	for _, line := range strings.Split(list.Stdout, "\n") {
		f := strings.Fields(line) // table inet simulacro
		if len(f) != 3 || f[2] != FaultTable && !strings.HasPrefix(f[2], FaultTable+"_") {
			continue
		}
		out, err := c.Exec(ctx, node, "nft", "delete", "table", f[1], f[2])
		if err == nil && out.Code != 0 {
			err = errors.New(strings.TrimSpace(out.Stderr))
		}
		if err != nil {
			return cut, fmt.Errorf("delete table %s of %s: %w", f[2], node, err)
		}
		cut = true
	}
	return cut, nil
}

// RemoveHalfMade removes the cluster of that name if its maker died before it was whole; removed tells whether it was so.
func (r *Runtime) RemoveHalfMade(ctx context.Context, name string) (removed bool, err error) {
	if err := CheckName(name); err != nil {
		return false, err
	}
	l, err := acquire(ctx, name, nil)
	if err != nil {
		return false, err
	}
	defer l.release()
	p, err := r.survey(ctx, name)
	if err != nil || !l.orphaned && (p.empty() || p.whole()) {
		return false, err
	}
	if err := r.removeAll(ctx, name, l.orphaned); err != nil {
		return false, fmt.Errorf("remove half-made cluster %s: %w", name, err)
	}
	return true, forget(name)
}
