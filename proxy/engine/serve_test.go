package engine

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simulacro/proxy/config"
)

func modes() map[string]config.ConnMode {
	return map[string]config.ConnMode{"keep-alive": config.KeepAlive, "server-close": config.ServerClose, "close": config.Close}
}

func inMode(cfg *config.Config, m config.ConnMode) *config.Config {
	for _, p := range cfg.Proxies {
		p.ConnMode = m
	}
	return cfg
}

func TestRoundRobinIsExact(t *testing.T) {
	var addrs []string
	for i := range 3 {
		addrs = append(addrs, serve(t, named(fmt.Sprintf("s%d", i+1))).addr)
	}
	d := start(t, practical(addrs...))
	b := d.dial()
	for i := range 30 {
		r, body := b.get("/")
		require.Equal(t, 200, r.StatusCode)
		require.Equal(t, fmt.Sprintf("s%d", i%3+1), body)
		require.Empty(t, r.Header.Get("Connection"), "the server's close is not the client's")
	}
	for i := range 3 {
		require.EqualValues(t, 10, d.Snapshot().Proxies[1].Servers[i].Stot)
	}
}

func TestConnectionModes(t *testing.T) {
	for name, mode := range modes() {
		t.Run(name, func(t *testing.T) {
			var conn []string
			s := serve(t, answering(func(r *http.Request) string {
				conn = append(conn, fmt.Sprint(r.Close))
				return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
			}))
			d := start(t, inMode(practical(s.addr), mode))
			b := d.dial()
			n := 5
			if mode == config.Close {
				n = 1
			}
			for range n {
				_, body := b.get("/")
				require.Equal(t, "ok", body)
			}
			want := map[config.ConnMode]int64{config.KeepAlive: 2, config.ServerClose: 5, config.Close: 1}[mode]
			require.LessOrEqual(t, s.conns.Load(), want)
			if mode == config.Close {
				require.Empty(t, b.ended())
			}
			d.request(n - 1)
			require.Equal(t, fmt.Sprint(mode != config.KeepAlive), conn[0])
		})
	}
}

func TestBodiesPassWhole(t *testing.T) {
	const size = 3 << 20
	big := strings.Repeat("0123456789abcdef", size/16)
	s := serve(t, func(c net.Conn) {
		b := bufio.NewReader(c)
		for {
			r, err := http.ReadRequest(b)
			if err != nil {
				return
			}
			n, _ := io.Copy(io.Discard, r.Body)
			switch r.URL.Path {
			case "/count":
				fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n%10d", n)
			case "/big":
				fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", size, big)
			case "/chunked":
				fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n3;x=y\r\nend\r\n0\r\n\r\n", size, big)
			case "/eof":
				fmt.Fprintf(c, "HTTP/1.1 200 OK\r\n\r\n%s", big)
				return
			}
			if r.Close {
				return
			}
		}
	})
	for name, mode := range modes() {
		t.Run(name, func(t *testing.T) {
			d := start(t, inMode(practical(s.addr), mode))
			for _, path := range []string{"/big", "/chunked", "/eof"} {
				b := d.dial()
				b.say("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n")
				time.Sleep(50 * time.Millisecond) // let the buffers fill: the client is slow
				r, body := b.answer("GET")
				require.Equal(t, 200, r.StatusCode)
				require.Equal(t, strings.TrimSuffix(body, "end"), big, path)
			}
			b := d.dial()
			go fmt.Fprintf(b, "POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", size, big)
			_, body := b.answer("POST")
			require.Equal(t, fmt.Sprintf("%10d", size), body)
			b = d.dial()
			go fmt.Fprintf(b, "POST /count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n%x;a=b\r\n%s\r\n0\r\n\r\n", size, big)
			_, body = b.answer("POST")
			require.Equal(t, fmt.Sprintf("%10d", size), body)
		})
	}
}

func TestPipelinedRequestsAreAnsweredInOrder(t *testing.T) {
	s := serve(t, answering(func(r *http.Request) string {
		return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(r.URL.Path), r.URL.Path)
	}))
	for name, mode := range modes() {
		if mode == config.Close {
			continue
		}
		t.Run(name, func(t *testing.T) {
			d := start(t, inMode(practical(s.addr), mode))
			b := d.dial()
			var all strings.Builder
			for i := range 50 {
				fmt.Fprintf(&all, "POST /%d HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", i)
			}
			b.say(all.String())
			for i := range 50 {
				_, body := b.answer("POST")
				require.Equal(t, fmt.Sprintf("/%d", i), body)
			}
		})
	}
}

