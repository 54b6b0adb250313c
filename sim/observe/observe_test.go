package observe

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"simulacro/sim"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const showStat = `# pxname,svname,qcur,scur,stot,status,weight,chkdown,check_status,check_code,
http_front,FRONTEND,,3,17,OPEN,,,,,
http_back,cluster2,1,2,9,UP 1/3,1,0,* L4CON,,
http_back,cluster3,0,0,8,DOWN,1,2,L7STS,503,
http_back,BACKEND,0,0,17,UP,1,0,,,

`

func TestParseStats(t *testing.T) {
	all, err := ParseStats(strings.NewReader(showStat))
	require.NoError(t, err)
	assert.Equal(t, []sim.ServerStats{
		{Backend: "http_front", Server: "FRONTEND", Status: "OPEN", Sessions: 17, Current: 3},
		{Backend: "http_back", Server: "cluster2", Status: "UP 1/3", CheckStatus: "L4CON", Weight: 1, Sessions: 9, Current: 2, Queue: 1},
		{Backend: "http_back", Server: "cluster3", Status: "DOWN", CheckStatus: "L7STS", CheckCode: 503, Weight: 1, Sessions: 8, Downs: 2},
		{Backend: "http_back", Server: "BACKEND", Status: "UP", Weight: 1, Sessions: 17},
	}, all)
	_, err = ParseStats(strings.NewReader("Unknown command.\n"))
	assert.ErrorContains(t, err, "no column pxname")
	_, err = ParseStats(strings.NewReader(""))
	assert.Error(t, err)
}

// director answers `show stat` on a socket until it is closed.
func director(t *testing.T, socket string) func() {
	t.Helper()
	ln, err := net.Listen("unix", socket)
	require.NoError(t, err)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 100))
			_, _ = c.Write([]byte(showStat))
			c.Close()
		}
	})
	return sync.OnceFunc(func() { ln.Close(); wg.Wait() })
}

// eventually reads events until one is as wanted.
func eventually(t *testing.T, events <-chan sim.Event, what string, is func(sim.Event) bool) {
	t.Helper()
	timeout := time.After(5 * time.Second)
	for {
		select {
		case e := <-events:
			if is(e) {
				return
			}
		case <-timeout:
			t.Fatal("not seen: " + what)
		}
	}
}

func TestObserverSeesStatesLogLinesAndTrouble(t *testing.T) {
	dir := t.TempDir()
	o := Observer{Node: "cluster1", Socket: filepath.Join(dir, "stats"), Log: filepath.Join(dir, "haproxy.log"), Every: 5 * time.Millisecond}
	require.NoError(t, os.WriteFile(o.Log, []byte("old line\n"), 0o600))
	stop := director(t, o.Socket)
	defer stop()
	ctx, cancel := context.WithCancel(t.Context())
	events := make(chan sim.Event, 10_000)
	done := make(chan error)
	go func() { done <- o.Run(ctx, func(e sim.Event) { events <- e }) }()

	eventually(t, events, "cluster3 is DOWN", func(e sim.Event) bool {
		return e.Stats != nil && e.Stats.Server == "cluster3" && e.Stats.Status == "DOWN"
	})
	f, err := os.OpenFile(o.Log, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString("Server http_back/cluster3 is DO")
	require.NoError(t, err)
	_, err = f.WriteString("WN.\nhalf a line")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	eventually(t, events, "the log line", func(e sim.Event) bool {
		assert.NotContains(t, e.Text, "old")
		return e.Kind == sim.KindLog && e.Text == "Server http_back/cluster3 is DOWN."
	})
	require.NoError(t, os.Remove(o.Log))
	require.NoError(t, os.WriteFile(o.Log, []byte("after rotation\n"), 0o600))
	eventually(t, events, "a line of the new file", func(e sim.Event) bool { return e.Text == "after rotation" })

	stop()
	eventually(t, events, "a dead socket", func(e sim.Event) bool { return strings.HasPrefix(e.Text, "observer: stats socket: dial") })
	defer director(t, o.Socket)()
	eventually(t, events, "its return", func(e sim.Event) bool { return e.Text == "observer: stats: back" })
	cancel()
	assert.ErrorIs(t, <-done, context.Canceled)
}
