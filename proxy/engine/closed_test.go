package engine

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simulacro/proxy/config"
)

// TestAClientThatLeavesAmidItsBodyIsEndedOnce: the end of its bytes is met while the request is being sent, and looked for once more
// behind it because of abortonclose.
func TestAClientThatLeavesAmidItsBodyIsEndedOnce(t *testing.T) {
	cfg := practical(serve(t, hold).addr)
	cfg.Proxies[1].AbortOnClose = true
	d := start(t, cfg)
	b := d.dial().say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345")
	require.NoError(t, b.Conn.(*net.TCPConn).CloseWrite())
	d.request(0)
	require.Eventually(t, func() bool { return d.Snapshot().Proxies[0].Front.Scur == 0 }, 5*time.Second, time.Millisecond)
	require.Zero(t, d.Snapshot().Info.CurrConns)
	for _, k := range askLoops(d.Engine, func(l *loop) int { return len(l.clients) }) {
		require.LessOrEqual(t, k, 1, "the client was given back twice")
	}
	require.Len(t, d.logs.records, 1)
}

// TestAConnectionDoesNotInheritTheServersName: a client of mode tcp gets the place of one whose request told the server its name.
func TestAConnectionDoesNotInheritTheServersName(t *testing.T) {
	web, raw := serve(t, named("web")), serve(t, func(c net.Conn) { _, _ = c.Write([]byte("raw")) })
	cfg := practical(web.addr)
	cfg.Proxies[1].SendName = "X-Server"
	tcp := practical(raw.addr)
	for _, p := range tcp.Proxies {
		p.Mode, p.Name = config.ModeTCP, "raw_"+p.Name
	}
	cfg.Proxies = append(cfg.Proxies, tcp.Proxies...)
	d := start(t, cfg, func(o *Options) { o.Loops = 1 })
	b := d.dial()
	b.get("/")
	b.Close()
	require.Eventually(t, func() bool { return d.Snapshot().Info.CurrConns == 0 }, 5*time.Second, time.Millisecond)
	d.addr = nameOf(t, d.Listeners()[1].FD)
	require.Equal(t, "raw", d.dial().ended())
}

func TestTheRateOfBytesIsTold(t *testing.T) {
	d := start(t, practical(serve(t, named("some bytes")).addr))
	_, body := d.dial().get("/")
	d.request(0)
	require.Greater(t, d.Snapshot().Info.BytesOutRate, uint64(len(body)))
}
