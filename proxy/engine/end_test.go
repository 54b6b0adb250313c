package engine

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// descriptors gives what the process has open of sockets, of pipes and of what loops wait with.
func descriptors(t *testing.T) map[string]int {
	t.Helper()
	const dir = "/proc/self/fd"
	list, err := os.ReadDir(dir)
	require.NoError(t, err)
	open := map[string]int{}
	for _, e := range list {
		to, err := os.Readlink(filepath.Join(dir, e.Name()))
		if err == nil && (strings.HasPrefix(to, "socket:") || strings.HasPrefix(to, "pipe:") || strings.HasPrefix(to, "anon_inode:")) {
			open[to]++
		}
	}
	return open
}

// opened are those that were not open before.
func opened(t *testing.T, before map[string]int) (fresh []string) {
	t.Helper()
	for what, n := range descriptors(t) {
		for range n - before[what] {
			fresh = append(fresh, what)
		}
	}
	return fresh
}

// reaches waits until a client is in the state.
func (d *director) reaches(st state) {
	d.t.Helper()
	in := func(l *loop) (n int) {
		for c := range l.live {
			if c.st == st {
				n++
			}
		}
		return n
	}
	require.Eventually(d.t, func() bool {
		n := 0
		for _, k := range askLoops(d.Engine, in) {
			n += k
		}
		return n > 0
	}, 5*time.Second, time.Millisecond)
}

const plainGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

// half sends the beginning of an answer, and then no more.
func half(c net.Conn) {
	_, _ = io.ReadFull(c, make([]byte, len(plainGet)))
	_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nthe beginning")
	hold(c)
}

// flood sends more than sockets and buffers hold.
func flood(c net.Conn) {
	_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
	_, _ = io.Copy(c, io.LimitReader(zeros{}, 1e9))
}

// TestAHardStopLeavesNothingOpen: however far an exchange has come, no descriptor outlives Run.
func TestAHardStopLeavesNothingOpen(t *testing.T) {
	a := newAuthority(t)
	a.issue("a.test", false, time.Hour)
	ssl := " ssl crt " + a.file("a.test")
	for _, x := range []struct {
		name               string
		st                 state
		server             func(net.Conn) // nil: nothing listens
		bind, back, params string         // of the configuration
		send               string
	}{
		{"connected", stIdle, hold, "", "", "", ""},
		{"kept", stIdle, named("s"), "", "", "", plainGet},
		{"handshake with the client", stTLS, hold, ssl, "", "", ""},
		{"PROXY header awaited", stHeader, hold, " accept-proxy", "", "", ""}, // the beginning of one is an error
		{"head under way", stReading, hold, "", "", "", "GET / HT"},
		{"body under way", stWaiting, hold, "", "", "", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"},
		{"asked", stWaiting, hold, "", "", "", plainGet},
		{"checked", stWaiting, hold, "", "", " check inter 1ms", plainGet},
		{"answer under way", stPassing, half, "", "", "", plainGet},
		{"answer not taken", stPassing, flood, "", "", "", plainGet},
		{"refused", stDraining, hold, "", "http-request deny", "", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"},
		{"tunnel", stTunnel, hold, "; mode tcp", "mode tcp", "", "bytes"},
		{"queued", stQueued, hold, "", "", " maxconn 1", plainGet},
		{"pausing", stPausing, nil, "", "", "", plainGet},
		{"handshake with the server", stConnect, hold, "", "", " ssl verify none", plainGet},
		{"handshake of a check", stIdle, hold, "", "", " check inter 1ms ssl verify none", ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			before := descriptors(t)
			s := &real{addr: dead(t)}
			if x.server != nil {
				s = serve(t, x.server)
			}
			back := strings.TrimPrefix(x.back+"; server s "+s.addr+x.params, "; ")
			d := start(t, parsed(t, "bind 127.0.0.1:1"+x.bind, back))
			own := []io.Closer{d.dial().say(x.send), d.dial().say(x.send)} // one waits where there is a place for one only
			if d.reaches(x.st); strings.Contains(x.params, "check") {
				require.Eventually(t, func() bool { return s.conns.Load() > 0 }, 5*time.Second, time.Millisecond)
			}
			d.HardStop()
			require.NoError(t, <-d.done)
			d.done <- nil
			for _, c := range own {
				require.NoError(t, c.Close())
			}
			if s.Listener != nil {
				s.stop()
			}
			require.Empty(t, opened(t, before))
		})
	}
}

// TestAStopThatTheLoopHasNotHeardOf: the last client leaves when the engine is stopping, and before the loop is told to close what is
// idle. It must not end with a connection to a server in its pool.
func TestAStopThatTheLoopHasNotHeardOf(t *testing.T) {
	ended := make(chan struct{})
	s := serve(t, func(c net.Conn) {
		named("s")(c)
		close(ended)
	})
	d := start(t, pooling(s.addr), func(o *Options) { o.Loops = 1 })
	b := d.dial()
	b.get("/")
	d.idles(1)
	d.mu.Lock() // the stop has come halfway when it wants this
	stopped := make(chan struct{})
	go func() { defer close(stopped); d.SoftStop() }()
	require.Eventually(t, d.Engine.stopping.Load, 5*time.Second, time.Millisecond)
	require.NoError(t, b.Close())
	require.Eventually(t, func() bool { return d.actconn.Load() == 0 }, 5*time.Second, time.Millisecond)
	d.mu.Unlock()
	<-stopped
	require.NoError(t, <-d.done)
	d.done <- nil
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Fatal("a connection to the server is open after the end")
	}
}

// TestAStopBeforeTheStart: there is no loop yet that could be told.
func TestAStopBeforeTheStart(t *testing.T) {
	before := descriptors(t)
	s := serve(t, hold)
	e, err := New(parsed(t, "bind 127.0.0.1:1", "server s "+s.addr+" check inter 1ms"), Options{Logger: noLog{}})
	require.NoError(t, err)
	require.NoError(t, e.Listen(nil))
	e.SoftStop()
	require.NoError(t, e.Run())
	s.stop()
	require.Empty(t, opened(t, before))
}

// TestAClosedLoopTakesNothing: its descriptors' numbers may be somebody else's by now, who would get the loop's ringing.
func TestAClosedLoopTakesNothing(t *testing.T) {
	d := start(t, practical(dead(t)), func(o *Options) { o.Loops = 1 })
	d.HardStop()
	require.NoError(t, <-d.done)
	d.done <- nil
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	defer w.Close()
	l := d.loops[0]
	l.wake = int(w.Fd())
	d.HardStop()
	require.NoError(t, r.SetReadDeadline(time.Now().Add(20*time.Millisecond)))
	_, err = r.Read(make([]byte, 8))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
}
