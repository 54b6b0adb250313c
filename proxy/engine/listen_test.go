package engine

import (
	"bufio"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
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

// TestAllInheritedSocketsOfAnAddressAreTakenOver: one that nobody accepts from would keep its clients waiting.
func TestAllInheritedSocketsOfAnAddressAreTakenOver(t *testing.T) {
	cfg := practical(serve(t, named("s")).addr)
	addr := dead(t)
	at := config.Address{Text: addr, IP: netip.MustParseAddr("127.0.0.1"), Port: int(netip.MustParseAddrPort(addr).Port())}
	cfg.Proxies[0].Binds = []config.Bind{{Addr: at}, {Addr: at}, {Addr: at}}
	first, err := New(cfg, Options{})
	require.NoError(t, err)
	require.NoError(t, first.Listen(nil))
	before := descriptors(t)
	second, err := New(cfg, Options{})
	require.NoError(t, err)
	require.NoError(t, second.Listen(first.Listeners()))
	require.ElementsMatch(t, first.Listeners(), second.Listeners())
	require.Empty(t, opened(t, before))
	second.Unlisten()
	require.Empty(t, second.Listeners())
	require.Len(t, before, len(descriptors(t))+3)
}

// TestAPausedFrontendComesBack: its addresses refuse clients until it is resumed; unix sockets, which could not come back, go on.
func TestAPausedFrontendComesBack(t *testing.T) {
	cfg := practical(serve(t, named("s")).addr)
	addr := dead(t) // one that the system has not chosen: the system would choose anew
	cfg.Proxies[0].Binds[0].Addr = config.Address{Text: addr, IP: netip.MustParseAddr("127.0.0.1"), Port: int(netip.MustParseAddrPort(addr).Port())}
	path := filepath.Join(t.TempDir(), "front")
	cfg.Proxies[0].Binds = append(cfg.Proxies[0].Binds, config.Bind{Addr: config.Address{Text: path, Unix: path}, UID: -1, GID: -1})
	d := start(t, cfg)
	overUnix := func() {
		c, err := net.Dial("unix", path)
		require.NoError(t, err)
		defer c.Close()
		b := &browser{Conn: c, t: t, r: bufio.NewReader(c)}
		_, body := b.get("/")
		require.Equal(t, "s", body)
	}
	require.NoError(t, d.SetFrontend("http_front", false))
	_, err := net.Dial("tcp", d.addr)
	require.Error(t, err)
	overUnix()
	require.NoError(t, d.SetFrontend("http_front", true))
	_, body := d.dial().get("/")
	require.Equal(t, "s", body)
	overUnix()
}

// TestAcceptingGoesOnAfterAShortage: a client that came when no descriptor was left is served once there is one, though nobody else
// comes or leaves.
func TestAcceptingGoesOnAfterAShortage(t *testing.T) {
	d := start(t, practical(serve(t, named("s")).addr), func(o *Options) { o.Maxsock = 77 })
	d.dial().get("/")
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	require.NoError(t, err)
	c := os.NewFile(uintptr(fd), "client")
	defer c.Close()
	var limit unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	taken, err := unix.Dup(fd) // the lowest number that is free
	require.NoError(t, err)
	require.NoError(t, unix.Close(taken))
	addr := netip.MustParseAddrPort(d.addr)
	require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: uint64(taken), Max: limit.Max}))
	defer func() { _ = unix.Setrlimit(unix.RLIMIT_NOFILE, &limit) }()
	err = unix.Connect(fd, &unix.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().As4()})
	d.event("Proxy http_front reached process FD limit (maxsock=77). Please check 'ulimit-n' and restart.")
	require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &limit))
	require.NoError(t, err)
	_, err = c.WriteString("GET / HTTP/1.0\r\n\r\n")
	require.NoError(t, err)
	answer, err := io.ReadAll(c)
	require.NoError(t, err)
	require.Contains(t, string(answer), "200 OK")
}
