package engine

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simulacro/proxy/config"
)

// spread starts a director with close-spread-time, whose clients keep their connections.
func spread(t *testing.T, window time.Duration) *director {
	s := serve(t, answering(func(*http.Request) string { return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" }))
	cfg := inMode(practical(s.addr), config.KeepAlive)
	cfg.Global.CloseSpread = window
	return start(t, cfg)
}

// stopping begins a soft stop and waits until every loop knows of it.
func (d *director) stopping() {
	d.SoftStop()
	require.Eventually(d.t, func() bool { return d.Snapshot().Info.Stopping }, 5*time.Second, time.Millisecond)
}

func TestSoftStopSpreadsTheEndOfIdleConnections(t *testing.T) {
	const window = 600 * time.Millisecond
	d := spread(t, window)
	var idle []*browser
	for range 24 {
		b := d.dial()
		b.get("/")
		idle = append(idle, b)
	}
	began := time.Now()
	d.stopping()
	ends := make(chan time.Duration, len(idle))
	for _, b := range idle {
		go func() {
			_, _ = b.r.ReadByte() // until it is closed
			ends <- time.Since(began)
		}()
	}
	early, late := 0, 0
	for range idle {
		switch at := <-ends; {
		case at < window/2:
			early++
		default:
			late++
		}
	}
	require.Greater(t, early, 0, "some end in the first half")
	require.Greater(t, late, 0, "some end in the second half")
	require.NoError(t, <-d.done)
	require.Less(t, time.Since(began), window+5*time.Second)
	d.done <- nil
}

func TestSoftStopMayLeaveConnectionsToTheirTimeouts(t *testing.T) {
	d := spread(t, -1)
	b := d.dial()
	b.get("/")
	d.stopping()
	for range 20 {
		r, body := b.get("/")
		require.Equal(t, "ok", body)
		require.False(t, r.Close, "no answer ends the connection")
	}
	require.NoError(t, b.Close())
	require.NoError(t, <-d.done)
	d.done <- nil
}

func TestSoftStopEndsActiveConnectionsWithinTheWindow(t *testing.T) {
	d := spread(t, 300*time.Millisecond)
	b := d.dial()
	b.get("/")
	began := time.Now()
	d.stopping()
	for {
		if _, err := b.Write([]byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n")); err != nil {
			break // its idle time was over first
		}
		r, err := http.ReadResponse(b.r, nil)
		if err != nil || r.Close {
			break
		}
		_, _ = r.Body.Read(make([]byte, 2))
		require.Less(t, time.Since(began), 10*time.Second)
	}
	require.NoError(t, <-d.done)
	d.done <- nil
}
