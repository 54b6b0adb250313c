package run

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"simulacro/sim"
	"simulacro/sim/fault"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const killText = `
title: a kill
load: {rate: 100}
timeline:
  - {fault: node-kill, name: kill, target: cluster3, at: 200ms, for: 600ms}
  - {run: echo 192.168.1.101, name: look, node: client, after: kill effect, exit: 0}
settle: 200ms
expect:
  - {availability: 100 %}
  - {share: {cluster3: 0 %}, in: detected kill}
  - {output: {of: look, contains: 192.168.1.101}}
`

func scene(t *testing.T, text string) *sim.Scenario {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	s, err := Load("kill.yaml", []byte(text))
	require.NoError(t, err)
	return s
}

func phases(h sim.History) (names []string) {
	for _, e := range h {
		if e.Kind == sim.KindPhase {
			names = append(names, e.Text)
		}
	}
	return names
}

func TestPlayFromSteadyStateToVerdict(t *testing.T) {
	c := newFakeCluster()
	var text bytes.Buffer
	res, err := Play(t.Context(), c, scene(t, killText), Options{History: &text, Seed: 7})
	require.NoError(t, err)
	assert.Equal(t, sim.Pass, res.Verdict.Outcome, Why(res.Verdict))
	assert.Equal(t, []string{"prepare", "steady", "load", "after", "done"}, phases(res.History))
	assert.Equal(t, []string{"echo 192.168.1.101"}, c.acts)
	up, _ := c.servers()
	assert.Len(t, up, 3)
	assert.False(t, fault.Exists(ledgerOf(t)))

	// The same history, read from what was written, gives the same verdict.
	h, err := sim.ReadHistory("history", &text)
	require.NoError(t, err)
	again, err := JudgeAgain(h)
	require.NoError(t, err)
	assert.Equal(t, res.Verdict, again)
	assert.EqualValues(t, 7, h.Run().Seed)
}

// The load of a run that was killed goes on without it, and would be taken for this run's.
func TestHelpersOfAKilledRunAreEnded(t *testing.T) {
	c := newFakeCluster()
	c.helpers = map[string]bool{"client": true}
	var said []string
	res, err := Play(t.Context(), c, scene(t, killText), Options{Tell: func(e sim.Event) { said = append(said, e.Text) }})
	require.NoError(t, err)
	assert.Equal(t, sim.Pass, res.Verdict.Outcome, Why(res.Verdict))
	assert.Empty(t, c.helpers)
	assert.Contains(t, said, "left by a run before: client still ran a helper of it: ended")
}

func ledgerOf(t *testing.T) string {
	t.Helper()
	path, err := ledgerPath("fake")
	require.NoError(t, err)
	return path
}

// dud does nothing when it should kill.
type dud struct{ fault.Power }

func (dud) Kill(context.Context, string) error { return nil }

func TestFaultWithoutEvidenceIsInconclusive(t *testing.T) {
	s := scene(t, strings.Replace(killText, "kill effect", "kill injected", 1))
	s.Limit = 3 * time.Second // less than a fault may take to show
	opt := Options{Faults: func(env fault.Env, kind, id string, n sim.Node, params map[string]string, led *fault.Ledger, emit func(sim.Event)) (*fault.Injection, error) {
		env.Power = dud{env.Power}
		return fault.New(env, kind, id, n, params, led, emit)
	}}
	res, err := Play(t.Context(), newFakeCluster(), s, opt)
	require.NoError(t, err)
	assert.Equal(t, sim.Inconclusive, res.Verdict.Outcome)
	assert.Contains(t, Why(res.Verdict), "not seen within")
	assert.False(t, fault.Exists(ledgerOf(t)))
}

func TestSteadyStateThatDoesNotHoldIsInconclusive(t *testing.T) {
	c := newFakeCluster()
	require.NoError(t, c.become("cluster4", "exited"))
	s := scene(t, killText)
	s.Steady = 300 * time.Millisecond
	res, err := Play(t.Context(), c, s, Options{})
	require.NoError(t, err)
	assert.Equal(t, sim.Inconclusive, res.Verdict.Outcome)
	assert.Contains(t, Why(res.Verdict), "the director has cluster4 DOWN (L4TOUT)")
}

