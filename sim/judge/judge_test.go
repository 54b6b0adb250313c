package judge_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"simulacro/sim"
	"simulacro/sim/judge"
	"simulacro/sim/scenario"
	"simulacro/sim/simtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

var drills = map[string]func() sim.History{
	"kill-server":  simtest.KillServer,
	"all-killed":   simtest.AllKilled,
	"storage-hang": simtest.StorageHang,
}

func load(t *testing.T, h sim.History) *sim.Scenario {
	t.Helper()
	s, err := scenario.Load(h.Run().Scenario+".yaml", []byte(h.Run().Source), scenario.Options{})
	require.NoError(t, err)
	return s
}

// Each drill passes, and its verdict is told to the letter.
func TestVerdicts(t *testing.T) {
	for name, drill := range drills {
		t.Run(name, func(t *testing.T) {
			h := drill()
			v := judge.Judge(h, load(t, h))
			for _, c := range v.Checks {
				assert.Equal(t, sim.Pass, c.Outcome, "%+v", c)
			}
			var got bytes.Buffer
			enc := json.NewEncoder(&got)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "  ")
			require.NoError(t, enc.Encode(v))
			path := filepath.Join("testdata", name+".json")
			if *update {
				require.NoError(t, os.MkdirAll("testdata", 0o755))
				require.NoError(t, os.WriteFile(path, got.Bytes(), 0o644))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, string(want), got.String())
		})
	}
}
