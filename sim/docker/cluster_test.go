package docker

import (
	"bytes"
	"context"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"simulacro/sim"
)

// One cluster serves the subtests, in their order: a boot costs more than all of them.
func TestCluster(t *testing.T) {
	rt := engine(t)
	spec := testSpec(t, "cluster", 64)
	c := bringUp(t, rt, spec)
	t.Run("a second up finds it", func(t *testing.T) { againUp(t, rt, c) })
	t.Run("another spec is refused", func(t *testing.T) { otherSpec(t, rt, c) })
	t.Run("found by name", func(t *testing.T) { foundByName(t, rt, c) })
	t.Run("commands", func(t *testing.T) { commands(t, c) })
	t.Run("a cancelled command ends in the node", func(t *testing.T) { cancelled(t, c) })
	t.Run("a command that is cancelled while it starts ends too", func(t *testing.T) { cancelledEarly(t, c) })
	t.Run("files", func(t *testing.T) { files(t, c) })
	t.Run("attended", func(t *testing.T) { attended(t, c) })
	t.Run("power and its events", func(t *testing.T) { power(t, c) })
	t.Run("repair", func(t *testing.T) { repair(t, c) })
	t.Run("logs", func(t *testing.T) { logs(t, c) })
	t.Run("half-made is removed", func(t *testing.T) { halfMade(t, rt, c) })
}

func againUp(t *testing.T, rt *Runtime, c *Cluster) {
	var phases []string
	again, err := rt.Up(t.Context(), c.Spec(), func(s Step) { phases = append(phases, s.Phase) })
	require.NoError(t, err)
	assert.Equal(t, c.Spec(), again.Spec())
	assert.Equal(t, []string{PhaseFound, PhaseReady}, phases)
}

func otherSpec(t *testing.T, rt *Runtime, c *Cluster) {
	other := c.Spec()
	other.Director = sim.Simulacro
	_, err := rt.Up(t.Context(), other, nil)
	var different *DifferentError
	require.ErrorAs(t, err, &different)
	assert.Contains(t, err.Error(), "runs with director haproxy")
}

func foundByName(t *testing.T, rt *Runtime, c *Cluster) {
	found, err := rt.Find(t.Context(), c.Spec().Name)
	require.NoError(t, err)
	assert.Equal(t, c.Spec(), found.Spec())
	names, err := rt.List(t.Context())
	require.NoError(t, err)
	assert.Contains(t, names, c.Spec().Name)
	_, err = rt.Find(t.Context(), c.Spec().Name+"-no")
	assert.ErrorIs(t, err, ErrNotFound)
	status, err := found.Status(t.Context())
	require.NoError(t, err)
	for _, n := range status {
		assert.Equal(t, StateRunning, n.State, n.Name)
		assert.Equal(t, HealthOK, n.Health, n.Name)
	}
}

func commands(t *testing.T, c *Cluster) {
	for _, tc := range []struct {
		name string
		argv []string
		code int
		out  string
	}{
		{"output", []string{"hostname"}, 0, "cluster1\n"},
		{"code", []string{"sh", "-c", "exit 7"}, 7, ""},
		{"not executable", []string{"/etc/passwd"}, 126, ""},
		{"not found", []string{"/no/such/command"}, 127, ""},
		{"not found in PATH", []string{"no-such-command"}, 127, ""},
		{"names of the others", []string{"getent", "hosts", "storage"}, 0, c.Spec().Plan.InnerAddr(15).String() + " storage"},
	} {
		out, err := c.Exec(t.Context(), "director", tc.argv...)
		require.NoError(t, err, tc.name)
		assert.Equal(t, tc.code, out.Code, tc.name)
		if tc.out != "" {
			assert.Equal(t, strings.Fields(tc.out), strings.Fields(out.Stdout), tc.name)
		}
	}
	out, err := c.ExecInput(t.Context(), "client", strings.NewReader("line\n"), "sh", "-c", "cat; echo error >&2")
	require.NoError(t, err)
	assert.Equal(t, sim.Output{Stdout: "line\n", Stderr: "error\n"}, out)
	_, err = c.Exec(t.Context(), "cluster9", "true")
	assert.ErrorContains(t, err, "the nodes are cluster1")
}

func cancelled(t *testing.T, c *Cluster) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &onFirstWrite{do: cancel}
	// The child is a process of its own that ignores SIGTERM: only the mark finds it and only SIGKILL ends it.
	_, err := c.Stream(ctx, "cluster2", out, nil, "sh", "-c", "(trap '' TERM; exec setsid sleep 7531) & echo begun; wait")
	assert.ErrorIs(t, err, context.Canceled)
	left, err := c.Exec(t.Context(), "cluster2", "pgrep", "-f", "sleep 7531")
	require.NoError(t, err)
	assert.Equal(t, 1, left.Code, "still there: %s", left.Stdout)
}

// The instant at which a command is being started is the worst to cancel at.
func cancelledEarly(t *testing.T, c *Cluster) {
	for i := range 5 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(20*i+10)*time.Millisecond)
		_, err := c.Stream(ctx, "cluster2", nil, nil, "sleep", "7532")
		cancel()
		assert.Error(t, err)
	}
	left, err := c.Exec(t.Context(), "cluster2", "pgrep", "-f", "sleep 7532")
	require.NoError(t, err)
	assert.Equal(t, 1, left.Code, "still there: %s", left.Stdout)
}

type onFirstWrite struct {
	do func()
}

func (w *onFirstWrite) Write(p []byte) (int, error) {
	w.do()
	return len(p), nil
}

