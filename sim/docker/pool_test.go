package docker

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"simulacro/sim"
)

// A spare that was booted and paused ahead is handed out at once, made to fit, and replaced; Close leaves nothing.
func TestPool(t *testing.T) {
	rt := engine(t)
	p := NewPool(rt, "rtdev-pool", 2)
	t.Cleanup(func() {
		require.NoError(t, p.Close())
		assert.Empty(t, leftovers(t, rt, p.prefix+"-1"))
		assert.Empty(t, leftovers(t, rt, p.prefix+"-2"))
		_, err := p.Get(context.Background(), sim.Spec{})
		assert.ErrorIs(t, err, ErrClosed)
	})
	spec := sim.Spec{Director: sim.HAProxy}
	start := time.Now()
	first, err := p.Get(t.Context(), spec)
	require.NoError(t, err)
	t.Logf("booted in %v", time.Since(start))
	assert.Zero(t, first.Spec().Plan.Port)
	assert.NotEqual(t, sim.DefaultPlan().Outer, first.Spec().Plan.Outer)

	p.mu.Lock()
	ahead := p.spare
	p.mu.Unlock()
	require.NotNil(t, ahead, "the next one is under way")
	<-ahead.ready
	require.NoError(t, ahead.err)
	state, err := ahead.c.State(t.Context(), "cluster2")
	require.NoError(t, err)
	assert.Equal(t, StatePaused, state)

	spec.HAProxyCfg = "# the practical's, and a comment\n" + read(t, ahead.c, haproxyCfg)
	spec.MountOptions = "_netdev,soft,timeo=5"
	start = time.Now()
	second, err := p.Get(t.Context(), spec)
	require.NoError(t, err)
	t.Logf("adapted in %v", time.Since(start))
	assert.Equal(t, ahead.c.Spec().Name, second.Spec().Name)
	assert.Contains(t, read(t, second, haproxyCfg), "and a comment")
	mounted, err := second.Exec(t.Context(), "cluster3", "grep", " /mnt/web ", "/etc/fstab", "/proc/mounts")
	require.NoError(t, err)
	assert.Regexp(t, `/etc/fstab:.* nfs _netdev,soft,timeo=5 `, mounted.Stdout)
	assert.Regexp(t, `/proc/mounts:.* /mnt/web `, mounted.Stdout)

	back := spec
	back.Director = sim.Simulacro
	require.NoError(t, second.Adapt(t.Context(), back))
	require.NoError(t, second.Adapt(t.Context(), spec))

	waiting, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = p.Get(waiting, spec)
	assert.ErrorIs(t, err, context.DeadlineExceeded, "two is the limit")
	p.Put(first)
}

// read works in paused nodes too: it takes the file out of the container.
func read(t *testing.T, c *Cluster, path string) string {
	t.Helper()
	_, ref, err := c.ref("director")
	require.NoError(t, err)
	data, err := c.rt.getFile(t.Context(), ref, path)
	require.NoError(t, err)
	return string(data)
}
