package engine

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simulacro/proxy/config"
)

// hold takes a request and never answers.
func hold(c net.Conn) { io.Copy(io.Discard, c) }

func TestWhatIsLoggedOfFailures(t *testing.T) {
	cases := []struct {
		name   string
		server func(net.Conn)
		times  func(*config.Timeouts)
		send   string
		status int // in the log
		flags  string
		answer string // start of what the client gets
	}{
		{"no answer in time", hold, func(x *config.Timeouts) { x.Server = 50 * time.Millisecond },
			"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 504, "sH--", "HTTP/1.1 504 "},
		{"the server closes", func(c net.Conn) { bufio.NewReader(c).ReadString('\n') }, nil,
			"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 502, "SH--", "HTTP/1.1 502 "},
		{"the server talks nonsense", answering(func(*http.Request) string { return "nonsense\r\n\r\n" }), nil,
			"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 502, "PH--", "HTTP/1.1 502 "},
		{"the server stops in the body", func(c net.Conn) {
			http.ReadRequest(bufio.NewReader(c))
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
			io.Copy(io.Discard, c)
		}, func(x *config.Timeouts) { x.Server = 50 * time.Millisecond },
			"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 200, "sD--", "HTTP/1.1 200 "},
		{"the server closes in the body", func(c net.Conn) {
			http.ReadRequest(bufio.NewReader(c))
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
		}, nil, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 200, "SD--", "HTTP/1.1 200 "},
		{"no request in time", nil, func(x *config.Timeouts) { x.HTTPRequest = 50 * time.Millisecond },
			"GET / HT", 408, "cR--", "HTTP/1.1 408 "},
		{"no request", nil, nil, "nonsense\r\n\r\n", 400, "PR--", "HTTP/1.1 400 "},
		{"broken chunks", named("x"), nil, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", 400, "PR--", "HTTP/1.1 400 "},
		{"the client stops in its body", hold, func(x *config.Timeouts) { x.Client, x.Server = 10*time.Millisecond, 50*time.Millisecond },
			"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc", 504, "sH--", "HTTP/1.1 504 "},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.server == nil {
				c.server = named("x")
			}
			cfg := practical(serve(t, c.server).addr)
			for _, p := range cfg.Proxies {
				if c.times != nil {
					c.times(&p.Timeouts)
				}
			}
			d := start(t, cfg)
			b := d.dial().say(c.send)
			first := make([]byte, len(c.answer))
			_, err := io.ReadFull(b.r, first)
			require.NoError(t, err)
			require.Equal(t, c.answer, string(first))
			r := d.request(0)
			require.Equal(t, c.flags, flags(r))
			require.Equal(t, c.status, r.Status)
		})
	}
}

func TestAConnectionWithoutAByteIsLoggedUnlessDontlognull(t *testing.T) {
	for _, quiet := range []bool{true, false} {
		cfg := practical()
		cfg.Proxies[0].DontLogNull = quiet
		d := start(t, cfg)
		b := d.dial()
		require.NoError(t, b.Conn.(*net.TCPConn).CloseWrite())
		require.Contains(t, b.ended(), "HTTP/1.1 400 ")
		d.dial().say("nonsense\r\n\r\n").ended()
		want := map[bool]string{true: "PR--", false: "CR--"}[quiet]
		require.Equal(t, want, flags(d.request(0)))
		require.EqualValues(t, 2, d.Snapshot().Proxies[0].Front.Ereq)
	}
}

func TestErrorsHaveHAProxysWords(t *testing.T) {
	d := start(t, practical()) // a backend without servers
	b := d.dial()
	b.say("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	require.Equal(t, "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 107\r\ncache-control: no-cache\r\n"+
		"content-type: text/html\r\nconnection: close\r\n\r\n<html><body><h1>503 Service Unavailable</h1>\n"+
		"No server is available to handle this request.\n</body></html>\n", b.ended())
	r := d.request(0)
	require.Equal(t, "SC--", flags(r))
	require.Equal(t, "<NOSRV>", r.Server)
	require.Equal(t, "http_back", r.Backend)
}

func TestARefusedConnectionIsTriedElsewhereAtOnce(t *testing.T) {
	d := start(t, practical(dead(t), serve(t, named("s2")).addr))
	began := time.Now()
	for range 4 {
		r, body := d.dial().get("/")
		require.Equal(t, 200, r.StatusCode)
		require.Equal(t, "s2", body)
	}
	require.Less(t, time.Since(began), time.Second)
	r := d.request(0)
	require.True(t, r.Redisp)
	require.Equal(t, 1, r.Retries)
	s := d.Snapshot().Proxies[1]
	require.EqualValues(t, 4, s.Back.Wredis, "the second server's turn is spent each time")
	require.EqualValues(t, 4, s.Servers[0].Wredis)
}

func TestWithoutRedispatchTheSameServerIsTriedAgain(t *testing.T) {
	cfg := practical(dead(t), serve(t, named("s2")).addr)
	back := cfg.Proxies[1]
	back.Redispatch, back.Retries, back.Timeouts.Connect = 0, 2, 60*time.Millisecond
	d := start(t, cfg)
	began := time.Now()
	r, _ := d.dial().get("/")
	require.Equal(t, 503, r.StatusCode)
	require.GreaterOrEqual(t, time.Since(began), 120*time.Millisecond, "two waits of the connect timeout")
	log := d.request(0)
	require.Equal(t, "SC--", flags(log))
	require.Equal(t, 2, log.Retries)
	require.Equal(t, "s1", log.Server)
	require.False(t, log.Redisp)
	s := d.Snapshot().Proxies[1].Servers[0]
	require.EqualValues(t, []uint64{3, 2, 1}, []uint64{s.Stot, s.Wretr, s.Econ})
}

func TestARetryGoesElsewhereAtOnce(t *testing.T) {
	cfg := practical(dead(t), serve(t, named("s2")).addr)
	back := cfg.Proxies[1]
	back.Balance.Algorithm = "first" // which does not care who is next
	back.Retries, back.Timeouts.Connect = 2, 60*time.Millisecond
	d := start(t, cfg)
	r, body := d.dial().get("/")
	require.Equal(t, 200, r.StatusCode)
	require.Equal(t, "s2", body)
	log := d.request(0)
	require.Equal(t, 1, log.Retries)
	require.True(t, log.Redisp)
}

func TestSoftStopFinishesWhatIsUnderWay(t *testing.T) {
	begun, release := make(chan bool), make(chan struct{})
	s := serve(t, answering(func(*http.Request) string {
		begun <- true
		<-release
		return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	}))
	d := start(t, inMode(practical(s.addr), config.KeepAlive))
	idle, busy := d.dial(), d.dial()
	go func() { <-begun; release <- struct{}{} }()
	idle.get("/")
	busy.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	<-begun
	d.SoftStop()
	require.Empty(t, idle.ended(), "an idle connection is closed")
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", d.addr)
		if err == nil {
			c.Close()
		}
		return err != nil
	}, 5*time.Second, time.Millisecond)
	release <- struct{}{}
	_, body := busy.answer("GET")
	require.Equal(t, "ok", body)
	require.NoError(t, <-d.done)
	d.done <- nil
	d.event("Proxy http_front stopped (cumulated conns: FE: 2, BE: 0).")
	d.event("Proxy http_back stopped")
}

func TestHardStopEndsEverything(t *testing.T) {
	d := start(t, practical(serve(t, hold).addr))
	b := d.dial().say("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	require.Eventually(t, func() bool { return d.Snapshot().Proxies[1].Back.Scur == 1 }, 5*time.Second, time.Millisecond)
	d.HardStop()
	require.NoError(t, <-d.done)
	d.done <- nil
	_, err := io.ReadAll(b.r)
	_ = err
	require.Equal(t, "KH--", flags(d.request(0)))
}

func TestABindThatFailsSaysWhyAsHAProxyDoes(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	cfg := practical()
	a := &cfg.Proxies[0].Binds[0].Addr
	a.Port, a.Text = l.Addr().(*net.TCPAddr).Port, l.Addr().String()
	e, err := New(cfg, Options{})
	require.NoError(t, err)
	err = e.Listen(nil)
	var be BindErrors
	require.ErrorAs(t, err, &be)
	require.Equal(t, "cannot bind socket (Address already in use) for ["+a.Text+"]", be[0].Error())
	require.True(t, strings.HasPrefix(err.Error(), "starting frontend http_front: cannot bind"))
}
