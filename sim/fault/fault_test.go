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

// A runner killed after any step leaves a ledger from which the cluster is mended, once and again.
func TestHealAfterACrashAtAnyStep(t *testing.T) {
	everyCase(t, func(t *testing.T, k Kind, node sim.Node) {
		for crashAfter := range 4 {
			w, led := newWorld(), ledger(t)
			i, err := New(w.env(), k.Name, "f", node, nil, led, func(sim.Event) {})
			require.NoError(t, err)
			for _, step := range []func(context.Context) error{i.Plan, i.Inject, i.AwaitEffect, i.Recover}[:crashAfter+1] {
				require.NoError(t, step(t.Context()))
			}
			path := led.file.Name()
			_ = i.Release()                      // it dies with the runner
			require.NoError(t, led.file.Close()) // as the kernel does

			again, err := OpenLedger(path)
			require.NoError(t, err)
			require.NoError(t, Heal(t.Context(), w.env(), again, nil))
			require.NoError(t, Heal(t.Context(), w.env(), again, nil))
			require.NoError(t, again.Close())
			assert.Empty(t, w.sick(), "crash after step %d", crashAfter)
			assert.False(t, Exists(path))
		}
	})
}

// The runner died while the engine was still stopping the node: it runs when heal looks, and is gone a moment later.
func TestHealOfANodeThatIsStillStopping(t *testing.T) {
	w, led := newWorld(), ledger(t)
	require.NoError(t, led.Planned(Entry{ID: "f", Kind: "node-stop", Node: "cluster2"}))
	w.onExec = func(string, string) { // the world is locked
		w.onExec = nil
		w.state["cluster2"] = Exited
	}
	require.NoError(t, Heal(t.Context(), w.env(), led, nil))
	assert.Empty(t, w.sick())
}

// The plug was being pulled when the runner died: the node runs, and nobody can reach it.
func TestHealOfANodeWhoseLinksAreDown(t *testing.T) {
	w, led := newWorld(), ledger(t)
	require.NoError(t, led.Planned(Entry{ID: "f", Kind: "node-kill", Node: "cluster2"}))
	w.cut["cluster2"] = true
	require.NoError(t, Heal(t.Context(), w.env(), led, nil))
	assert.Empty(t, w.sick())
}

func TestUndoIsOnDiskBeforeTheInjection(t *testing.T) {
	w, led := newWorld(), ledger(t)
	node, _ := w.plan.Node("cluster2")
	i, err := New(w.env(), "service-stop", "f", node, nil, led, func(sim.Event) {})
	require.NoError(t, err)
	onDisk := ""
	w.onExec = func(_, cmd string) {
		if cmd == "systemctl stop httpd" {
			b, _ := os.ReadFile(led.file.Name())
			onDisk = string(b)
		}
	}
	require.NoError(t, i.Plan(t.Context()))
	require.NoError(t, i.Inject(t.Context()))
	assert.JSONEq(t, `{"id":"f","kind":"service-stop","node":"cluster2","params":{"service":""}}`, onDisk)
}

func TestHealOfAClusterThatIsGone(t *testing.T) {
	w, led := newWorld(), ledger(t)
	require.NoError(t, led.Planned(Entry{ID: "f", Kind: "node-kill", Node: "cluster2"}))
	clear(w.state)
	var told []string
	require.NoError(t, Heal(t.Context(), w.env(), led, func(s string) { told = append(told, s) }))
	assert.Empty(t, led.Owed())
	assert.Equal(t, []string{"f (node-kill on cluster2): the node is gone, nothing to mend"}, told)
}

func TestLedgerSurvivesATornLineAndIsLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", LedgerFile)
	led, err := OpenLedger(path)
	require.NoError(t, err)
	require.NoError(t, led.Planned(Entry{ID: "a", Kind: "node-kill", Node: "cluster2"}))
	require.NoError(t, led.Planned(Entry{ID: "b", Kind: "node-kill", Node: "cluster3"}))
	_, err = OpenLedger(path)
	require.ErrorIs(t, err, ErrBusy)
	_, err = led.file.WriteString(`{"id":"c","ki`)
	require.NoError(t, err)
	require.NoError(t, led.Close())

	led, err = OpenLedger(path)
	require.NoError(t, err)
	require.NoError(t, led.Done("a/cluster2"))
	require.NoError(t, led.Done("nobody/knows"))
	require.NoError(t, led.Close())

	led, err = OpenLedger(path)
	require.NoError(t, err)
	require.Len(t, led.Owed(), 1)
	assert.Equal(t, "b/cluster3", led.Owed()[0].Key())
	require.NoError(t, led.Close())

	require.NoError(t, os.WriteFile(path, []byte("{}\nnonsense\n"), 0o600))
	_, err = OpenLedger(path)
	assert.ErrorContains(t, err, LedgerFile+":2: ")
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

// A fault that goes on while it is held must be seen to: one that stands still says so, and is mended all the same.
func TestAHoldThatDoesNothingIsToldOf(t *testing.T) {
	k, err := Find("node-restart")
	require.NoError(t, err)
	for why, hold := range map[string]func(context.Context, *Site, func(string)) error{
		"nothing of it happened": func(ctx context.Context, _ *Site, _ func(string)) error { return nil },
		"no power":               func(context.Context, *Site, func(string)) error { return errors.New("no power") },
	} {
		k.Hold = hold
		w, led, told := newWorld(), ledger(t), steps{}
		node, _ := w.plan.Node("cluster2")
		i, err := k.On(w.env(), "f", node, nil, led, told.add)
		require.NoError(t, err)
		for _, step := range []func(context.Context) error{i.Plan, i.Inject, i.AwaitEffect} {
			require.NoError(t, step(t.Context()))
		}
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
	w, led, told := newWorld(), ledger(t), steps{}
	node, _ := w.plan.Node("cluster2")
	i, err := k.On(w.env(), "f", node, nil, led, told.add)
	require.NoError(t, err)
	for _, step := range []func(context.Context) error{i.Plan, i.Inject, i.AwaitEffect} {
		require.NoError(t, step(t.Context()))
	}
	time.AfterFunc(20*time.Millisecond, func() { close(asked) })
	require.NoError(t, i.Recover(t.Context()))
	require.NoError(t, i.AwaitRecovery(t.Context()))
	assert.Equal(t, []string{sim.StepPlanned, sim.StepInjected, sim.StepEffect, sim.StepRecover, sim.StepRecovered}, told.names(), "none failed")
}

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
