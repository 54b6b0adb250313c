package fault

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"simulacro/sim"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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
