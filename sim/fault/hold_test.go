package fault

import (
	"context"
	"errors"
	"testing"
	"time"

	"simulacro/sim"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inEffect does a fault to cluster2 until its effect was seen.
func inEffect(t *testing.T, k Kind, told *steps) (*world, *Injection) {
	t.Helper()
	w := newWorld()
	node, err := w.plan.Node("cluster2")
	require.NoError(t, err)
	i, err := k.On(w.env(), "f", node, nil, ledger(t), told.add)
	require.NoError(t, err)
	for _, step := range []func(context.Context) error{i.Plan, i.Inject, i.AwaitEffect} {
		require.NoError(t, step(t.Context()))
	}
	return w, i
}

// A fault that goes on while it is held must be seen to: one that stands still says so, and is mended all the same.
func TestAHoldThatDoesNothingIsToldOf(t *testing.T) {
	k, err := Find("node-restart")
	require.NoError(t, err)
	for why, hold := range map[string]func(context.Context, *Site, func(string)) error{
		"nothing of it happened": func(ctx context.Context, _ *Site, _ func(string)) error { return nil },
		"no power":               func(context.Context, *Site, func(string)) error { return errors.New("no power") },
	} {
		k.Hold = hold
		var told steps
		w, i := inEffect(t, k, &told)
		<-i.over
		require.NoError(t, i.Recover(t.Context()))
		require.NoError(t, i.AwaitRecovery(t.Context()))
		assert.Equal(t, []string{sim.StepPlanned, sim.StepInjected, sim.StepEffect, sim.StepRecover, sim.StepFailed, sim.StepRecovered}, told.names())
		assert.Contains(t, told[4].Evidence, why)
		assert.Empty(t, w.sick())
	}
}

// slowKill tells when a node is to be killed, and gives up with its context as the engine's client does.
type slowKill struct {
	*world
	asked func()
}

func (k slowKill) Kill(ctx context.Context, node string) error {
	k.asked()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return k.world.Kill(ctx, node)
}

// A flap that is to end while it takes the node's power takes it to the end: who recovers finds a node that is off, not one that
// is about to be.
func TestAFlapEndsWithItsOrder(t *testing.T) {
	w := newWorld()
	node, _ := w.plan.Node("cluster2")
	require.NoError(t, w.Kill(t.Context(), node.Name))
	ctx, cancel := context.WithCancel(t.Context())
	env := w.env()
	env.Power = slowKill{w, cancel}
	err := flap(ctx, &Site{Env: env, Node: node, Params: quick["node-flap"]}, func(string) {})
	assert.ErrorIs(t, err, context.Canceled)
	st, err := w.State(t.Context(), node.Name)
	require.NoError(t, err)
	assert.Equal(t, Exited, st)
}

// A fault is held for its time from the end of the look that saw it, as windows are: one of a second would leave nothing of a second.
func TestEffectCountsFromTheEndOfTheLook(t *testing.T) {
	k, err := Find("node-pause")
	require.NoError(t, err)
	look, ended := k.Effect, time.Time{}
	k.Effect = func(ctx context.Context, s *Site) (Seen, error) {
		seen, err := look(ctx, s)
		if seen.OK {
			time.Sleep(20 * time.Millisecond)
			ended = time.Now()
		}
		return seen, err
	}
	w, led := newWorld(), ledger(t)
	node, _ := w.plan.Node("cluster2")
	i, err := k.On(w.env(), "f", node, nil, led, func(sim.Event) {})
	require.NoError(t, err)
	for _, step := range []func(context.Context) error{i.Plan, i.Inject, i.AwaitEffect} {
		require.NoError(t, step(t.Context()))
	}
	assert.False(t, i.EffectAt().Before(ended))
}

// What happens while a fault is held may come later than its time is up, on a busy machine: the recovery waits for it.
func TestALateHoldIsWaitedFor(t *testing.T) {
	k, err := Find("node-restart")
	require.NoError(t, err)
	asked := make(chan struct{})
	k.Hold = func(ctx context.Context, s *Site, saw func(string)) error {
		<-asked
		saw("it serves again")
		<-ctx.Done()
		return ctx.Err()
	}
	var told steps
	_, i := inEffect(t, k, &told)
	time.AfterFunc(20*time.Millisecond, func() { close(asked) })
	require.NoError(t, i.Recover(t.Context()))
	require.NoError(t, i.AwaitRecovery(t.Context()))
	assert.Equal(t, []string{sim.StepPlanned, sim.StepInjected, sim.StepEffect, sim.StepRecover, sim.StepRecovered}, told.names(), "none failed")
}
