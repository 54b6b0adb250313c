package engine

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestAClientThatLeaves: what becomes of its request, by whether it has ended its sending side or broken the connection.
func TestAClientThatLeaves(t *testing.T) {
	const (
		post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"
		abrt = "option abortonclose; "
	)
	for _, x := range []struct {
		name, back, params string
		st                 state
		server             func(net.Conn) // nil: nothing listens
		send               string
		ends, breaks       string    // flags in the log
		answer             string    // to who has ended
		counted            [2]uint64 // as the client's aborts
	}{
		{"asked", abrt, "", stWaiting, hold, plainGet, "CH--", "CD--", "HTTP/1.1 400", [2]uint64{1, 1}},
		{"asked, by default", "timeout server 100ms; ", "", stWaiting, hold, plainGet, "sH--", "sH--", "HTTP/1.1 504", [2]uint64{0, 1}},
		{"answer under way", abrt, "", stPassing, half, plainGet, "CD--", "CD--", "HTTP/1.1 200", [2]uint64{1, 1}},
		{"queued", abrt, " maxconn 1", stQueued, hold, plainGet, "CQ--", "CQ--", "", [2]uint64{0, 1}},
		{"queued with half of its body", "", " maxconn 1", stQueued, hold, post, "CQ--", "CQ--", "", [2]uint64{1, 1}},
		{"connecting with half of its body", "retries 9; ", "", stPausing, nil, post, "CC--", "CC--", "", [2]uint64{0, 0}},
		{"body waited for", "http-request wait-for-body time 1m; ", "", stRules, hold, post, "CR--", "CR--", "", [2]uint64{1, 1}},
		{"body waited for by the option", "option http-buffer-request; ", "", stRules, hold, post, "CR--", "CR--", "", [2]uint64{1, 1}},
	} {
		for i, how := range []string{"ends", "breaks"} {
			t.Run(x.name+", "+how, func(t *testing.T) {
				s := &real{addr: dead(t)}
				if x.server != nil {
					s = serve(t, x.server)
				}
				d := start(t, parsed(t, "bind 127.0.0.1:1", x.back+"server s "+s.addr+x.params))
				if x.st == stQueued {
					d.dial().say(plainGet)
					d.reaches(stWaiting)
				}
				c := d.dial().say(x.send)
				d.reaches(x.st)
				tcp := c.Conn.(*net.TCPConn)
				if how == "breaks" {
					require.NoError(t, tcp.SetLinger(0))
					require.NoError(t, tcp.Close())
					require.Equal(t, x.breaks, flags(d.request(0)))
				} else {
					require.NoError(t, tcp.CloseWrite())
					require.Equal(t, x.ends, flags(d.request(0)))
					got := c.ended()
					require.True(t, strings.HasPrefix(got, x.answer) && (got == "") == (x.answer == ""), got)
				}
				require.Equal(t, x.counted[i], d.Snapshot().Proxies[1].Back.CliAbrt)
			})
		}
	}
}

// TestASilentTunnelEndsSideBySide: who is silent for too long is taken to have ended; the other side has its own time.
func TestASilentTunnelEndsSideBySide(t *testing.T) {
	for name, x := range map[string]struct {
		client, server string
		flags          string
		aborts         [2]uint64 // the client's and the server's
		first          time.Duration
	}{
		"server": {"300ms", "100ms", "sD--", [2]uint64{0, 1}, 100 * time.Millisecond},
		"client": {"100ms", "300ms", "cD--", [2]uint64{1, 0}, 300 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			over := make(chan struct{})
			defer close(over)
			s := serve(t, func(net.Conn) { <-over }) // it does not care for the client's end
			d := start(t, parsed(t, "bind 127.0.0.1:1; mode tcp; timeout client "+x.client, "mode tcp; timeout server "+x.server+"; server s "+s.addr))
			begin := time.Now()
			c := d.dial()
			require.Empty(t, c.ended())
			require.GreaterOrEqual(t, time.Since(begin), x.first)
			log := d.request(0)
			require.Equal(t, x.flags, flags(log))
			require.GreaterOrEqual(t, log.Total, 300*time.Millisecond, "it ends when the other side's time is up, too")
			b := d.Snapshot().Proxies[1].Back
			require.Equal(t, x.aborts, [2]uint64{b.CliAbrt, b.SrvAbrt})
		})
	}
}

// TestAServerThatHasNotEndedIsReset: so that its port is free at once (a connection that both have ended is closed in order).
func TestAServerThatHasNotEndedIsReset(t *testing.T) {
	end := make(chan error, 1)
	s := serve(t, func(c net.Conn) {
		_, err := c.Read(make([]byte, 10))
		if err == nil {
			_, err = c.Read(make([]byte, 10))
		}
		end <- err
	})
	d := start(t, parsed(t, "bind 127.0.0.1:1; mode tcp", "mode tcp; server s "+s.addr))
	c := d.dial().say("bytes")
	d.reaches(stTunnel)
	require.NoError(t, c.Conn.(*net.TCPConn).SetLinger(0))
	require.NoError(t, c.Close())
	require.ErrorContains(t, <-end, "reset")
}
