package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"simulacro/proxy/config"
)

func TestSocketsHaveTheOptionsOfTheirSection(t *testing.T) {
	s := serve(t, named("s"))
	cfg := pooling(s.addr)
	cfg.Global.ClientBuf = config.SocketBuffers{Receive: 20000, Send: 30000}
	cfg.Global.ServerBuf = config.SocketBuffers{Receive: 40000, Send: 50000}
	front, back := cfg.Proxies[0], cfg.Proxies[1]
	front.ClientKeepAlive, front.ClientProbes = true, config.TCPProbes{Count: 3, Idle: 11 * time.Second, Interval: 12 * time.Second}
	front.ServerKeepAlive, back.ClientKeepAlive = true, true // which have no meaning there
	back.ServerKeepAlive, back.ServerProbes = true, config.TCPProbes{Count: 4, Interval: 13 * time.Second}
	d := start(t, cfg, func(o *Options) { o.Loops = 1 })
	d.dial().get("/")
	d.idles(1)
	goOn := d.hold()
	defer goOn()
	l := d.loops[0]
	require.Len(t, l.live, 1)
	for c := range l.live {
		require.Equal(t, []int{1, 3, 11, 12, 2 * 20000, 2 * 30000}, socketOptions(t, c.fd))
	}
	idle := d.proxies[1].servers[0].pools[0].idle
	require.Len(t, idle, 1)
	system := socketDefaults(t)
	require.Equal(t, []int{1, 4, system[2], 13, 2 * 40000, 2 * 50000}, socketOptions(t, idle[0].fd))
}

// socketOptions gives SO_KEEPALIVE, its three numbers and the sizes of the buffers, which Linux doubles.
func socketOptions(t *testing.T, fd int) (list []int) {
	t.Helper()
	for _, o := range [][2]int{
		{unix.SOL_SOCKET, unix.SO_KEEPALIVE}, {unix.IPPROTO_TCP, unix.TCP_KEEPCNT}, {unix.IPPROTO_TCP, unix.TCP_KEEPIDLE},
		{unix.IPPROTO_TCP, unix.TCP_KEEPINTVL}, {unix.SOL_SOCKET, unix.SO_RCVBUF}, {unix.SOL_SOCKET, unix.SO_SNDBUF},
	} {
		n, err := unix.GetsockoptInt(fd, o[0], o[1])
		require.NoError(t, err)
		list = append(list, n)
	}
	return list
}

// socketDefaults gives the same of a new socket.
func socketDefaults(t *testing.T) []int {
	t.Helper()
	fd, e := newSocket(unix.AF_INET)
	require.Zero(t, e)
	defer sysClose(fd)
	return socketOptions(t, fd)
}

func TestAFrontendsRateIsLimited(t *testing.T) {
	cfg := practical()
	cfg.Proxies[0].RateLimit = 2
	e, err := New(cfg, Options{Logger: noLog{}})
	require.NoError(t, err)
	p := e.proxies[0]
	p.countSession(5000)
	require.Zero(t, p.tooSoon(5000), "below the limit")
	p.countSession(5000)
	require.EqualValues(t, 1, p.tooSoon(5000), "at the limit")
	p.countSession(5000)
	require.EqualValues(t, 500, p.tooSoon(5000), "beyond the limit")
	require.Zero(t, p.tooSoon(7000), "two seconds later")
	require.Zero(t, e.proxies[1].tooSoon(5000), "without a limit")
	require.Equal(t, 2, p.frontStats(7000).RateLim)
}

func TestAClientGoesBackOnlyToAShortQueue(t *testing.T) {
	s := &server{be: &proxy{cfg: &config.Proxy{}}}
	s.Maxconn, s.Served, s.Queued = 1, 1, 3
	require.True(t, s.takesBack(), "any queue by default")
	q := &s.be.cfg.KeepAliveQueue
	*q = config.KeepAliveQueue{Limited: true, Most: 4}
	require.True(t, s.takesBack())
	q.Most = 3
	require.False(t, s.takesBack(), "as many wait as may")
	s.Served = 0
	require.True(t, s.takesBack(), "there is a place")
}

func TestAClientKeepsAsManyConnectionsOfItsOwnAsItMay(t *testing.T) {
	n := 1
	c := &client{fe: &proxy{cfg: &config.Proxy{SessionConns: &n}}}
	b := &upstream{pooled: true, owner: c}
	require.False(t, c.fullOfPrivate(b))
	c.keepPrivate(b)
	require.False(t, c.fullOfPrivate(b), "it keeps its rank")
	require.True(t, c.fullOfPrivate(&upstream{}))
	n = 0
	require.True(t, (&client{fe: c.fe}).fullOfPrivate(b))
}
