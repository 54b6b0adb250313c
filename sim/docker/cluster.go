package docker

import (
	"context"
	"fmt"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"simulacro/sim"
)

// The states of a node.
const (
	StateRunning = "running"
	StateExited  = "exited"
	StatePaused  = "paused"
	StateMissing = "missing" // no container
)

// stopGrace is how long a node that is asked to shut down may take before it is killed, in seconds.
const stopGrace = 10

// Cluster is a cluster that is there. Nodes are named by their names or aliases. Safe for use by several goroutines.
type Cluster struct {
	rt   *Runtime
	spec sim.Spec
	refs map[string]string // containers by node, where they are not called as Up calls them
	made bool              // by the call of Up that gave it

	agents attendance
}

// Made tells whether the call of Up that gave the cluster made it; else it was there, and is somebody's.
func (c *Cluster) Made() bool { return c.made }

func newCluster(r *Runtime, spec sim.Spec) *Cluster {
	spec.Asked = sim.Asked{}
	return &Cluster{rt: r, spec: spec, refs: map[string]string{}}
}

// Spec is the cluster's, with the plan in force.
func (c *Cluster) Spec() sim.Spec { return c.spec }

// Down removes the cluster.
func (c *Cluster) Down(ctx context.Context) error {
	c.Close()
	_, err := c.rt.Down(ctx, c.spec.Name)
	return err
}

// ref is what the engine calls a node's container.
func (c *Cluster) ref(node string) (sim.Node, string, error) {
	n, err := c.spec.Plan.Node(node)
	if err != nil {
		return n, "", err
	}
	if id := c.refs[n.Name]; id != "" {
		return n, id, nil
	}
	return n, containerName(c.spec.Name, n.Name), nil
}

// act does one thing with a node's container and names both in an error.
func (c *Cluster) act(what, node string, f func(ref string) error) error {
	n, ref, err := c.ref(node)
	if err == nil {
		err = f(ref)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", what, cmpName(n, node), err)
	}
	return nil
}

func cmpName(n sim.Node, asked string) string {
	if n.Name == "" {
		return asked
	}
	return n.Name
}

// State is the node's: StateRunning, StateExited, StatePaused or StateMissing.
func (c *Cluster) State(ctx context.Context, node string) (state string, err error) {
	err = c.act("state of", node, func(ref string) error {
		info, err := c.rt.api.ContainerInspect(ctx, ref)
		if cerrdefs.IsNotFound(err) {
			state = StateMissing
			return nil
		}
		if err == nil {
			state = stateOf(info.State.Status)
		}
		return err
	})
	return state, err
}

// stateOf folds the engine's states into those that a person acts on.
func stateOf(status string) string {
	switch status {
	case container.StateRunning, container.StatePaused:
		return status
	case container.StateRestarting:
		return StateRunning
	}
	return StateExited // created, exited, dead, removing
}

// Start boots a node that does not run.
func (c *Cluster) Start(ctx context.Context, node string) error {
	return c.act("start", node, func(ref string) error {
		return c.rt.api.ContainerStart(ctx, ref, container.StartOptions{})
	})
}

// Stop shuts a node down in order, within ten seconds; see Kill for pulling its plug.
func (c *Cluster) Stop(ctx context.Context, node string) error {
	grace := stopGrace
	return c.act("stop", node, func(ref string) error {
		return c.rt.api.ContainerStop(ctx, ref, container.StopOptions{Timeout: &grace})
	})
}

// Restart shuts a node down as Stop does and boots it.
func (c *Cluster) Restart(ctx context.Context, node string) error {
	grace := stopGrace
	return c.act("restart", node, func(ref string) error {
		return c.rt.api.ContainerRestart(ctx, ref, container.StopOptions{Timeout: &grace})
	})
}

// Kill sends a signal ("KILL", "SIGTERM" …) to the node's PID 1; "" means KILL, which is a power failure.
func (c *Cluster) Kill(ctx context.Context, node, signal string) error {
	if signal == "" {
		signal = "KILL"
	}
	return c.act("kill", node, func(ref string) error { return c.rt.api.ContainerKill(ctx, ref, signal) })
}

// Pause freezes every process of a node: its kernel goes on accepting connections that nobody answers.
func (c *Cluster) Pause(ctx context.Context, node string) error {
	return c.act("pause", node, func(ref string) error {
		return freeze(ctx, func() error { return c.rt.api.ContainerPause(ctx, ref) })
	})
}

// freezeTries is how often a freeze is asked for, freezeAgain the time between two.
const (
	freezeTries = 5
	freezeAgain = 200 * time.Millisecond
)

// freeze repeats a pause that the runtime has given up: on cgroup v1 it freezes processes while others are born, for so many turns,
// and says "unable to freeze" when a busy machine has not let it come to an end. It has thawed the node then.
func freeze(ctx context.Context, pause func() error) (err error) {
	for range freezeTries {
		if err = pause(); err == nil || !strings.Contains(err.Error(), "unable to freeze") {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(freezeAgain):
		}
	}
	return err
}

// Unpause lets a paused node go on.
func (c *Cluster) Unpause(ctx context.Context, node string) error {
	return c.act("unpause", node, func(ref string) error { return c.rt.api.ContainerUnpause(ctx, ref) })
}

// revive makes a node run, whatever its state.
func (c *Cluster) revive(ctx context.Context, node string) error {
	state, err := c.State(ctx, node)
	switch {
	case err != nil:
		return err
	case state == StatePaused:
		return c.Unpause(ctx, node)
	case state == StateExited:
		return c.Start(ctx, node)
	case state == StateMissing:
		return fmt.Errorf("node %s has no container. Type: simulacro down --cluster %s, then simulacro up", node, c.spec.Name)
	}
	return nil
}
