package docker

import (
	"bufio"
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// envCrashes says how many instants TestKilledUp tries; a release deserves more than every run of the tests.
const envCrashes = "SIMULACRO_CRASHES"

// kill -9 of `simulacro up` at any instant, then `down`: nothing is left by label, not even what the engine completes later.
func TestKilledUp(t *testing.T) {
	rt := engine(t)
	bin := buildCommand(t)
	spec := testSpec(t, "killed", 66)
	tries := 2
	if n, err := strconv.Atoi(os.Getenv(envCrashes)); err == nil {
		tries = n
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	for try := range tries {
		// Spread over the time of an up: networks, creating, starting, waiting.
		after := time.Duration(rng.Int64N(int64(3 * time.Second / time.Duration(tries))))
		after += 3 * time.Second / time.Duration(tries) * time.Duration(try)
		killAndClean(t, rt, bin, spec.Name, after)
	}
}

func killAndClean(t *testing.T, rt *Runtime, bin, name string, after time.Duration) {
	t.Helper()
	removeLater(t, rt, name)
	up := exec.Command(bin, "up", "--cluster", name, "--outer", "172.30.68", "--inner", "172.30.69", "--port", "0", "--director", "haproxy")
	require.NoError(t, up.Start())
	time.Sleep(after) // the instant is the test's input
	_ = up.Process.Kill()
	_ = up.Wait()
	before := len(leftovers(t, rt, name))
	out, err := exec.Command(bin, "down", "--cluster", name).CombinedOutput()
	require.NoError(t, err, "%s", out)
	t.Logf("killed after %v: %d things were there", after.Round(time.Millisecond), before)
	assert.Empty(t, leftovers(t, rt, name), "killed after %v", after)
	assert.NoFileExists(t, filepath.Join(os.Getenv("XDG_STATE_HOME"), "simulacro", name, "lock"))
}

// buildCommand builds cmd/simulacro for a test.
func buildCommand(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "simulacro")
	out, err := exec.Command("go", "build", "-o", bin, "simulacro/cmd/simulacro").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return bin
}

// An interrupted command removes what it made and says 130.
func TestInterruptedUp(t *testing.T) {
	rt := engine(t)
	bin := buildCommand(t)
	spec := testSpec(t, "interrupted", 66)
	removeLater(t, rt, spec.Name)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	up := exec.CommandContext(ctx, bin, "up", "--cluster", spec.Name, "--outer", "172.30.68", "--inner", "172.30.69", "--port", "0", "--director", "haproxy")
	stderr, err := up.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, up.Start())
	lines := bufio.NewScanner(stderr)
	require.True(t, lines.Scan(), "the first phase is told") // networks are there, nodes begin
	require.NoError(t, up.Process.Signal(os.Interrupt))
	for lines.Scan() {
		t.Log(lines.Text())
	}
	require.Error(t, up.Wait())
	assert.Equal(t, 130, up.ProcessState.ExitCode())
	assert.Empty(t, leftovers(t, rt, spec.Name))
}
