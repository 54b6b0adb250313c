package docker

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"simulacro/sim"
)

func TestMain(m *testing.M) {
	state, err := os.MkdirTemp("", "simulacro-state-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Setenv("XDG_STATE_HOME", state)
	sweepDead()
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		os.RemoveAll(state)
		os.Exit(code)
	}))
}

// sweepDead removes the clusters and snapshots of test processes that died before they could: their networks would be in the way.
func sweepDead() {
	ctx := context.Background()
	rt, err := Open(ctx)
	if err != nil {
		return // the tests will say it better
	}
	defer rt.Close()
	names, err := rt.List(ctx)
	told(err)
	for _, name := range names {
		if ofDead(name) {
			_, err := rt.Down(ctx, name)
			told(err)
		}
	}
	kept, err := rt.Snapshots(ctx, "")
	told(err)
	for _, s := range kept {
		if ofDead(s.Cluster) {
			told(rt.RemoveSnapshot(ctx, s.Cluster, s.Name))
		}
	}
}

// ofDead tells whether a cluster's name is one that ownName gave to a process that runs no more.
func ofDead(name string) bool {
	pid, err := strconv.Atoi(name[strings.LastIndex(name, "-")+1:])
	return strings.HasPrefix(name, "rtdev-") && err == nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}

func told(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// engine connects to the engine, and skips the test where there is none or it has no images of the nodes.
func engine(t testing.TB) *Runtime {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a Docker engine: left out by -short")
	}
	ctx := t.Context()
	rt, err := Open(ctx)
	var none *ConnectError
	if errors.As(err, &none) {
		t.Skipf("no Docker engine answers: %v", none.Err)
	}
	require.NoError(t, err)
	t.Cleanup(func() { rt.Close() })
	states, err := rt.Images(ctx, "")
	require.NoError(t, err)
	for _, s := range states {
		if s.State == ImageMissing {
			t.Skipf("image %s is not built (simulacro images)", s.Tag)
		}
	}
	return rt
}

// ownName is a cluster name that no other process uses.
func ownName(t testing.TB, what string) string { return fmt.Sprintf("rtdev-%s-%d", what, os.Getpid()) }

// testSpec is a cluster beside those that a person may have; nobody insists on its addresses.
func testSpec(t testing.TB, what string, third byte) sim.Spec {
	plan := sim.Plan{
		Outer:   netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 168, third, 0}), 24),
		Inner:   netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, third, 0}), 24),
		Servers: 3,
	}
	return sim.Spec{Name: ownName(t, what), Plan: plan, Director: sim.HAProxy}
}

// bringUp is Up, with the removal at the test's end and a check that it removed all.
func bringUp(t testing.TB, rt *Runtime, spec sim.Spec) *Cluster {
	t.Helper()
	removeLater(t, rt, spec.Name)
	c, err := rt.Up(t.Context(), spec, func(s Step) {
		if s.Done {
			t.Logf("%s %v: %s", s.Phase, s.Took.Round(time.Millisecond), s.Text)
		}
	})
	require.NoError(t, err)
	return c
}

func removeLater(t testing.TB, rt *Runtime, name string) {
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_, err := rt.Down(ctx, name)
		assert.NoError(t, err)
		assert.Empty(t, leftovers(t, rt, name))
	})
}

// leftovers asks the engine itself, by label, what is left of a cluster.
func leftovers(t testing.TB, rt *Runtime, name string) (left []string) {
	t.Helper()
	ctx := context.Background()
	containers, err := rt.api.ContainerList(ctx, container.ListOptions{All: true, Filters: ofCluster(name)})
	require.NoError(t, err)
	for _, c := range containers {
		left = append(left, c.Names...)
	}
	networks, err := rt.api.NetworkList(ctx, network.ListOptions{Filters: ofCluster(name)})
	require.NoError(t, err)
	for _, n := range networks {
		left = append(left, n.Name)
	}
	volumes, err := rt.api.VolumeList(ctx, volume.ListOptions{Filters: ofCluster(name)})
	require.NoError(t, err)
	for _, v := range volumes.Volumes {
		left = append(left, v.Name)
	}
	return left
}
