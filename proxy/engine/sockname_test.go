package engine

import (
	"net"
	"net/netip"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// nameOf gives the address of an IPv4 or IPv6 listener's descriptor.
func nameOf(t testing.TB, fd int) string {
	t.Helper()
	a, err := unix.Getsockname(fd)
	require.NoError(t, err)
	switch a := a.(type) {
	case *unix.SockaddrInet4:
		return net.JoinHostPort(net.IP(a.Addr[:]).String(), strconv.Itoa(a.Port))
	case *unix.SockaddrInet6:
		return net.JoinHostPort(net.IP(a.Addr[:]).String(), strconv.Itoa(a.Port))
	case *unix.SockaddrUnix:
		return a.Name
	}
	t.Fatalf("address %T", a)
	return ""
}

func prefix(s string) netip.Prefix { return netip.MustParsePrefix(s) }

func listenAddr(t testing.TB, e *Engine) string { return nameOf(t, e.Listeners()[0].FD) }
