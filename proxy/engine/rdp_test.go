package engine

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRDPAddr reads addresses of servers' cookies, whole and broken.
func TestRDPAddr(t *testing.T) {
	at, ok := rdpAddr("3640205228.15629.0000")
	require.True(t, ok)
	require.Equal(t, netip.MustParseAddrPort("172.31.249.216:3389"), at)
	for _, broken := range []string{"", "x.15629.", "3640205228", "3640205228.", "3640205228.15629", "3640205228.x.0", "99999999999.1.0"} {
		_, ok := rdpAddr(broken)
		require.False(t, ok, broken)
	}
}
