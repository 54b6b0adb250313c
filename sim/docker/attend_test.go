package docker

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// attended goes through what commands do once more, by agents, and through what may happen to an agent.
func attended(t *testing.T, c *Cluster) {
	c.Attend()
	t.Run("commands", func(t *testing.T) { commands(t, c) })
	t.Run("a cancelled command ends in the node", func(t *testing.T) { cancelled(t, c) })
	t.Run("a command that is cancelled while it starts ends too", func(t *testing.T) { cancelledEarly(t, c) })
	t.Run("files", func(t *testing.T) { files(t, c) })
	t.Run("one agent a node", func(t *testing.T) { oneAgent(t, c) })
	t.Run("a frozen node runs nothing, later neither", func(t *testing.T) { frozen(t, c) })
	t.Run("a node that died has another agent", func(t *testing.T) { died(t, c) })
	t.Run("an agent that died is replaced", func(t *testing.T) { replaced(t, c) })
	c.Close()
	assert.Eventually(t, func() bool {
		out, err := c.Exec(t.Context(), "cluster2", "pgrep", "-f", agentPattern)
		return err == nil && out.Code == 1
	}, 5*time.Second, 50*time.Millisecond, "an agent outlives its connection")
}

const agentPattern = "^simulacro " + AgentCommand

func ok(t *testing.T, c *Cluster, node string, argv ...string) string {
	t.Helper()
	out, err := c.Exec(t.Context(), node, argv...)
	require.NoError(t, err)
	require.Zero(t, out.Code, out.Stderr)
	return strings.TrimSpace(out.Stdout)
}

// oneAgent wants the commands to be the agent's: its children, and it the same for all.
func oneAgent(t *testing.T, c *Cluster) {
	parent := ok(t, c, "cluster2", "sh", "-c", "echo $PPID")
	assert.Equal(t, parent, ok(t, c, "cluster2", "pgrep", "-f", agentPattern))
	assert.Equal(t, parent, ok(t, c, "cluster2", "sh", "-c", "echo $PPID"))
}

func frozen(t *testing.T, c *Cluster) {
	ctx := t.Context()
	require.NoError(t, c.Pause(ctx, "cluster3"))
	_, err := c.Exec(ctx, "cluster3", "touch", "/run/late")
	var not *NotRunningError
	require.ErrorAs(t, err, &not)
	assert.Equal(t, StatePaused, not.State)
	require.NoError(t, c.Unpause(ctx, "cluster3"))
	out, err := c.Exec(ctx, "cluster3", "test", "-e", "/run/late")
	require.NoError(t, err)
	assert.Equal(t, 1, out.Code, "it ran when the node thawed")

	short, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	frozenIn := &onFirstWrite{do: func() { assert.NoError(t, c.Pause(ctx, "cluster3")); cancel() }}
	_, err = c.Stream(short, "cluster3", frozenIn, nil, "sh", "-c", "echo begun; exec sleep 7534")
	assert.ErrorIs(t, err, context.Canceled)
	require.NoError(t, c.Unpause(ctx, "cluster3"))
	assert.Eventually(t, func() bool {
		left, err := c.Exec(ctx, "cluster3", "pgrep", "-f", "sleep 7534")
		return err == nil && left.Code == 1
	}, 5*time.Second, 50*time.Millisecond, "what was cancelled in a frozen node runs on")
}

func died(t *testing.T, c *Cluster) {
	ctx := t.Context()
	before := ok(t, c, "cluster4", "sh", "-c", "echo $PPID")
	killed := &onFirstWrite{do: func() { assert.NoError(t, c.Kill(ctx, "cluster4", "")) }}
	code, err := c.Stream(ctx, "cluster4", killed, nil, "sh", "-c", "echo begun; exec sleep 60")
	require.NoError(t, err)
	assert.Equal(t, codeKilled, code, "the node's power went with the command under way")
	_, err = c.Exec(ctx, "cluster4", "true")
	var not *NotRunningError
	require.ErrorAs(t, err, &not)
	assert.Equal(t, StateExited, not.State)
	require.NoError(t, c.Start(ctx, "cluster4"))
	assert.NotEmpty(t, ok(t, c, "cluster4", "sh", "-c", "echo $PPID"), "the agent was %s", before)
	assert.NotEmpty(t, ok(t, c, "cluster4", "pgrep", "-f", agentPattern))
}

// replaced kills an agent as the kernel does that has no memory left: what it ran has failed, and is not run twice.
func replaced(t *testing.T, c *Cluster) {
	ctx := t.Context()
	_, err := c.Exec(ctx, "storage", "sh", "-c", "echo once >>/run/often; kill -9 $PPID; sleep 60")
	assert.ErrorContains(t, err, "ended while the command ran")
	assert.Equal(t, "once", ok(t, c, "storage", "cat", "/run/often"))
	ok(t, c, "storage", "pkill", "-f", "sleep 60")
	// Where none can be had the engine runs the commands.
	ok(t, c, "storage", "sh", "-c", "mv /usr/local/bin/simulacro /usr/local/bin/elsewhere")
	_, err = c.Exec(ctx, "storage", "sh", "-c", "kill -9 $PPID")
	assert.Error(t, err)
	assert.Equal(t, "0", ok(t, c, "storage", "sh", "-c", "echo $PPID"))
	ok(t, c, "storage", "mv", "/usr/local/bin/elsewhere", "/usr/local/bin/simulacro")
}
