package engine

import (
	"net"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"simulacro/proxy/config"
)

func TestIPv6OnBothSides(t *testing.T) {
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("this machine has no IPv6:", err)
	}
	addr := l.Addr().String()
	require.NoError(t, l.Close())
	cfg := practical(serveAt(t, addr, named("six")).addr)
	cfg.Proxies[0].ForwardFor = &config.ForwardFor{}
	cfg.Proxies[0].Binds[0].Addr = config.Address{Text: "[::1]:0", IP: netip.MustParseAddr("::1")}
	d := start(t, cfg)
	for range 3 {
		_, body := d.dial().get("/")
		require.Equal(t, "six", body)
	}
	require.Equal(t, netip.MustParseAddr("::1"), d.request(0).Client.Addr())
}

func TestInheritedSocketsAreTakenOver(t *testing.T) {
	cfg := practical(serve(t, named("s")).addr)
	first, err := New(cfg, Options{})
	require.NoError(t, err)
	require.NoError(t, first.Listen(nil))
	ls := first.Listeners()
	fd, err := unix.Dup(ls[0].FD)
	require.NoError(t, err)
	addr := nameOf(t, fd)
	second, err := New(cfg, Options{})
	require.NoError(t, err)
	require.NoError(t, second.Listen([]Listener{{Addr: ls[0].Addr, FD: fd}}))
	require.Equal(t, fd, second.Listeners()[0].FD)
	for _, e := range []*Engine{first, second} { // the first stops, the second goes on with the same socket
		done := make(chan error, 1)
		go func() { done <- e.Run() }()
		d := &director{t: t, addr: addr}
		_, body := d.dial().get("/")
		require.Equal(t, "s", body)
		e.SoftStop()
		require.NoError(t, <-done)
	}
}
