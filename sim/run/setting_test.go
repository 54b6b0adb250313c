package run

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"simulacro/sim"
	"simulacro/sim/load"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const drawnText = `
title: one after another
cluster: {limits: {storage: {cpu: 0.5, memory: 64MB}}}
load: {steps: [{rate: 200, for: 500ms}, {rate: 0, for: 100ms}, {rate: 100}], sources: 3}
steady: {within: 5s, for: 50ms, servers: servers}
timeline:
  - {fault: node-kill, name: flap, target: any of servers, at: 100ms, for: 300ms, every: 400ms, until: 1s}
  - {run: echo one, name: look, node: storage, after: flap effect}
windows: {seen: {from: look done, to: flap recovered}}
settle: 200ms
expect:
  - {availability: 100 %}
  - {share: {flap.targets: 0 %}, in: detected flap}
  - {status: {only: [2xx]}, in: seen}
  - {state: {of: flap-1.others, always: UP}, in: during flap-1}
`

// targets are whom each fault hit, by the history.
func targets(h sim.History) map[string][]string {
	hit := map[string][]string{}
	for _, e := range h {
		if e.Fault != nil && e.Fault.Step == sim.StepEffect {
			hit[e.Fault.ID] = append(hit[e.Fault.ID], e.Fault.Target)
		}
	}
	return hit
}

func TestRepeatedAndDrawnFaults(t *testing.T) {
	seen := map[string]bool{}
	for seed := int64(1); seed <= 3; seed++ {
		c := newFakeCluster()
		var text bytes.Buffer
		res, err := Play(t.Context(), c, scene(t, drawnText), Options{History: &text, Seed: seed})
		require.NoError(t, err)
		require.Equal(t, sim.Pass, res.Verdict.Outcome, Why(res.Verdict))
		hit := targets(res.History)
		require.Len(t, hit, 3, "flap-1, flap-2, flap-3")
		for _, nodes := range hit {
			require.Len(t, nodes, 1)
			seen[nodes[0]] = true
		}
		drawn, err := scene(t, drawnText).Draw(seed)
		require.NoError(t, err)
		for _, f := range drawn.Faults() {
			assert.Equal(t, hit[f.Name], f.Targets, "the same seed draws the same")
		}
		h, err := sim.ReadHistory("history", &text)
		require.NoError(t, err)
		again, err := JudgeAgain(h)
		require.NoError(t, err)
		assert.Equal(t, res.Verdict, again, "judged again, whatever the seed would draw now")
		assert.Empty(t, c.sources, "the client has its own address only")
		assert.Equal(t, sim.Limits{}, c.limits["storage"])
	}
	assert.Greater(t, len(seen), 1, "nine draws of three servers")
}

func TestTheGeneratorGetsStepsAndSources(t *testing.T) {
	c := newFakeCluster()
	limited := sim.Limits{}
	_, err := Play(t.Context(), c, scene(t, drawnText), Options{Seed: 1, Tell: func(e sim.Event) {
		if e.Action != nil {
			limited, _ = c.Limits(t.Context(), "storage")
		}
	}})
	require.NoError(t, err)
	assert.Equal(t, sim.Limits{CPU: 0.5, Memory: 64 << 20}, limited)
	assert.Equal(t, []string{"192.168.1.50", "192.168.1.51", "192.168.1.52"}, c.spec.Sources)
	rest := 3*time.Minute - 600*time.Millisecond
	assert.Equal(t, []load.Step{{Rate: 200, For: 500 * time.Millisecond}, {Rate: 0, For: 100 * time.Millisecond}, {Rate: 100, For: rest}}, c.spec.Steps)
}

// Two that are there at once never draw the same node, whatever the seed.
func TestDrawsKeepOffEachOther(t *testing.T) {
	s := scene(t, `
title: two at once
load: {rate: 1}
timeline:
  - {fault: node-kill, name: a, target: any of servers, at: 1s, for: 9s}
  - {fault: node-pause, name: b, target: any of servers, at: 2s, for: 9s}
  - {fault: service-stop, name: c, target: any of servers, after: a recovered, at: 1m, for: 1s}
  - {fault: node-pause, name: d, target: any, at: 3s, for: 1s}
expect: [{availability: 1 %}]
`)
	again := 0
	for seed := range int64(200) {
		drawn, err := s.Draw(seed)
		require.NoError(t, err)
		a, b, d := drawn.Fault("a").Targets[0], drawn.Fault("b").Targets[0], drawn.Fault("d").Targets[0]
		assert.NotEqual(t, a, b)
		assert.NotContains(t, []string{a, b}, d)
		if c := drawn.Fault("c").Targets[0]; slices.Contains([]string{a, b}, c) {
			again++
		}
	}
	assert.Positive(t, again, "what has recovered is drawn like any other")
}
