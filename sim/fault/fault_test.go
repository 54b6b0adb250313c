package fault

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"simulacro/sim"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// everyCase runs f for each kind on each kind of node that it can hit.
func everyCase(t *testing.T, f func(t *testing.T, k Kind, node sim.Node)) {
	for _, k := range Kinds() {
		for _, name := range []string{"cluster1", "cluster3", "storage", "client"} {
			node, err := sim.DefaultPlan().Node(name)
			require.NoError(t, err)
			if canHit(k, node) {
				t.Run(k.Name+"/"+name, func(t *testing.T) { f(t, k, node) })
			}
		}
	}
}

// canHit is what the loader lets a kind hit: without roles any node, but the client only by name.
func canHit(k Kind, node sim.Node) bool {
	return slices.Contains(k.Roles, node.Role) || len(k.Roles) == 0 && node.Role != sim.Client
}

func ledger(t testing.TB) *Ledger {
	t.Helper()
	dir, err := os.MkdirTemp("", "ledger")
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	l, err := OpenLedger(filepath.Join(dir, LedgerFile))
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// steps records the steps that an injection tells.
type steps []sim.FaultStep

// What a fault does while it is held it does beside the steps, and may do any number of times: it is not recorded here.
func (s *steps) add(e sim.Event) {
	if e.Fault.Step != sim.StepHeld {
		*s = append(*s, *e.Fault)
	}
}

// quick are parameters that keep a test short.
var quick = map[string]map[string]string{"node-flap": {"down": "500ms", "up": "500ms"}}

func (s steps) names() (names []string) {
	for _, f := range s {
		names = append(names, f.Step)
	}
	return names
}

func TestEachFaultIsProvedAndMended(t *testing.T) {
	everyCase(t, func(t *testing.T, k Kind, node sim.Node) {
		w, led, told, held := newWorld(), ledger(t), steps{}, make(chan string, 10)
		i, err := New(w.env(), k.Name, "f", node, quick[k.Name], led, func(e sim.Event) {
			if e.Fault.Step == sim.StepHeld {
				held <- e.Fault.Evidence
			}
			told.add(e)
		})
		require.NoError(t, err)
		require.NoError(t, i.Plan(t.Context()))
		require.NoError(t, i.Inject(t.Context()))
		require.NoError(t, i.AwaitEffect(t.Context()))
		if k.Hold != nil {
			assert.NotEmpty(t, <-held)
		} else {
			assert.NotEmpty(t, w.sick())
		}
		require.NoError(t, i.Recover(t.Context()))
		require.NoError(t, i.AwaitRecovery(t.Context()))
		assert.Empty(t, w.sick())
		assert.Empty(t, led.Owed())
		assert.Equal(t, []string{sim.StepPlanned, sim.StepInjected, sim.StepEffect, sim.StepRecover, sim.StepRecovered}, told.names())
		assert.NotEmpty(t, told[2].Evidence)
		assert.NotEmpty(t, told[4].Evidence)
		t.Log(told[2].Evidence)
		t.Log(told[4].Evidence)
	})
}

// Without its injection no fault may pass for one that happened: no probe is empty.
func TestSabotagedInjectionIsNotSeen(t *testing.T) {
	everyCase(t, func(t *testing.T, k Kind, node sim.Node) {
		k.Inject = func(context.Context, *Site) error { return nil }
		k.Wait = 120 * time.Millisecond
		told := steps{}
		i, err := k.On(newWorld().env(), "f", node, nil, ledger(t), told.add)
		require.NoError(t, err)
		require.NoError(t, i.Plan(t.Context()))
		require.NoError(t, i.Inject(t.Context()))
		assert.ErrorIs(t, i.AwaitEffect(t.Context()), ErrNotSeen)
		assert.Equal(t, sim.StepFailed, told[len(told)-1].Step)
		require.NoError(t, i.Recover(t.Context()))
		assert.NoError(t, i.AwaitRecovery(t.Context()))
	})
}

func TestSabotagedRecoveryIsNotSeenAndStaysOwed(t *testing.T) {
	everyCase(t, func(t *testing.T, k Kind, node sim.Node) {
		k.Recover, k.Hold = func(context.Context, *Site) error { return nil }, nil
		k.Wait = 120 * time.Millisecond
		led := ledger(t)
		i, err := k.On(newWorld().env(), "f", node, nil, led, func(sim.Event) {})
		require.NoError(t, err)
		require.NoError(t, i.Plan(t.Context()))
		require.NoError(t, i.Inject(t.Context()))
		require.NoError(t, i.AwaitEffect(t.Context()))
		require.NoError(t, i.Recover(t.Context()))
		assert.ErrorIs(t, i.AwaitRecovery(t.Context()), ErrNotSeen)
		assert.Len(t, led.Owed(), 1)
	})
}

func TestEffectThatIsThereBeforehandProvesNothing(t *testing.T) {
	w := newWorld()
	node, _ := w.plan.Node("cluster2")
	require.NoError(t, w.Kill(t.Context(), "cluster2"))
	led := ledger(t)
	i, err := New(w.env(), "node-kill", "f", node, nil, led, func(sim.Event) {})
	require.NoError(t, err)
	assert.ErrorContains(t, i.Plan(t.Context()), "before the fault")
	assert.Empty(t, led.Owed())
	assert.ErrorIs(t, i.Inject(t.Context()), ErrOrder)
}

// The reference and the editor's schema are made from these words.
func TestTheCatalogueSaysWhatItHolds(t *testing.T) {
	names := map[string]bool{}
	for _, k := range Catalogue() {
		assert.False(t, names[k.Name], "%s is there twice", k.Name)
		names[k.Name] = true
		for what, text := range map[string]string{"does": k.Does, "evidence": k.Evidence} {
			assert.Regexp(t, `^\p{Lu}?.*\.$`, text, "%s: %s is not a sentence", k.Name, what)
		}
		for _, p := range k.Params {
			assert.NotEmpty(t, p.Does, "%s: %s", k.Name, p.Name)
			if p.Default != "" && len(p.Choices) > 0 {
				assert.Contains(t, p.Choices, p.Default, "%s: %s", k.Name, p.Name)
			}
		}
	}
}

// docs/writing-a-fault.md explains by quoting: what it quotes must be in the tree. The new fault that it has its reader write,
// which is indented under its step, is none.
func TestTheGuideQuotesTheTree(t *testing.T) {
	guide, err := os.ReadFile(filepath.Join("..", "..", "docs", "writing-a-fault.md"))
	require.NoError(t, err)
	source, err := os.ReadFile("service_hang.go")
	require.NoError(t, err)
	quotes := regexp.MustCompile("(?ms)^```go\n(.*?)^```").FindAllStringSubmatch(string(guide), -1)
	require.Len(t, quotes, 2)
	for _, q := range quotes {
		assert.Contains(t, string(source), q[1])
	}
}

func TestRefusals(t *testing.T) {
	w := newWorld()
	server, _ := w.plan.Node("cluster2")
	for _, c := range []struct {
		kind   string
		params map[string]string
		want   string
	}{
		{"nod-kill", nil, `no fault "nod-kill": there are `},
		{"port-clash", nil, "cannot be done to cluster2, a server"},
		{"node-kill", map[string]string{"x": "1"}, `no parameter "x"`},
		{"partition", map[string]string{"way": "up"}, `partition on cluster2: way "up"`},
		{"partition", map[string]string{"peer": "cluster9"}, "partition on cluster2: peer: "},
		{"partition", map[string]string{"peer": "cluster2"}, "is the node itself"},
		{"partition", map[string]string{"peer": "client"}, "on another network: there is nothing to cut"},
	} {
		_, err := New(w.env(), c.kind, "f", server, c.params, nil, nil)
		assert.ErrorContains(t, err, c.want)
	}
}

// A random walk over the steps, legal or not: only the legal order is let through, and whatever was reached, healing
// from the ledger alone leaves a healthy cluster.
func TestRandomWalk(t *testing.T) {
	legal := map[string][]Phase{
		"plan": {Fresh}, "inject": {Planned}, "effect": {Injected},
		"recover": {Planned, Injected, Effective, Recovering}, "recovery": {Recovering},
	}
	rapid.Check(t, func(rt *rapid.T) {
		w, led := newWorld(), ledger(t)
		kind := rapid.SampledFrom(Kinds()).Draw(rt, "kind")
		kind.Wait = 30 * time.Millisecond
		broken := rapid.Bool().Draw(rt, "injection does nothing")
		if broken {
			kind.Inject = func(context.Context, *Site) error { return nil }
		}
		var can []sim.Node
		for _, name := range []string{"cluster1", "cluster2", "storage", "client"} {
			if n, _ := w.plan.Node(name); canHit(kind, n) {
				can = append(can, n)
			}
		}
		node := rapid.SampledFrom(can).Draw(rt, "node")
		i, err := kind.On(w.env(), "f", node, nil, led, func(sim.Event) {})
		require.NoError(rt, err)
		do := map[string]func(context.Context) error{"plan": i.Plan, "inject": i.Inject, "effect": i.AwaitEffect,
			"recover": i.Recover, "recovery": i.AwaitRecovery}
		for range rapid.IntRange(1, 12).Draw(rt, "length") {
			action := rapid.SampledFrom([]string{"plan", "inject", "effect", "recover", "recovery"}).Draw(rt, "action")
			before := i.Phase()
			err := do[action](t.Context())
			if slices.Contains(legal[action], before) == errors.Is(err, ErrOrder) {
				rt.Fatalf("%s from %s: %v", action, before, err)
			}
			if broken && i.Phase() == Effective {
				rt.Fatal("an effect was seen that nobody caused")
			}
			if owed := len(led.Owed()); owed == 0 && i.Phase() != Fresh && i.Phase() != Recovered {
				rt.Fatalf("nothing is owed in phase %s", i.Phase())
			}
		}
		_ = i.Release()
		require.NoError(rt, Heal(t.Context(), w.env(), led, nil))
		if sick := w.sick(); len(sick) > 0 || len(led.Owed()) > 0 {
			rt.Fatalf("still sick: %v, owed: %v", sick, led.Owed())
		}
	})
}
