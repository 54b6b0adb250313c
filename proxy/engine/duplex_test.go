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

// stuckClient waits until a client does not take what is sent to it.
func (d *director) stuckClient() {
	d.t.Helper()
	require.Eventually(d.t, func() bool {
		for _, stuck := range askLoops(d.Engine, func(l *loop) bool {
			for c := range l.live {
				if c.stuck() {
					return true
				}
			}
			return false
		}) {
			if stuck {
				return true
			}
		}
		return false
	}, 5*time.Second, time.Millisecond)
}

// TestATunnelHearsAClientThatDoesNotRead: what it says reaches the server, though the server's own words wait for it.
func TestATunnelHearsAClientThatDoesNotRead(t *testing.T) {
	s := serve(t, func(c net.Conn) {
		heard := make(chan struct{})
		go func() {
			defer close(heard)
			_, _ = io.ReadFull(c, make([]byte, len("stop")))
		}()
		_, _ = io.CopyN(c, zeros{}, 16<<20) // more than all sockets on the way hold
		<-heard
		_, _ = io.WriteString(c, "stopped")
	})
	cfg := practical(s.addr)
	for _, p := range cfg.Proxies {
		p.Mode = config.ModeTCP
	}
	d := start(t, cfg)
	b := d.dial()
	d.stuckClient()
	b.say("stop")
	all := b.ended()
	require.True(t, strings.HasSuffix(all, "stopped"), "the server never heard of it")
}

// TestAnUploadGoesOnWhileItsAnswerWaits: the last of a request comes while the client has not read what the server says already.
func TestAnUploadGoesOnWhileItsAnswerWaits(t *testing.T) {
	const size = 8 << 20
	s := serve(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", size+len("whole"))
		if _, err := c.Write(make([]byte, size)); err != nil {
			return
		}
		if body, err := io.ReadAll(req.Body); err == nil && len(body) == 10 {
			_, _ = io.WriteString(c, "whole")
		}
	})
	d := start(t, practical(s.addr))
	b := d.dial().say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345")
	d.stuckClient()
	b.say("67890")
	_, body := b.answer("POST")
	require.True(t, strings.HasSuffix(body, "whole"), "the server never got the rest")
}
