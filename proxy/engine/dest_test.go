package engine

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"simulacro/proxy/config"
)

// The default log format tells where the client connected to, also where the bind is a wildcard.
func TestDefaultLogHasTheDestination(t *testing.T) {
	s := serve(t, named("s1"))
	cfg := practical(s.addr)
	cfg.Proxies[0].LogFormat = config.LogDefault
	cfg.Proxies[0].Binds[0].Addr.IP = netip.MustParseAddr("0.0.0.0")
	d := start(t, cfg)
	port := netip.MustParseAddrPort(d.addr).Port()
	d.addr = netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), port).String()
	d.dial().get("/")
	require.Equal(t, d.addr, d.request(0).Dest.String())
}

func TestFrontendMaximumIsWhatItHeld(t *testing.T) {
	s := serve(t, named("s1"))
	d := start(t, practical(s.addr))
	d.dial().get("/")
	d.request(0)
	require.Equal(t, 1, d.Snapshot().Proxies[0].Front.Smax)
}
