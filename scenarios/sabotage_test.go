package scenarios_test

import (
	"context"
	"testing"
	"time"

	"simulacro/scenarios"
	"simulacro/sim"
	"simulacro/sim/fault"
	"simulacro/sim/run"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sabotaged would pass if the fault were taken on trust.
const sabotaged = `
title: a kill that is none
load: {rate: 50, timeout: 5s}
timeline: [{fault: node-kill, name: kill, target: cluster3, at: 200ms, for: 500ms}]
settle: 500ms
expect: [{availability: 99.9 %}]
`

// TestSabotage plays a kill with a kill that does nothing, on a real cluster: without evidence of the fault the verdict
// is inconclusive, whatever else went well. (Every fault's own sabotage is tested in sim/fault on a cluster in memory.)
func TestSabotage(t *testing.T) {
	needEngine(t)
	t.Parallel()
	s, err := run.Load("sabotage.yaml", []byte(sabotaged))
	require.NoError(t, err)
	opt := run.Options{Seed: 1, Faults: func(env fault.Env, kind, id string, node sim.Node, params map[string]string,
		led *fault.Ledger, emit func(sim.Event)) (*fault.Injection, error) {
		k, err := fault.Find(kind)
		if err != nil {
			return nil, err
		}
		if kind == "node-kill" {
			k.Inject = func(context.Context, *fault.Site) error { return nil }
			k.Wait = 2 * time.Second
		}
		return k.On(env, id, node, params, led, emit)
	}}
	done := play(t, sim.HAProxy, s, opt, sim.Inconclusive)
	assert.Contains(t, run.Why(done.Verdict), "not seen within")
}

// TestScenariosLoad reads every file without an engine.
func TestScenariosLoad(t *testing.T) {
	for _, name := range scenarios.Names() {
		s := read(t, name)
		assert.NotEmpty(t, s.Title.ES, "%s has no Spanish title", name)
		assert.NotEmpty(t, s.Description.EN, "%s has no description", name)
		assert.NotEmpty(t, s.Tags, "%s has no tags", name)
	}
}