func TestForwardedFor(t *testing.T) {
	got := make(chan string, 1)
	s := serve(t, answering(func(r *http.Request) string {
		got <- strings.Join(r.Header.Values("X-Forwarded-For"), "|")
		return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
	}))
	for _, c := range []struct {
		name, except, want string
		ifNone             bool
	}{
		{"plain", "10.0.0.0/8", "1.2.3.4|127.0.0.1", false},
		{"except", "127.0.0.0/8", "1.2.3.4", false},
		{"if-none", "10.0.0.0/8", "1.2.3.4", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := practical(s.addr)
			cfg.Proxies[0].ForwardFor = &config.ForwardFor{Except: prefix(c.except), IfNone: c.ifNone}
			d := start(t, cfg)
			d.dial().say("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n").answer("GET")
			require.Equal(t, c.want, <-got)
		})
	}
}

func TestInterimResponsesPass(t *testing.T) {
	s := serve(t, func(c net.Conn) {
		b := bufio.NewReader(c)
		r, err := http.ReadRequest(b)
		if err != nil {
			return
		}
		io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
		n, _ := io.Copy(io.Discard, r.Body)
		fmt.Fprintf(c, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d", n)
	})
	d := start(t, practical(s.addr))
	b := d.dial()
	b.say("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
	l, err := b.r.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 100 Continue\r\n", l)
	b.r.ReadString('\n')
	b.say("body")
	r, _ := http.ReadResponse(b.r, nil)
	require.Equal(t, 103, r.StatusCode)
	_, body := b.answer("POST")
	require.Equal(t, "4", body)
}

func TestUpgradeBecomesATunnel(t *testing.T) {
	s := serve(t, func(c net.Conn) {
		b := bufio.NewReader(c)
		if _, err := http.ReadRequest(b); err != nil {
			return
		}
		io.WriteString(c, "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nhello ")
		io.Copy(c, b)
		io.WriteString(c, "bye")
	})
	d := start(t, practical(s.addr))
	b := d.dial()
	b.say("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nearly ")
	b.say("late ")
	require.NoError(t, b.Conn.(*net.TCPConn).CloseWrite())
	all := b.ended()
	require.True(t, strings.HasPrefix(all, "HTTP/1.1 101 Switching\r\n"), all)
	require.True(t, strings.HasSuffix(all, "hello early late bye"), all)
	require.Equal(t, 101, d.request(0).Status)
}

func TestUpgradesThatAreNotSettled(t *testing.T) {
	for fields, want := range map[string]int{
		"Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n": 101,
		"Connection: upgrade\r\nUpgrade: websocket\r\n":                            502,
		"Upgrade: websocket\r\nSec-WebSocket-Accept: x\r\n":                        502,
		"": 502,
	} {
		s := serve(t, func(c net.Conn) {
			if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
				io.WriteString(c, "HTTP/1.1 101 Switching\r\n"+fields+"\r\n")
			}
		})
		d := start(t, practical(s.addr))
		d.dial().say("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n" +
			"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
		require.Equal(t, want, d.request(0).Status, fields)
	}
}

func TestModeTCP(t *testing.T) {
	s := serve(t, func(c net.Conn) {
		io.WriteString(c, "220 ready\r\n") // the server speaks first
		l, _ := bufio.NewReader(c).ReadString('\n')
		fmt.Fprintf(c, "you said %s", l)
	})
	cfg := practical(s.addr)
	for _, p := range cfg.Proxies {
		p.Mode = config.ModeTCP
	}
	d := start(t, cfg)
	b := d.dial()
	l, err := b.r.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "220 ready\r\n", l)
	b.say("hi\n")
	require.NoError(t, b.Conn.(*net.TCPConn).CloseWrite())
	require.Equal(t, "you said hi\n", b.ended())
	r := d.request(0)
	require.EqualValues(t, len("220 ready\r\nyou said hi\n"), r.Bytes)
	require.Equal(t, "----", flags(r))
}

func TestModeTCPSpeaksNoHTTPOfItsOwn(t *testing.T) {
	cfg := practical(dead(t))
	for _, p := range cfg.Proxies {
		p.Mode, p.Retries = config.ModeTCP, 0
	}
	d := start(t, cfg)
	require.Empty(t, d.dial().ended())
	require.Equal(t, "SC--", flags(d.request(0)))
}

func TestHeadHasNoBody(t *testing.T) {
	s := serve(t, answering(func(*http.Request) string { return "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" }))
	d := start(t, inMode(practical(s.addr), config.KeepAlive))
	b := d.dial()
	for range 3 {
		b.say("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
		r, _ := b.answer("HEAD")
		require.EqualValues(t, 1000, r.ContentLength)
	}
}
