package scenarios_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"simulacro/sim"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// instants are when the runner is killed, from its start: before the cluster is there, while it boots, before, at and under
// the fault, while it is mended and afterwards.
var instants = []time.Duration{
	100 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 3500 * time.Millisecond,
	5 * time.Second, 7 * time.Second, 9 * time.Second, 11 * time.Second, 14 * time.Second,
}

// TestKilledRunner kills `simulacro run` with SIGKILL at ten instants. After `simulacro heal` the cluster is healthy or
// gone, and after `simulacro down` nothing of it is left: no container, network, volume or state.
func TestKilledRunner(t *testing.T) {
	needEngine(t)
	bin := build(t)
	for i, at := range instants {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			t.Parallel()
			c := command{bin: bin, cluster: fmt.Sprintf("%s-%d-crash%d", prefix, os.Getpid(), i), dir: t.TempDir()}
			defer c.run("down")
			c.killAt(t, at, "run", "port-clash", "--director", "haproxy", "--port", "0")

			out, err := c.run("heal")
			require.NoError(t, err, out)
			if there, err := c.there(t); there {
				require.NoError(t, err)
				out, err := c.run("status")
				assert.NoError(t, err, out)
			}
			out, err = c.run("down")
			require.NoError(t, err, out)
			there, _ := c.there(t)
			assert.False(t, there, "something is left of the cluster")
			dir, err := sim.StateDir(c.cluster)
			require.NoError(t, err)
			assert.NoFileExists(t, filepath.Join(dir, "undo.ndjson"))
		})
	}
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
	cmd := exec.Command(c.bin, append(args, "--cluster", c.cluster)...)
	cmd.Dir = c.dir
	return cmd
}

func (c command) run(args ...string) (string, error) {
	out, err := c.cmd(args...).CombinedOutput()
	return string(out), err
}

func (c command) killAt(t *testing.T, at time.Duration, args ...string) {
	t.Helper()
	cmd := c.cmd(args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(t, cmd.Start())
	timer := time.AfterFunc(at, func() { _ = cmd.Process.Kill() }) // a run that is over by then is a fine instant too
	_ = cmd.Wait()
	timer.Stop()
	t.Logf("killed after %v; it had said:\n%s", at, out.String())
}

// there tells whether the engine has a container, a network or a volume of the cluster.
func (c command) there(t *testing.T) (bool, error) {
	t.Helper()
	all, err := rt.List(context.Background())
	for _, name := range all {
		if name == c.cluster {
			return true, err
		}
	}
	return false, err
}
