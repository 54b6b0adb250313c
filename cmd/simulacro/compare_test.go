package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"simulacro/sim"
	"simulacro/sim/run"
	"simulacro/sim/simtest"
)

// kept writes a history as a run leaves it, and gives its folder.
func kept(t *testing.T, name string, h sim.History) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.Mkdir(dir, 0o755))
	f, err := os.Create(filepath.Join(dir, run.HistoryFile))
	require.NoError(t, err)
	rec := sim.NewRecorder(f)
	for _, e := range h {
		rec.Record(e)
	}
	require.NoError(t, rec.Err())
	require.NoError(t, f.Close())
	return dir
}

// typed runs a command line.
func typed(t *testing.T, args ...string) (code int, out, complaint string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, getenv: func(string) string { return "" }}
	code = a.execute(t.Context(), args)
	return code, stdout.String(), stderr.String()
}

// slower is the drill on the other director, which is a check and a half later to notice, and fails some requests more.
func slower() sim.History {
	h := simtest.KillServer()
	info := *h[0].Run
	info.Director = sim.HAProxy
	h[0].Run = &info
	var out sim.History
	for _, e := range h {
		switch {
		case e.Kind == sim.KindLog && strings.Contains(e.Text, "is DOWN"):
			e.At = e.At.Add(3 * time.Second)
		case e.Stats != nil && e.Stats.Server == "cluster3" && e.Stats.Status == "DOWN" && e.At.Before(simtest.Epoch.Add(14*time.Second)):
			s := *e.Stats
			s.Status = "UP 1/3"
			e.Stats = &s
		case e.Request != nil && e.Request.Seq >= 3000 && e.Request.Seq < 3040:
			q := *e.Request
			q.Status = 502
			e.Request = &q
		}
		out = append(out, e)
	}
	return out
}

func TestCompareHoldsHistoriesAgainstEachOther(t *testing.T) {
	a, b := kept(t, "a", simtest.KillServer()), kept(t, "b", slower())
	code, out, _ := typed(t, "compare", a, filepath.Join(b, run.HistoryFile))
	assert.Equal(t, exitFailure, code)
	for _, want := range []string{"SCENARIO", "kill-server  simulacro     ✓ pass", "haproxy       ✗ fail", "! verdict: pass on simulacro, fail on haproxy",
		"! availability: pass on simulacro (99.82 % (3833 of 3840)), fail on haproxy", "! detection of kill: 5.78s on simulacro, 8.78s on haproxy: more than a check interval of 2s apart",
		"CHECK", "✓ cluster3 5.78s"} {
		assert.Contains(t, out, want)
	}
	code, out, _ = typed(t, "compare", a, kept(t, "c", simtest.KillServer()))
	assert.Equal(t, exitOK, code, out)
	assert.NotContains(t, out, "!")

	code, out, _ = typed(t, "compare", "-o", "json", a, b)
	assert.Equal(t, exitFailure, code)
	var doc struct {
		Runs        []json.RawMessage
		Differences []string
	}
	require.NoError(t, json.Unmarshal([]byte(out), &doc))
	assert.Len(t, doc.Runs, 2)
	assert.NotEmpty(t, doc.Differences)

	code, _, complaint := typed(t, "compare", a, kept(t, "d", simtest.AllKilled()))
	assert.Equal(t, exitFailure, code)
	assert.Contains(t, complaint, "only runs of one drill can be compared")
	code, _, _ = typed(t, "compare", a)
	assert.Equal(t, exitUsage, code)
}

// A history tells the same verdict wherever it is judged.
func TestJudgeGivesTheVerdictOfTheHistory(t *testing.T) {
	for name, want := range map[string]struct {
		h    sim.History
		code int
	}{
		"kill":    {simtest.KillServer(), exitOK},
		"all":     {simtest.AllKilled(), exitOK},
		"storage": {simtest.StorageHang(), exitOK},
		"slower":  {slower(), exitVerdictFail},
		"broken":  {simtest.KillServer()[:3000], exitInconclusive},
	} {
		page := filepath.Join(t.TempDir(), "page.html")
		code, out, _ := typed(t, "judge", kept(t, name, want.h), "--html", page)
		assert.FileExists(t, page)
		assert.Equal(t, want.code, code, out)
		again, err := run.JudgeAgain(want.h)
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(out, strings.ToUpper(string(again.Outcome))), "%s: %s", name, out)
	}
}
