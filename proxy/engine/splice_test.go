package engine

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simulacro/proxy/config"
)

// large is a body that no two parts of are alike.
var large = func() []byte {
	p := make([]byte, 3<<20+12345)
	r := rand.NewChaCha8([32]byte{1})
	_, _ = r.Read(p)
	return p
}()

// largeAnswer sends the large body, framed by head, to whoever asks.
func largeAnswer(head string) func(net.Conn) {
	return func(c net.Conn) {
		for b := bufio.NewReader(c); ; {
			r, err := http.ReadRequest(b)
			if err != nil {
				return
			}
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n"+head+"\r\n")
			if _, err := c.Write(large); err != nil || r.Close || head == "" {
				return
			}
		}
	}
}

// digesting answers a request with the digest of its body.
func digesting(c net.Conn) {
	for b := bufio.NewReader(c); ; {
		r, err := http.ReadRequest(b)
		if err != nil {
			return
		}
		h := sha256.New()
		n, _ := io.Copy(h, r.Body)
		text := fmt.Sprintf("%d %x", n, h.Sum(nil))
		fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(text), text)
	}
}

func returning(c net.Conn) { _, _ = io.Copy(c, c) }

var lengthOfLarge = fmt.Sprintf("Content-Length: %d\r\n", len(large))

// patient is the practical's configuration for large requests, which may take their time.
func patient(server string) *config.Config {
	cfg := practical(server)
	for _, p := range cfg.Proxies {
		p.Timeouts.HTTPRequest = 10 * time.Second
	}
	return cfg
}

// download gets the large body, and upload sends it.
func download(d *director) {
	_, body := d.dial().get("/")
	require.True(d.t, body == string(large), "%d bytes of %d have come", len(body), len(large))
}

func upload(d *director) {
	b := d.dial()
	b.say("POST / HTTP/1.1\r\nHost: a\r\n" + lengthOfLarge + "\r\n" + string(large))
	_, text := b.answer("POST")
	require.Equal(d.t, fmt.Sprintf("%d %x", len(large), sha256.Sum256(large)), text)
}

// through sends the large body through an echo.
func through(d *director) {
	b := d.dial()
	sent := make(chan error, 1)
	go func() {
		_, err := b.Write(large)
		sent <- err
	}()
	back := make([]byte, len(large))
	_, err := io.ReadFull(b.r, back)
	require.NoError(d.t, err)
	require.NoError(d.t, <-sent)
	require.True(d.t, bytes.Equal(large, back))
	require.NoError(d.t, b.Conn.(*net.TCPConn).CloseWrite())
	require.Empty(d.t, b.ended())
}

// TestLargeBodiesAreSpliced: but chunks, which have to be looked at, and nothing under `nosplice`. Whoever counts bytes sees no difference.
func TestLargeBodiesAreSpliced(t *testing.T) {
	for _, k := range []struct {
		name    string
		server  func(net.Conn)
		play    func(*director)
		mode    config.Mode
		spliced bool
	}{
		{"response with a length", largeAnswer(lengthOfLarge), download, config.ModeHTTP, true},
		{"response until the end", largeAnswer(""), download, config.ModeHTTP, true},
		{"chunked response", func(c net.Conn) {
			_, _ = http.ReadRequest(bufio.NewReader(c))
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(large), large)
			hold(c)
		}, download, config.ModeHTTP, false},
		{"request", digesting, upload, config.ModeHTTP, true},
		{"mode tcp", returning, through, config.ModeTCP, true},
	} {
		t.Run(k.name, func(t *testing.T) {
			var in, out [2]int64
			for i, off := range []bool{false, true} {
				cfg := patient(serve(t, k.server).addr)
				cfg.Global.NoSplice = off
				for _, p := range cfg.Proxies {
					p.Mode = k.mode
				}
				d := start(t, cfg)
				k.play(d)
				r := d.request(0)
				require.Equal(t, "----", flags(r))
				in[i], out[i] = r.BytesIn, r.Bytes
				n := d.Snapshot().Info.Spliced
				if off || !k.spliced {
					require.Zero(t, n)
				} else {
					require.Greater(t, n, uint64(len(large)/2))
				}
			}
			require.Equal(t, in[1], in[0])
			if k.name != "chunked response" { // how much of the framing is counted is a matter of how it came
				require.Equal(t, out[1], out[0])
			}
		})
	}
}

