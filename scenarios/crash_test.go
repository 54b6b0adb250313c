package scenarios_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"simulacro/sim"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// crashes is small where all tests are run; `make crash` asks for fifty.
var crashes = flag.Int("crashes", 3, "how often TestKilledRunner kills a runner")

// afterAll is how long after a scenario's planned end its runner may still be killed: it mends and writes reports then.
const afterAll = 4 * time.Second

// booting is how long a runner may be at making its cluster.
const booting = 5 * time.Second

// TestKilledRunner kills `simulacro run` with SIGKILL at random instants, from its first to its last, under faults drawn from all
// scenarios. Each time, after `simulacro heal`, the cluster is healthy, as it was before in every file that faults touch, or gone;
// at the end, after `simulacro down`, nothing of it is left: no container, network, volume or state.
func TestKilledRunner(t *testing.T) {
	needEngine(t)
	t.Logf("instants and scenarios have the seed %d; again: go test ./scenarios -run TestKilledRunner -crashes %d -seed %[1]d", *seed, *crashes)
	bin := build(t)
	all := slices.DeleteFunc(readAll(t), func(s *sim.Scenario) bool { return len(s.Faults()) == 0 })
	lanes := min(beside, *crashes)
	for lane := range lanes {
		t.Run(fmt.Sprint(lane+1), func(t *testing.T) {
			t.Parallel()
			v := &victims{command: command{bin: bin, cluster: fmt.Sprintf("%s-%d-crash%d", prefix, os.Getpid(), lane), dir: t.TempDir()},
				rng: rand.New(rand.NewPCG(uint64(*seed), uint64(lane)))}
			defer v.run("down")
			for i := lane; i < *crashes && !t.Failed(); i += lanes {
				require.NoError(t, session.Err(), "interrupted")
				v.crash(t, i+1, all[v.rng.IntN(len(all))])
			}
			v.gone(t)
		})
	}
}

// victims are runners that are killed one after the other on one cluster.
type victims struct {
	command
	rng   *rand.Rand
	mount string // of the cluster that is there
	well  string // its files when it was seen well for the first time
}

// crash kills one runner and has its cluster healed. Every fifth time the runner has to make the cluster first, and may be killed at
// that; else the cluster is there, so that however slow a machine boots, it is faults that are under way.
func (v *victims) crash(t *testing.T, n int, s *sim.Scenario) {
	args := []string{"run", s.Name, "--keep", "--port", "0", "--seed", fmt.Sprint(*seed)}
	last := planned(s) + afterAll
	there, _ := v.there(t)
	if making := v.rng.IntN(5) == 0; making || !there || s.Cluster.Mount != v.mount {
		args = append(args, "--director", v.make(t, s, making))
		if making {
			last += booting
		}
	}
	at := time.Duration(v.rng.Int64N(int64(last)))
	said := v.killAt(t, at, args...)
	out, err := v.run("heal")
	what := fmt.Sprintf("crash %d: %s killed after %v", n, s.Name, at)
	require.NoError(t, err, "%s: heal: %s\nthe run had said:\n%s", what, out, said)
	t.Logf("%s; heal said: %s", what, strings.Join(strings.Fields(out), " "))
	v.noDebts(t, what)
	there, err = v.there(t)
	if !there {
		return // it was killed while the cluster was made
	}
	require.NoError(t, err)
	out, err = v.run("status")
	require.NoError(t, err, "%s: status: %s\nthe run had said:\n%s", what, out, said)
	look := v.look(t)
	if v.well == "" {
		v.well = look
	}
	require.Equal(t, v.well, look, "%s: not what it was\nthe run had said:\n%s", what, said)
}

// make removes the cluster, and makes the one that the scenario wants unless the runner is to; its director is drawn.
func (v *victims) make(t *testing.T, s *sim.Scenario, byRunner bool) (director string) {
	t.Helper()
	out, err := v.run("down")
	require.NoError(t, err, out)
	kinds := slices.DeleteFunc(sim.DirectorKinds(), func(k sim.DirectorKind) bool { return !s.Cluster.Runs(k) })
	director, v.mount = string(kinds[v.rng.IntN(len(kinds))]), s.Cluster.Mount
	if byRunner {
		return director
	}
	args := []string{"up", "--port", "0", "--director", director}
	if v.mount != "" {
		args = append(args, "--mount", v.mount)
	}
	out, err = v.run(args...)
	require.NoError(t, err, out)
	return director
}

// planned is when a scenario's last step ends, at the earliest.
func planned(s *sim.Scenario) (end time.Duration) {
	at := map[string]time.Duration{}
	for _, step := range s.Timeline {
		begin := at[step.When.After] + step.When.At
		if step.Fault != nil {
			begin += step.Fault.For
		}
		at[step.Name()] = begin
		end = max(end, begin)
	}
	return end + s.Settle
}

// look tells of all nodes what faults may have changed in them.
func (v *victims) look(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, n := range sim.DefaultPlan().Nodes() {
		out, err := v.run("exec", n.Name, "--", "sh", "-c", lookScript)
		require.NoError(t, err, "%s: %s", n.Name, out)
		fmt.Fprintf(&b, "%s\n%s", n.Name, out)
	}
	return b.String()
}

// noDebts wants no undo left in the ledger.
func (v *victims) noDebts(t *testing.T, what string) {
	t.Helper()
	dir, err := sim.StateDir(v.cluster)
	require.NoError(t, err)
	assert.NoFileExists(t, filepath.Join(dir, "undo.ndjson"), what)
}

// gone wants nothing left after `down`.
func (v *victims) gone(t *testing.T) {
	t.Helper()
	out, err := v.run("down")
	require.NoError(t, err, out)
	there, err := v.there(t)
	require.NoError(t, err)
	assert.False(t, there, "something is left of the cluster")
	v.noDebts(t, "after down")
}

// build makes the command.
func build(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "simulacro")
	cmd := exec.Command("go", "build", "-o", bin, "simulacro/cmd/simulacro")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	return bin
}

// command calls the command on one cluster.
type command struct{ bin, cluster, dir string }

func (c command) cmd(args ...string) *exec.Cmd {
	cmd := exec.Command(c.bin, append([]string{args[0], "--cluster", c.cluster}, args[1:]...)...)
	cmd.Dir = c.dir
	return cmd
}

func (c command) run(args ...string) (string, error) {
	out, err := c.cmd(args...).CombinedOutput()
	return string(out), err
}

// killAt gives what the runner had said until it was killed. A run that is over by then is a fine instant too.
func (c command) killAt(t *testing.T, at time.Duration, args ...string) string {
	t.Helper()
	cmd := c.cmd(args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(t, cmd.Start())
	timer := time.AfterFunc(at, func() { _ = cmd.Process.Kill() })
	_ = cmd.Wait()
	timer.Stop()
	return out.String()
}

// there tells whether the engine has a container, a network or a volume of the cluster.
func (c command) there(t *testing.T) (bool, error) {
	t.Helper()
	all, err := rt.List(context.Background())
	return slices.Contains(all, c.cluster), err
}