func files(t *testing.T, c *Cluster) {
	ctx := t.Context()
	require.NoError(t, c.WriteFile(ctx, "cluster2", "/run/some file", []byte("on a tmpfs\n")))
	got, err := c.ReadFile(ctx, "cluster2", "/run/some file")
	require.NoError(t, err)
	assert.Equal(t, "on a tmpfs\n", string(got))
	_, err = c.ReadFile(ctx, "cluster2", "/no/such/file")
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.Error(t, c.WriteFile(ctx, "cluster2", "/no/such/folder/file", nil))

	require.NoError(t, c.Kill(ctx, "cluster4", "KILL"))
	require.NoError(t, c.WriteFile(ctx, "cluster4", "/etc/motd", []byte("while it was off\n")))
	got, err = c.ReadFile(ctx, "cluster4", "/etc/motd")
	require.NoError(t, err)
	assert.Equal(t, "while it was off\n", string(got))
	_, err = c.ReadFile(ctx, "cluster4", "/no/such/file")
	assert.ErrorIs(t, err, fs.ErrNotExist)
	require.NoError(t, c.Start(ctx, "cluster4"))
	out, err := c.Exec(ctx, "cluster4", "cat", "/etc/motd")
	require.NoError(t, err)
	assert.Equal(t, "while it was off\n", out.Stdout)
}

func power(t *testing.T, c *Cluster) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	events := c.Events(ctx)
	seen := func(text string) {
		for e := range events {
			if e.Node == "storage" && e.Text == text {
				assert.Equal(t, sim.KindContainer, e.Kind)
				return
			}
		}
		t.Fatalf("no event %q", text)
	}
	state := func(want string) {
		got, err := c.State(ctx, "storage")
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	// The engine subscribes us some time after the call: ask until an event is seen.
	require.NoError(t, c.Pause(ctx, "storage"))
	require.NoError(t, c.Unpause(ctx, "storage"))
	require.NoError(t, c.Pause(ctx, "storage"))
	seen("pause")
	state(StatePaused)
	require.NoError(t, c.Unpause(ctx, "storage"))
	state(StateRunning)
	require.NoError(t, c.Kill(ctx, "storage", "KILL"))
	seen("die exitCode=137")
	state(StateExited)
	require.NoError(t, c.Start(ctx, "storage"))
	seen("start")
	// A signal to shut down is lost on a PID 1 that is not systemd yet: boot first.
	booted(t, c, "storage")
	begun := time.Now()
	require.NoError(t, c.Stop(ctx, "storage"))
	assert.Less(t, time.Since(begun), stopGrace*time.Second, "it shuts down by itself")
	state(StateExited)
	require.NoError(t, c.Start(ctx, "storage"))
	booted(t, c, "storage")
	require.NoError(t, c.Restart(ctx, "storage"))
	state(StateRunning)
	cancel()
	for range events { // closed by the cancelled context
	}
}

func booted(t *testing.T, c *Cluster, node string) {
	t.Helper()
	require.Eventually(t, func() bool {
		out, err := c.Exec(t.Context(), node, "systemctl", "is-system-running")
		return err == nil && strings.TrimSpace(out.Stdout) == "running"
	}, 20*time.Second, 50*time.Millisecond)
}

func repair(t *testing.T, c *Cluster) {
	ctx := t.Context()
	require.NoError(t, c.Pause(ctx, "storage"))
	require.NoError(t, c.Kill(ctx, "cluster4", ""))
	out, err := c.Exec(ctx, "cluster2", "nft", "add table inet "+FaultTable)
	require.NoError(t, err)
	require.Zero(t, out.Code, out.Stderr)
	out, err = c.Exec(ctx, "client", "sh", "-c", "setsid bash -c 'exec -a \"simulacro load\" sleep 7533' >/dev/null 2>&1 </dev/null &")
	require.NoError(t, err)
	require.Zero(t, out.Code, out.Stderr)
	did, err := c.Repair(ctx)
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"client still ran a helper of a drill: ended", "storage was paused: started", "cluster4 was exited: started",
		"cluster2 had its network cut: rules removed"}, did)
	did, err = c.Repair(ctx)
	require.NoError(t, err)
	assert.Empty(t, did)
	require.NoError(t, c.Pause(ctx, "cluster3"))
	assert.Contains(t, c.diagnose(ctx), "cluster3: paused, does not run")
	require.NoError(t, c.Unpause(ctx, "cluster3"))
	require.NoError(t, c.await(ctx, &reporter{}))
}

func logs(t *testing.T, c *Cluster) {
	var out bytes.Buffer
	require.NoError(t, c.Logs(t.Context(), "cluster1", false, &out))
	assert.Contains(t, out.String(), "haproxy")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	require.NoError(t, c.Logs(ctx, "cluster1", true, &onFirstWrite{do: cancel}), "following ends without an error")
}

func halfMade(t *testing.T, rt *Runtime, c *Cluster) {
	ctx := t.Context()
	name := c.Spec().Name
	removed, err := rt.RemoveHalfMade(ctx, name)
	require.NoError(t, err)
	assert.False(t, removed, "it is whole")
	_, ref, err := c.ref("storage")
	require.NoError(t, err)
	require.NoError(t, rt.removeContainer(ctx, ref))
	state, err := c.State(ctx, "storage")
	require.NoError(t, err)
	assert.Equal(t, StateMissing, state)
	removed, err = rt.RemoveHalfMade(ctx, name)
	require.NoError(t, err)
	assert.True(t, removed)
	assert.Empty(t, leftovers(t, rt, name))
}
