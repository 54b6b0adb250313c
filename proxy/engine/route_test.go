package engine

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// proxied answers every connection with the header of the PROXY protocol that it began with.
func proxied(c net.Conn) {
	var seen []byte
	buf := make([]byte, 4096)
	for {
		n, err := c.Read(buf)
		seen = append(seen, buf[:n]...)
		if at := bytes.Index(seen, []byte("GET ")); at >= 0 && bytes.Contains(seen[at:], []byte("\r\n\r\n")) {
			h, k, perr := parseProxyHeader(seen[:at])
			body := fmt.Sprintf("%v %v %d/%d %v %s", h.src, h.dst, k, at, perr, h.unique)
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
			seen = seen[:at]
		}
		if err != nil {
			return
		}
	}
}

func TestServersAreToldOfTheClient(t *testing.T) {
	s := serve(t, proxied)
	for words, size := range map[string]int{"send-proxy": 0, "proxy-v2-options crc32c": 0, "send-proxy-v2": 28, "send-proxy-v2 proxy-v2-options crc32c,unique-id,ssl": 28 + 7 + 7 + 8} {
		d := start(t, parsed(t, "bind 127.0.0.1:1; unique-id-format id-7", "server s "+s.addr+" "+words))
		b := d.dial()
		want := fmt.Sprintf("%s %s %d/%[3]d <nil> ", b.LocalAddr(), d.addr, size)
		if size == 0 {
			n := len("PROXY TCP4 127.0.0.1 127.0.0.1  \r\n") + len(port(b.LocalAddr().String())) + len(port(d.addr))
			want = fmt.Sprintf("%s %s %d/%[3]d <nil> ", b.LocalAddr(), d.addr, n)
		}
		if strings.Contains(words, "unique") {
			want += "id-7"
		}
		for range 2 {
			_, body := b.get("/")
			require.Equal(t, want, body, words)
		}
		_, body := d.dial().get("/")
		require.NotEqual(t, want, body, "another client has a connection of its own")
	}
}

func port(addr string) string { _, p, _ := net.SplitHostPort(addr); return p }

func TestServersInModeTCPAreToldOfTheClient(t *testing.T) {
	s := serve(t, proxied)
	d := start(t, parsed(t, "mode tcp; bind 127.0.0.1:1", "mode tcp; server s "+s.addr+" send-proxy"))
	b := d.dial()
	_, body := b.get("/")
	require.Contains(t, body, b.LocalAddr().String()+" "+d.addr)
}

// What one director sends another takes: addresses, host name and unique ID.
func TestPROXYProtocolBetweenDirectors(t *testing.T) {
	for _, words := range []string{"send-proxy", "send-proxy-v2 proxy-v2-options crc32c,unique-id"} {
		inner := start(t, parsed(t, "bind 127.0.0.1:1 accept-proxy; http-request return status 200 content-type text/plain lf-string "+
			"\"%[src]:%[src_port] %[dst]:%[dst_port] %[fc_pp_unique_id]\"", "server s "+dead(t)))
		outer := start(t, parsed(t, "bind 127.0.0.1:1; unique-id-format id-9", "server s "+inner.addr+" "+words))
		b := outer.dial()
		_, body := b.get("/")
		require.Equal(t, b.LocalAddr().String()+" "+outer.addr, strings.TrimSuffix(strings.TrimSuffix(body, "id-9"), " "))
		require.Equal(t, strings.Contains(words, "unique"), strings.HasSuffix(body, "id-9"))
	}
}

// A rule about connections decides whose header comes first; the connections of others begin with a request.
func TestPROXYProtocolByRule(t *testing.T) {
	d := start(t, parsed(t, "bind 127.0.0.1:1; tcp-request connection expect-proxy layer4 if { src 127.0.0.9 }; "+
		"http-request return status 200 content-type text/plain lf-string \"%[src] %[fc_rcvd_proxy]\"", "server s "+dead(t)))
	for from, want := range map[string]string{"127.0.0.9": "192.0.2.1 1", "127.0.0.1": "127.0.0.1 0"} {
		dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
		c, err := dialer.Dial("tcp", d.addr)
		require.NoError(t, err)
		if from == "127.0.0.9" {
			_, err = io.WriteString(c, "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n")
			require.NoError(t, err)
		}
		_, err = io.WriteString(c, "GET / HTTP/1.0\r\n\r\n")
		require.NoError(t, err)
		answer, err := io.ReadAll(c)
		require.NoError(t, err)
		require.True(t, strings.HasSuffix(string(answer), "\r\n\r\n"+want), "%s", answer)
		_ = c.Close()
	}
}

