package fault

import (
	"testing"

	"simulacro/sim"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// One table holds a node's cut, so that a second would be mended with the first.
func TestOneCutANodeAtATime(t *testing.T) {
	w, led := newWorld(), ledger(t)
	director, _ := w.plan.Node("cluster1")
	cut := func(id, peer string) *Injection {
		i, err := New(w.env(), "partition", id, director, map[string]string{"peer": peer}, led, func(sim.Event) {})
		require.NoError(t, err)
		return i
	}
	first, second := cut("first", "cluster2"), cut("second", "cluster3")
	require.NoError(t, first.Plan(t.Context()))
	require.NoError(t, first.Inject(t.Context()))
	w.reachable = true // the second peer is not concerned by the first cut
	assert.ErrorContains(t, second.Plan(t.Context()), "one cut a node at a time")
	w.reachable = false
	require.NoError(t, first.Recover(t.Context()))
	require.NoError(t, first.AwaitRecovery(t.Context()))
	assert.Empty(t, w.sick())
	assert.Empty(t, led.Owed())
}

// A node that is cut off and then loses its power loses its rules too. Its cut may end before it is switched on again.
func TestPartitionOfANodeThatIsKilled(t *testing.T) {
	w, led := newWorld(), ledger(t)
	server, _ := w.plan.Node("cluster2")
	var cut, kill *Injection
	for kind, i := range map[string]**Injection{"partition": &cut, "node-kill": &kill} {
		var err error
		*i, err = New(w.env(), kind, kind, server, nil, led, func(sim.Event) {})
		require.NoError(t, err)
	}
	for _, i := range []*Injection{cut, kill} {
		require.NoError(t, i.Plan(t.Context()))
		require.NoError(t, i.Inject(t.Context()))
		require.NoError(t, i.AwaitEffect(t.Context()))
	}
	require.NoError(t, cut.Recover(t.Context()), "a node without power has no rules to remove")
	require.NoError(t, kill.Recover(t.Context()))
	require.NoError(t, cut.AwaitRecovery(t.Context()))
	require.NoError(t, kill.AwaitRecovery(t.Context()))
	assert.Empty(t, w.sick())
	assert.Empty(t, led.Owed())
}

func TestPartitionRules(t *testing.T) {
	w := newWorld()
	server, _ := w.plan.Node("cluster2")
	for _, c := range []struct{ peer, way, want string }{
		{"", "in", `table inet simulacro { chain input { type filter hook input priority -200; iifname != "lo" drop; }; }`},
		{"storage", "out", `table inet simulacro { chain output { type filter hook output priority -200; ip daddr 10.0.100.15 drop; }; }`},
	} {
		s, err := partition.site(w.env(), server, map[string]string{"peer": c.peer, "way": c.way})
		require.NoError(t, err)
		rules, err := s.cutRules()
		require.NoError(t, err)
		assert.Equal(t, c.want, rules)
	}
}
