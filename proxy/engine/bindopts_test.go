package engine

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"simulacro/proxy/config"
)

func TestBacklog(t *testing.T) {
	for _, x := range []struct{ bind, bindMax, front, frontMax, want int }{
		{7, 5, 6, 4, 7}, {0, 5, 6, 4, 6}, {0, 5, 0, 4, 5}, {0, 0, 0, 4, 4}, {0, 0, 0, 0, 9},
	} {
		e := &Engine{cfg: &config.Config{Global: config.Global{Maxconn: 9}}}
		li := &listener{p: &proxy{e: e, cfg: &config.Proxy{Backlog: x.front, Maxconn: x.frontMax}}, cfg: &config.Bind{Backlog: x.bind, Maxconn: x.bindMax}}
		require.Equal(t, x.want, li.backlog(), "%+v", x)
	}
}

// TestSegmentSize looks at a listener's MSS: what is negative leaves the system's.
func TestSegmentSize(t *testing.T) {
	size := func(words string) int {
		d := start(t, parsed(t, "bind 127.0.0.1:1 "+words, "server s "+dead(t)))
		n, err := unix.GetsockoptInt(d.Listeners()[0].FD, unix.IPPROTO_TCP, unix.TCP_MAXSEG)
		require.NoError(t, err)
		return n
	}
	require.Equal(t, 300, size("mss 300"))
	require.Equal(t, size(""), size("mss -300"))
}
