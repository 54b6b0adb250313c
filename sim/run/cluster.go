package run

import (
	"context"
	"io"

	"simulacro/sim"
	"simulacro/sim/docker"
	"simulacro/sim/fault"
)

// Cluster is what a scenario is played on; *docker.Cluster is one.
type Cluster interface {
	Spec() sim.Spec
	Events(ctx context.Context) <-chan sim.Event
	ReadFile(ctx context.Context, node, path string) ([]byte, error)
	commands
	power
}

// commands run in a node.
type commands interface {
	Exec(ctx context.Context, node string, argv ...string) (sim.Output, error)
	Stream(ctx context.Context, node string, stdout, stderr io.Writer, argv ...string) (int, error)
}

// power switches a node.
type power interface {
	Start(ctx context.Context, node string) error
	Stop(ctx context.Context, node string) error
	Kill(ctx context.Context, node, signal string) error
	Pause(ctx context.Context, node string) error
	Unpause(ctx context.Context, node string) error
	State(ctx context.Context, node string) (string, error)
	Limit(ctx context.Context, node string, l sim.Limits) error
	Limits(ctx context.Context, node string) (sim.Limits, error)
}

var _ Cluster = (*docker.Cluster)(nil)

// faultEnv shows a cluster to the faults.
func faultEnv(c Cluster) fault.Env {
	return fault.Env{Runner: c, Power: faultPower{c}, Plan: c.Spec().Plan}
}

// faultPower puts the runtime's words into the faults'.
type faultPower struct{ Cluster }

func (p faultPower) Kill(ctx context.Context, node string) error {
	return p.Cluster.Kill(ctx, node, "KILL")
}

func (p faultPower) State(ctx context.Context, node string) (string, error) {
	st, err := p.Cluster.State(ctx, node)
	if st == docker.StateMissing {
		st = fault.Gone
	}
	return st, err
}
