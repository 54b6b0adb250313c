package engine

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"simulacro/proxy/config"
)

// hold stops the only loop until the test says go on: what happens meanwhile, the loop sees in one round.
func (d *director) hold() (goOn func()) {
	held, release := make(chan struct{}), make(chan struct{})
	d.mu.Lock()
	l := d.loops[0]
	d.mu.Unlock()
	l.post(standstill{held, release})
	<-held
	return func() { close(release) }
}

type standstill struct{ held, release chan struct{} }

func (p standstill) run() { close(p.held); <-p.release }

// arrives waits, while the loop stands still, until one of its sockets has the event: that of its only client, or one that hangs on it.
func (d *director) arrives(event int16, socket func(c *client) int) {
	d.t.Helper()
	for c := range d.loops[0].live {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(socket(c)), Events: event}}, 5000)
		require.NoError(d.t, err)
		require.Equal(d.t, 1, n)
	}
}

// pooling is a section whose connections to servers are kept.
func pooling(server string) *config.Config {
	cfg := practical(server)
	for _, p := range cfg.Proxies {
		p.ConnMode = config.KeepAlive
	}
	return cfg
}

// closers is a real server that hands each of its connections out after it has answered the connection's first request.
func closers(t *testing.T) (*real, chan net.Conn) {
	conns := make(chan net.Conn, 8)
	s := serve(t, func(c net.Conn) {
		b := bufio.NewReader(c)
		if _, err := http.ReadRequest(b); err != nil {
			return
		}
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		conns <- c
		_, _ = io.Copy(io.Discard, b)
	})
	return s, conns
}

// TestClosedIdleConnectionIsNotUsed: the server has closed an idle connection, and the client has sent its next request, before the
// loop looks at either. The request came first, and must go over a new connection all the same.
func TestClosedIdleConnectionIsNotUsed(t *testing.T) {
	s, conns := closers(t)
	d := start(t, pooling(s.addr), func(o *Options) { o.Loops = 1 })
	b := d.dial()
	b.get("/1")
	idle := <-conns
	d.idles(1)

	goOn := d.hold()
	b.say("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
	d.arrives(unix.POLLIN, func(c *client) int { return c.fd })
	require.NoError(t, idle.Close())
	d.arrives(unix.POLLRDHUP, func(*client) int { return d.proxies[1].servers[0].pools[0].idle[0].fd })
	goOn()
	r, body := b.answer("GET")
	require.Equal(t, 200, r.StatusCode)
	require.Equal(t, "ok", body)
	require.EqualValues(t, 2, s.conns.Load())
}

// TestConnectionClosedWithItsAnswerIsNotKept: the FIN is there when the answer is read, and epoll does not tell of it again.
func TestConnectionClosedWithItsAnswerIsNotKept(t *testing.T) {
	asked, answer := make(chan net.Conn, 8), make(chan struct{})
	s := serve(t, func(c net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
			return
		}
		asked <- c
		<-answer
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
	})
	d := start(t, pooling(s.addr), func(o *Options) { o.Loops = 1 })
	b := d.dial()
	for range 2 {
		b.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		<-asked
		goOn := d.hold()
		answer <- struct{}{}
		d.arrives(unix.POLLRDHUP, func(c *client) int { return c.up.fd })
		goOn()
		_, body := b.answer("GET")
		require.Equal(t, "ok", body)
		d.idles(0)
	}
	require.EqualValues(t, 2, s.conns.Load())
}

// idles waits until the first server of the backend has n idle connections.
func (d *director) idles(n int) {
	d.t.Helper()
	require.Eventually(d.t, func() bool { return d.Snapshot().Proxies[1].Servers[0].Idle == n }, 5*time.Second, time.Millisecond)
}