func TestInterruptedRunMendsWhatItBroke(t *testing.T) {
	c := newFakeCluster()
	ctx, cancel := context.WithCancelCause(t.Context())
	interrupted := errors.New("Ctrl-C")
	_, err := Play(ctx, c, scene(t, killText), Options{Tell: func(e sim.Event) {
		if e.Fault != nil && e.Fault.Step == sim.StepEffect {
			cancel(interrupted)
		}
	}})
	require.ErrorIs(t, err, context.Canceled)
	up, _ := c.servers()
	assert.Len(t, up, 3)
	assert.False(t, fault.Exists(ledgerOf(t)))
}

func TestNextRunAndHealMendWhatAKilledRunLeft(t *testing.T) {
	c := newFakeCluster()
	s := scene(t, killText)
	for _, mend := range []func() error{
		func() error { _, err := Heal(t.Context(), c); return err },
		func() error {
			res, err := Play(t.Context(), c, s, Options{})
			if err == nil && res.Verdict.Outcome != sim.Pass {
				err = errors.New(Why(res.Verdict))
			}
			return err
		},
	} {
		led, err := openLedger("fake")
		require.NoError(t, err)
		require.NoError(t, led.Planned(fault.Entry{ID: "kill", Kind: "node-kill", Node: "cluster2"}))
		require.NoError(t, c.become("cluster2", "exited"))
		_, err = Heal(t.Context(), c)
		require.ErrorIs(t, err, fault.ErrBusy)
		require.NoError(t, led.Close())

		require.NoError(t, mend())
		up, _ := c.servers()
		assert.Len(t, up, 3)
	}
	did, err := Heal(t.Context(), c)
	require.NoError(t, err)
	assert.Empty(t, did)
}

func TestPatchIsInForceAndTakenBack(t *testing.T) {
	c := newFakeCluster()
	s := scene(t, `
title: patched
cluster: {patch: [{section: defaults, replace: {timeout connect: timeout connect 1s}}]}
load: {rate: 50, count: 20}
expect: [{availability: 100 %}]
`)
	res, err := Play(t.Context(), c, s, Options{})
	require.NoError(t, err)
	assert.Equal(t, sim.Pass, res.Verdict.Outcome, Why(res.Verdict))
	assert.Contains(t, res.History.Run().HAProxyCfg, "timeout connect 1s")
	assert.Equal(t, practicalCfg, c.cfg)
}

func TestRunKeepsItsFolder(t *testing.T) {
	c, s := newFakeCluster(), scene(t, killText)
	out := t.TempDir()
	done, err := Job{Scenario: s, Out: out}.PlayOn(t.Context(), c)
	require.NoError(t, err)
	assert.Regexp(t, `/kill-haproxy-\d{8}-\d{6}$`, done.Dir)
	for _, name := range []string{HistoryFile, HTMLFile, JSONFile, JUnitFile, PlotFile} {
		info, err := os.Stat(filepath.Join(done.Dir, name))
		require.NoError(t, err)
		assert.NotZero(t, info.Size(), name)
	}
	assert.NoDirExists(t, filepath.Join(done.Dir, "nodes"))
}

func TestFeedTakesEventsInPieces(t *testing.T) {
	var texts, other []string
	f := &feed{emit: func(e sim.Event) { texts = append(texts, e.Text) }, other: func(s string) { other = append(other, s) }}
	for _, piece := range []string{`{"kind":"log","te`, `xt":"a"}` + "\nnoise\n", `{"kind":"log","text":"b"}` + "\n", `{"kind`} {
		_, err := f.Write([]byte(piece))
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"a", "b"}, texts)
	assert.Equal(t, []string{"noise"}, other)
}

func TestJournalTime(t *testing.T) {
	at, text := journalTime("1795352600.887609 cluster1 haproxy[3]: ready")
	assert.Equal(t, time.Unix(1795352600, 887609000), at)
	assert.Equal(t, "cluster1 haproxy[3]: ready", text)
}