func TestHeadersThatAreNone(t *testing.T) {
	d := start(t, parsed(t, "bind 127.0.0.1:1 accept-proxy name pp; timeout client 300ms", "server s "+dead(t)))
	for text, want := range map[string]string{
		"GET / HTTP/1.0\r\n\r\n":                  "Received something which does not look like a PROXY protocol header",
		"PROX":                                    "Truncated PROXY protocol header received",
		"PROXY TCP4 1.2.3.4 1.2.3.4 1 x\r\n":      "Received an invalid PROXY protocol header",
		"PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n":      "Received an unhandled protocol in the PROXY protocol header",
		"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x01a": "Received an invalid PROXY protocol header",
		"\r\n\r\n\x00\r\nQUIT\n\x31\x11\x00\x01a": "Received something which does not look like a PROXY protocol header",
		"": "Timeout while waiting for PROXY protocol header",
	} {
		b := d.dial()
		if text != "" {
			b.say(text)
		}
		require.Regexp(t, `^127\.0\.0\.1:\d+ \[.*\] f/pp: `+want+"$", d.event(want))
		_, _ = io.ReadAll(b)
	}
	require.NoError(t, d.dial().Close())
	d.event("Connection closed while waiting for PROXY protocol header")
}

func TestSourceOfConnections(t *testing.T) {
	from := make(chan string, 1)
	seen := serve(t, func(c net.Conn) {
		from <- c.RemoteAddr().String()
		_, _ = http.ReadRequest(bufio.NewReader(c))
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	})
	for words, want := range map[string]string{" source 127.0.0.9": "127.0.0.9:", "": "127.0.0.8:", " source 127.0.0.7:41000-41200": "127.0.0.7:41"} {
		d := start(t, parsed(t, "bind 127.0.0.1:1", "source 127.0.0.8; server s "+seen.addr+words))
		r, _ := d.dial().get("/")
		require.Equal(t, 200, r.StatusCode)
		require.True(t, strings.HasPrefix(<-from, want), words)
	}
}

// socksProxy is a SOCKS4 proxy that grants what ok allows.
func socksProxy(t *testing.T, ok func(to string) bool) *real {
	return serve(t, func(c net.Conn) {
		head := make([]byte, 8)
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		for b := make([]byte, 1); ; {
			if _, err := io.ReadFull(c, b); err != nil {
				return
			}
			if b[0] == 0 {
				break
			}
		}
		ip, _ := netip.AddrFromSlice(head[4:8])
		to := netip.AddrPortFrom(ip, uint16(head[2])<<8|uint16(head[3])).String()
		if !ok(to) {
			_, _ = c.Write([]byte{0, 91, 0, 0, 0, 0, 0, 0})
			return
		}
		s, err := net.Dial("tcp", to)
		if err != nil {
			return
		}
		defer s.Close()
		_, _ = c.Write([]byte{0, 90, 0, 0, 0, 0, 0, 0})
		go func() { _, _ = io.Copy(s, c); s.Close() }()
		_, _ = io.Copy(c, s)
	})
}

func TestServersBehindSOCKS(t *testing.T) {
	s := serve(t, named("behind"))
	refused := dead(t)
	proxy := socksProxy(t, func(to string) bool { return to == s.addr })
	d := start(t, parsed(t, "bind 127.0.0.1:1", "retries 0; server s1 "+s.addr+" socks4 "+proxy.addr+" check check-via-socks4 inter 50ms"))
	b := d.dial()
	for range 2 {
		_, body := b.get("/")
		require.Equal(t, "behind", body)
	}
	d.wait(func() bool { return d.Snapshot().Proxies[1].Servers[0].Check.Status.String() == "L4OK" })
	d = start(t, parsed(t, "bind 127.0.0.1:1", "retries 0; server s1 "+refused+" socks4 "+proxy.addr+" check check-via-socks4 inter 50ms fall 1"))
	r, _ := d.dial().get("/")
	require.Equal(t, 503, r.StatusCode)
	d.event("Server b/s1 is DOWN, reason: Layer4 connection problem, info: \"SOCKS4 Proxy deny the request\"")
}