// TestSplicingByOption: where the file asks for it, what is not large is spliced too, one direction or the other.
func TestSplicingByOption(t *testing.T) {
	const body = 20 << 10
	for _, k := range []struct {
		option   string
		up, down bool
	}{{"", false, false}, {"option splice-auto", false, false}, {"option splice-request", true, false}, {"option splice-response", false, true}} {
		t.Run(k.option, func(t *testing.T) {
			asked, seen := make(chan struct{}), make(chan struct{})
			s := serve(t, func(c net.Conn) {
				r, err := http.ReadRequest(bufio.NewReader(c))
				if err != nil {
					return
				}
				close(asked)
				_, _ = io.Copy(io.Discard, r.Body)
				fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", body)
				<-seen
				_, _ = c.Write(large[:body])
				hold(c)
			})
			d := start(t, parsed(t, "bind 127.0.0.1:1; "+k.option, "server s "+s.addr))
			b := d.dial()
			b.say(fmt.Sprintf("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", body))
			<-asked
			b.say(string(large[:body]))
			_, err := b.r.Peek(1)
			require.NoError(t, err)
			close(seen)
			_, got := b.answer("POST")
			require.Equal(t, string(large[:body]), got)
			want := 0
			for _, on := range []bool{k.up, k.down} {
				if on {
					want += body
				}
			}
			n := int(d.Snapshot().Info.Spliced)
			require.LessOrEqual(t, n, want)
			require.GreaterOrEqual(t, n, want/2, "a last part may be too short")
		})
	}
}

// TestSplicingToASlowClient: what waits in the pipe goes out whole and in order, when the client reads on.
func TestSplicingToASlowClient(t *testing.T) {
	const times = 6 // more than a socket takes
	s := serve(t, func(c net.Conn) {
		for b := bufio.NewReader(c); ; {
			if _, err := http.ReadRequest(b); err != nil {
				return
			}
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", times*len(large))
			for range times {
				_, _ = c.Write(large)
			}
		}
	})
	cfg := patient(s.addr)
	for _, p := range cfg.Proxies {
		p.ConnMode = config.KeepAlive
	}
	d := start(t, cfg)
	pipes := func(n int) {
		require.Eventually(t, func() bool { return d.Snapshot().Info.PipesUsed == n }, 5*time.Second, time.Millisecond)
	}
	b := d.dial()
	for range 2 {
		b.say(plainGet)
		pipes(1)
		_, body := b.answer("GET")
		require.True(t, body == strings.Repeat(string(large), times))
	}
	pipes(0)
	require.Positive(t, d.Snapshot().Info.PipesFree)
}

// TestWithoutPipesBodiesAreCopied: those that have pipes keep them as long as their clients do not read.
func TestWithoutPipesBodiesAreCopied(t *testing.T) {
	cfg := patient(serve(t, func(c net.Conn) {
		if r, err := http.ReadRequest(bufio.NewReader(c)); err == nil && r.URL.Path == "/flood" {
			flood(c)
		} else if err == nil {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n"+lengthOfLarge+"\r\n"+string(large))
		}
	}).addr)
	cfg.Global.Maxpipes = 2
	d := start(t, cfg)
	for range 2 {
		d.dial().say("GET /flood HTTP/1.1\r\nHost: a\r\n\r\n")
	}
	require.Eventually(t, func() bool { return d.Snapshot().Info.PipesUsed == 2 }, 5*time.Second, time.Millisecond)
	download(d)
}
