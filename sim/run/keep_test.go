package run

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"simulacro/sim"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func pageOf(t *testing.T, dir string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, HTMLFile))
	require.NoError(t, err)
	return string(text)
}

// A run that fails leaves its reports with what the nodes were like: their files, their journals.
func TestAFailedRunKeepsTheNodes(t *testing.T) {
	s := scene(t, strings.Replace(killText, "share: {cluster3: 0 %}", "share: {cluster3: 100 %}", 1))
	done, err := Job{Scenario: s, Out: t.TempDir()}.PlayOn(t.Context(), newFakeCluster())
	require.NoError(t, err)
	assert.Equal(t, sim.Fail, done.Verdict.Outcome)
	page := pageOf(t, done.Dir)
	assert.Contains(t, page, "server cluster3 10.0.100.13:80 check")
	assert.Contains(t, page, "<code>/etc/haproxy/haproxy.cfg</code>")
	assert.Contains(t, page, "cluster2 systemd[1]: a line")
	assert.FileExists(t, filepath.Join(done.Dir, "nodes", "cluster1", "haproxy.cfg"))
	assert.FileExists(t, filepath.Join(done.Dir, "nodes", "cluster4", "journal.txt"))
}

// So does one that is interrupted.
func TestAnInterruptedRunKeepsWhatWasSeen(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	j := Job{Scenario: scene(t, killText), Out: t.TempDir(), Options: Options{Tell: func(e sim.Event) {
		if e.Fault != nil && e.Fault.Step == sim.StepEffect {
			cancel()
		}
	}}}
	done, err := j.PlayOn(ctx, newFakeCluster())
	require.ErrorIs(t, err, context.Canceled)
	require.NotNil(t, done)
	assert.Equal(t, sim.Inconclusive, done.Verdict.Outcome)
	page := pageOf(t, done.Dir)
	assert.Contains(t, page, "effect seen (node-kill on cluster3)")
	assert.Contains(t, page, "broken off")
	for _, name := range []string{HistoryFile, JSONFile, JUnitFile, PlotFile} {
		assert.FileExists(t, filepath.Join(done.Dir, name))
	}
}

// Of several scenarios, whatever their verdict, the history as it was written gives the same verdict as the run gave.
func TestTheHistoryGivesTheVerdict(t *testing.T) {
	for name, text := range map[string]string{
		"a kill":     killText,
		"fails":      strings.Replace(killText, "share: {cluster3: 0 %}", "share: {cluster3: 100 %}", 1),
		"only load":  "title: x\nload: {rate: 200, count: 60}\nexpect: [{availability: 100 %}, {distribution: even}, {latency: {p99: 1s}}]\n",
		"no load":    "title: x\ntimeline: [{run: echo a, node: client, name: a, at: 10ms}]\nexpect: [{output: {of: a, contains: b}}]\n",
		"all killed": "title: x\nload: {rate: 100}\ntimeline: [{fault: node-kill, name: k, target: servers, at: 100ms, for: 300ms}]\nsettle: 100ms\nexpect: [{status: {only: 503}, in: detected k}, {state: {sequence: [UP, DOWN, UP]}}]\n",
		"patched":    "title: x\ncluster: {patch: [{section: backend http_back, replace: {balance: balance random}}]}\nload: {rate: 300, count: 90}\nexpect: [{distribution: algorithm}]\n",
	} {
		t.Run(name, func(t *testing.T) {
			done, err := Job{Scenario: scene(t, text), Out: t.TempDir()}.PlayOn(t.Context(), newFakeCluster())
			require.NoError(t, err)
			f, err := os.Open(filepath.Join(done.Dir, HistoryFile))
			require.NoError(t, err)
			defer f.Close()
			h, err := sim.ReadHistory(f.Name(), f)
			require.NoError(t, err)
			again, err := JudgeAgain(h)
			require.NoError(t, err)
			assert.Equal(t, done.Verdict, again)
		})
	}
}