func TestChecksSendTheHeader(t *testing.T) {
	heads := make(chan string, 16)
	handle := func(c net.Conn) {
		b := make([]byte, 200)
		n, _ := c.Read(b)
		select {
		case heads <- string(b[:n]):
		default:
		}
	}
	s := serve(t, handle)
	start(t, parsed(t, "bind 127.0.0.1:1", "server s "+s.addr+" check inter 50ms send-proxy"))
	require.Regexp(t, `^PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 \d+ `+port(s.addr)+"\r\n$", <-heads)
	s = serve(t, handle)
	start(t, parsed(t, "bind 127.0.0.1:1", "server s "+s.addr+" check inter 50ms send-proxy-v2"))
	require.Eventually(t, func() bool { return <-heads == proxySignature+"\x20\x00\x00\x00" }, 5*time.Second, time.Millisecond)
}

func TestServersAtUnixSockets(t *testing.T) {
	for _, path := range []string{filepath.Join(t.TempDir(), "s"), "abns@simulacro-test-" + fmt.Sprint(os.Getpid())} {
		start(t, parsed(t, "bind "+path+"; http-request return status 200 content-type text/plain string inside", "server s "+dead(t)))
		d := start(t, parsed(t, "bind 127.0.0.1:1", "server s "+path+" check inter 50ms"))
		b := d.dial()
		for range 2 {
			_, body := b.get("/")
			require.Equal(t, "inside", body, path)
		}
		require.EqualValues(t, 1, d.Snapshot().Proxies[1].Servers[0].Reuse, path)
		d.wait(func() bool { return d.Snapshot().Proxies[1].Servers[0].Check.Status.String() == "L4OK" })
	}
}

func TestBindOwnLimit(t *testing.T) {
	s := serve(t, named("one"))
	d := start(t, parsed(t, "bind 127.0.0.1:1 maxconn 1", "server s "+s.addr))
	first := d.dial()
	first.get("/")
	second := d.dial().say("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	require.NoError(t, second.SetReadDeadline(time.Now().Add(100*time.Millisecond)))
	_, err := second.r.Peek(1)
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.NoError(t, first.Close())
	require.NoError(t, second.SetReadDeadline(time.Now().Add(5*time.Second)))
	_, body := second.answer("GET")
	require.Equal(t, "one", body)
}

func TestUnixListener(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	start(t, parsed(t, "bind unix@"+path+" mode 620; http-request return status 200", "server s "+dead(t)))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o620), info.Mode().Perm())
	e, err := New(parsed(t, "bind unix@"+filepath.Join(t.TempDir(), "no/s"), "server s "+dead(t)), Options{})
	require.NoError(t, err)
	require.ErrorContains(t, e.Listen(nil), "starting frontend f: cannot bind UNIX socket (No such file or directory) [/")
}

// A server without a port of its own gets connections at the client's.
func TestPortOfTheClient(t *testing.T) {
	s := serve(t, named("mapped"))
	addr := netip.MustParseAddrPort(s.addr)
	front := netip.MustParseAddrPort(dead(t))
	cfg := parsed(t, "bind 127.0.0.1:1", fmt.Sprintf("server s 127.0.0.1:%+d", int(addr.Port())-int(front.Port())))
	cfg.Proxies[0].Binds[0].Addr.Port = int(front.Port())
	d := start(t, cfg)
	_, body := d.dial().get("/")
	require.Equal(t, "mapped", body)
}

func TestMaxReuse(t *testing.T) {
	s := serve(t, named("s"))
	d := start(t, parsed(t, "bind 127.0.0.1:1", "server s "+s.addr+" max-reuse 2"))
	b := d.dial()
	for range 6 {
		b.get("/")
	}
	require.EqualValues(t, 2, s.conns.Load(), "three requests a connection")
}

func TestRedirectedServers(t *testing.T) {
	d := start(t, parsed(t, "bind 127.0.0.1:1", "server s "+dead(t)+" redir http://other.test/x"))
	r, _ := d.dial().get("/a?b=1")
	require.Equal(t, 302, r.StatusCode)
	require.Equal(t, "http://other.test/x/a?b=1", r.Header.Get("Location"))
	require.Equal(t, "no-cache", r.Header.Get("Cache-Control"))
	require.True(t, r.Close)
	rec := d.request(0)
	require.Equal(t, "LC--", flags(rec))
	require.Equal(t, "s", rec.Server)
	require.EqualValues(t, 121, rec.Bytes)
}
