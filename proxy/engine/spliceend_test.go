package engine

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"simulacro/proxy/config"
)

// TestEndsOfSplicedBodies: who ends what is seen as when it is copied, and the pipe comes back.
func TestEndsOfSplicedBodies(t *testing.T) {
	part := func(c net.Conn) {
		_, _ = http.ReadRequest(bufio.NewReader(c))
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
		_, _ = c.Write(large)
	}
	request := fmt.Sprintf("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", 100<<20)
	for _, k := range []struct {
		name   string
		server func(net.Conn)
		play   func(*director, *browser)
		flags  string
	}{
		{"the server closes", part, func(d *director, b *browser) {
			_, body := b.say(plainGet).answer("GET")
			require.True(t, body == string(large), "what has come of it goes out")
		}, "SD--"},
		{"the server is silent", func(c net.Conn) { part(c); hold(c) }, func(d *director, b *browser) {
			_, _ = b.say(plainGet).answer("GET")
		}, "sD--"},
		{"the client leaves", flood, func(d *director, b *browser) {
			b.say(plainGet)
			require.Eventually(t, func() bool { return d.Snapshot().Info.PipesUsed == 1 }, 5*time.Second, time.Millisecond)
			require.NoError(t, b.Close())
		}, "CD--"},
		{"the client does not read", flood, func(d *director, b *browser) { b.say(plainGet) }, "cD--"},
		{"the client leaves its request", hold, func(d *director, b *browser) {
			b.say(request + string(large))
			require.NoError(t, b.Close())
		}, "CD--"},
		{"the server does not read", func(c net.Conn) {
			_ = c.(*net.TCPConn).SetReadBuffer(4 << 10)
			_, _ = c.Read(make([]byte, 1))
			d := make([]byte, 1)
			for n := 1; n > 0; time.Sleep(100 * time.Millisecond) { // until the director gives up
				n, _ = c.Read(d)
			}
		}, func(d *director, b *browser) {
			go func() { _, _ = io.WriteString(b, request+string(large)) }()
			_, _ = b.answer("POST")
		}, "sH--"},
	} {
		t.Run(k.name, func(t *testing.T) {
			cfg := patient(serve(t, k.server).addr)
			for _, p := range cfg.Proxies {
				p.Timeouts.Client, p.Timeouts.Server = time.Second, 1500*time.Millisecond
				if k.flags[0] == 's' {
					p.Timeouts.Client, p.Timeouts.Server = 1500*time.Millisecond, time.Second
				}
			}
			d := start(t, cfg)
			k.play(d, d.dial())
			require.Equal(t, k.flags, flags(d.request(0)))
			require.Positive(t, d.Snapshot().Info.Spliced)
			require.Eventually(t, func() bool { return d.Snapshot().Info.PipesUsed == 0 }, 5*time.Second, time.Millisecond)
		})
	}
}

// TestBytesBehindASplicedBodyEndTheConnection: nobody has asked for them, and they must not be taken for the next answer. Without them
// it is used again.
func TestBytesBehindASplicedBodyEndTheConnection(t *testing.T) {
	for tail, conns := range map[string]int64{"": 1, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil": 3} {
		s := serve(t, func(c net.Conn) {
			for b := bufio.NewReader(c); ; {
				if _, err := http.ReadRequest(b); err != nil {
					return
				}
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n"+lengthOfLarge+"\r\n"+string(large)+tail)
			}
		})
		cfg := patient(s.addr)
		for _, p := range cfg.Proxies {
			p.ConnMode, p.Reuse = config.KeepAlive, config.ReuseAlways
		}
		d := start(t, cfg)
		b := d.dial()
		for range 3 {
			_, body := b.get("/")
			require.True(t, body == string(large))
		}
		require.Equal(t, conns, s.conns.Load())
	}
}

// TestSendingBehindAPipe: what is sent while a pipe waits does not overtake it.
func TestSendingBehindAPipe(t *testing.T) {
	e, err := New(patient("127.0.0.1:1"), Options{})
	require.NoError(t, err)
	l, err := newLoop(e, 0)
	require.NoError(t, err)
	defer l.close()
	from, to := pair(t), pair(t)
	in, out := &sock{l: l, fd: from[0]}, &sock{l: l, fd: to[0]}
	out.timer.due = never
	_, err = unix.Write(from[1], []byte("before"))
	require.NoError(t, err)
	require.Equal(t, 6, in.siphon(out, 6))
	h := (*inboxReader)(l)
	require.True(t, out.send(h, []byte(", after")))
	require.True(t, out.flush(h))
	got := make([]byte, 64)
	n, err := unix.Read(to[1], got)
	require.NoError(t, err)
	require.Equal(t, "before, after", string(got[:n]))
	require.Nil(t, out.pipe)
	require.Len(t, l.pipes, 1)
}

// pair gives two sockets that are connected with each other.
func pair(t *testing.T) [2]int {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	require.NoError(t, err)
	t.Cleanup(func() {
		for _, fd := range fds {
			sysClose(fd)
		}
	})
	return fds
}
