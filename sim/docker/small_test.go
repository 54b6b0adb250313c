package docker

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/network"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"simulacro/sim"
)

func TestParallelStopsAtTheFirstError(t *testing.T) {
	broken := errors.New("broken")
	var ended atomic.Int64
	err := parallel(t.Context(), []int{1, 2, 3}, func(ctx context.Context, n int) error {
		defer ended.Add(1)
		if n == 2 {
			return broken
		}
		<-ctx.Done()
		return ctx.Err()
	})
	assert.Equal(t, broken, err, "not the echoes of it")
	assert.EqualValues(t, 3, ended.Load(), "all were waited for")
}

func TestOpening(t *testing.T) {
	var out bytes.Buffer
	o := &opening{w: &out}
	for _, s := range []string{"OCI runtime exec failed: exec failed: ", `exec: "x": executable file not found in $PATH: unknown`} {
		_, err := o.Write([]byte(s))
		require.NoError(t, err)
	}
	assert.True(t, o.notFound())
	assert.Contains(t, out.String(), "not found in $PATH", "it is passed on")
	assert.False(t, (&opening{head: []byte("my own words: executable file not found")}).notFound())
	long := &opening{w: &out}
	_, err := long.Write(bytes.Repeat([]byte("x"), 5000))
	require.NoError(t, err)
	assert.Len(t, long.head, 512)
}

func TestContainerEvent(t *testing.T) {
	message := func(action string, attributes map[string]string) events.Message {
		attributes[LabelNode] = "cluster3"
		return events.Message{Action: events.Action(action), TimeNano: 1_700_000_000_000_000_001, Actor: events.Actor{Attributes: attributes}}
	}
	e, ok := containerEvent(message("die", map[string]string{"exitCode": "137", "image": "x"}))
	require.True(t, ok)
	assert.Equal(t, sim.Event{At: time.Unix(1_700_000_000, 1).UTC(), Kind: sim.KindContainer, Node: "cluster3", Text: "die exitCode=137"}, e)
	_, ok = containerEvent(message("exec_create: true", map[string]string{}))
	assert.False(t, ok, "commands are not events of the cluster")
}

func TestLock(t *testing.T) {
	ctx := t.Context()
	name := ownName(t, "lock")
	first, err := acquire(ctx, name, nil)
	require.NoError(t, err)
	assert.False(t, first.orphaned)
	require.NoError(t, first.making())

	waited := make(chan struct{})
	got := make(chan *lock)
	go func() {
		l, err := acquire(ctx, name, func() { close(waited) })
		assert.NoError(t, err)
		got <- l
	}()
	<-waited
	first.release() // without made: as a process that died
	second := <-got
	assert.True(t, second.orphaned, "the mark outlives its process")
	second.made()
	second.release()

	third, err := acquire(ctx, name, nil)
	require.NoError(t, err)
	assert.False(t, third.orphaned)
	require.NoError(t, forget(name))
	third.release()
	fourth, err := acquire(ctx, name, nil) // the file was removed: a new one
	require.NoError(t, err)
	fourth.release()
	require.NoError(t, forget(name))
}

// A cluster that docker-compose made has the labels and no spec: the plan is read off its nodes.
func TestGatheredSpec(t *testing.T) {
	node := func(name string, role sim.Role, addrs ...string) container.Summary {
		c := container.Summary{Labels: map[string]string{LabelCluster: "lab", LabelNode: name, LabelRole: string(role)},
			NetworkSettings: &container.NetworkSettingsSummary{Networks: map[string]*network.EndpointSettings{}}}
		for _, a := range addrs {
			c.NetworkSettings.Networks[a] = endpoint(a)
		}
		return c
	}
	director := node("cluster1", sim.Director, "192.168.7.101", "10.0.7.1")
	director.Ports = []container.Port{{PrivatePort: 80, PublicPort: 8080}}
	p := &parts{name: "lab", containers: []container.Summary{director, node("cluster2", sim.Server, "10.0.7.12"),
		node("cluster3", sim.Server, "10.0.7.13"), node("cluster4", sim.Server, "10.0.7.14")}}
	spec, ok := p.spec()
	require.True(t, ok)
	assert.Equal(t, sim.Plan{Outer: prefix("192.168.7.0/24"), Inner: prefix("10.0.7.0/24"), Port: 8080, Servers: 3}, spec.Plan)
	assert.False(t, p.whole(), "no storage, no client, no networks")
	_, ok = (&parts{name: "lab", containers: p.containers[1:]}).spec()
	assert.False(t, ok, "without the director nothing is known")
}

func TestDifference(t *testing.T) {
	have := withDefaults(sim.Spec{Name: "lab"})
	want := have
	assert.Empty(t, difference(want, have))
	want.Plan.Outer = prefix("192.168.9.0/24")
	assert.Empty(t, difference(want, have), "nobody asked for it")
	want.Asked.Outer = true
	assert.Contains(t, difference(want, have), "192.168.1")
	want = have
	want.MountOptions = "soft"
	assert.Contains(t, difference(want, have), "mount options")
	want = have
	want.Plan.Servers = 5
	assert.Empty(t, difference(want, have), "nobody asked for it")
	want.Asked.Servers = true
	assert.Contains(t, difference(want, have), "3 real servers")
}

func TestFollow(t *testing.T) {
	var steps []string
	r := &reporter{tell: func(s Step) { steps = append(steps, s.Text) }}
	err := follow(strings.NewReader(`{"stream":"Step 1/2 : FROM x"}{"stream":"noise\n"}{"status":"Pulling"}`), r.phase("x", 0))
	require.NoError(t, err)
	assert.Equal(t, []string{"Step 1/2 : FROM x", "Pulling"}, steps)
	err = follow(strings.NewReader(`{"stream":"make: no rule\n"}{"error":"returned a non-zero code: 2"}`), r.phase("x", 0))
	assert.ErrorContains(t, err, "non-zero code: 2\nmake: no rule", "the output says why")
}

func TestAFreezeThatTheRuntimeGivesUpIsAskedForAgain(t *testing.T) {
	times := 0
	giveUp := errors.New("OCI runtime pause failed: unable to freeze: unknown")
	require.NoError(t, freeze(t.Context(), func() error {
		if times++; times < 3 {
			return giveUp
		}
		return nil
	}))
	assert.Equal(t, 3, times)
	times = 0
	assert.ErrorIs(t, freeze(t.Context(), func() error { times++; return giveUp }), giveUp)
	assert.Equal(t, freezeTries, times, "not for ever")
	times = 0
	assert.ErrorIs(t, freeze(t.Context(), func() error { times++; return io.EOF }), io.EOF)
	assert.Equal(t, 1, times, "another error stands")
}
