package engine

import (
	"net/netip"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"simulacro/proxy/config"
)

// way is what a server's line says of how it is reached.
type way struct {
	source *sockaddr // nil: the system chooses
	ports  *portRange
	device string
	ut     int // tcp-ut, in ms
	via    *sockaddr
	header bool // the PROXY protocol's comes first
	direct bool // nothing of all this, nor keep-alives of TCP, nor a unix socket: without TLS a connect is enough, over any server's socket
}

// beside tells whether the way to the server is not the loop's alone: TLS or SOCKS4.
func (s *server) beside() bool { return s.way.via != nil || s.at.Load().secure }

// direct tells whether a connect over any server's socket is enough.
func (s *server) direct() bool { return s.way.direct && !s.at.Load().secure }

// portRange gives source ports one after the other.
type portRange struct {
	first, n uint32
	next     atomic.Uint32
}

func newWay(be *config.Proxy, cfg *config.Server) way {
	src := cfg.Source
	if src == (config.Source{}) {
		src = be.Source
	}
	w := way{device: src.Interface, ut: int(cfg.UserTimeout.Milliseconds()), header: cfg.ProxyV1 || cfg.ProxyV2}
	if src.Addr.IP.IsValid() && (!src.Addr.IP.IsUnspecified() || src.Addr.Port != 0) {
		w.source = newSockaddr(src.Addr)
		if src.LastPort > src.Addr.Port {
			w.ports = &portRange{first: uint32(src.Addr.Port), n: uint32(src.LastPort - src.Addr.Port + 1)}
		}
	}
	if cfg.Socks4.IP.IsValid() {
		w.via = newSockaddr(cfg.Socks4)
	}
	w.direct = w.via == nil && !w.header && w.source == nil && w.device == "" && w.ut == 0 && !be.ServerKeepAlive && cfg.Addr.Unix == ""
	return w
}

// socket makes one for a connection to the server, with its source.
func (s *server) socket(family int) (int, syscall.Errno) {
	fd, e := newSocket(family)
	if e != 0 || family == syscall.AF_UNIX {
		return fd, e
	}
	setOption(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY)
	setBuffers(fd, s.be.e.cfg.Global.ServerBuf)
	if s.be.cfg.ServerKeepAlive {
		keepAlive(fd, &s.be.cfg.ServerProbes)
	}
	if s.way.ut > 0 {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, s.way.ut) // an option that old kernels lack
	}
	if s.beside() && s.be.cfg.NoLinger {
		setReset(fd) // the loop does not see its end
	}
	if s.way.device != "" {
		_ = unix.BindToDevice(fd, s.way.device) // HAProxy does not look either
	}
	if s.way.source == nil || s.way.source.family() != family {
		return fd, 0
	}
	if e := s.bindSource(fd); e != 0 {
		sysClose(fd)
		return -1, e
	}
	return fd, 0
}

// bindSource binds a socket to the source address; of a range of ports, to one that is free.
func (s *server) bindSource(fd int) syscall.Errno {
	w := &s.way
	setOption(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR)
	if w.ports == nil {
		if w.source.addrPort().Port() == 0 {
			// The port is chosen at the connect: only then is it known which are free for this destination.
			setOption(fd, syscall.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT)
		}
		return sysBind(fd, w.source)
	}
	for range w.ports.n {
		a := *w.source
		port := bigEndian(int(w.ports.first + w.ports.next.Add(1)%w.ports.n))
		(*syscall.RawSockaddrInet4)(unsafe.Pointer(&a.raw)).Port = port // the same place in both families
		if e := sysBind(fd, &a); e != syscall.EADDRINUSE {
			return e
		}
	}
	return syscall.EADDRINUSE
}

// sysBind binds fd to a.
func sysBind(fd int, a *sockaddr) syscall.Errno {
	_, _, e := syscall.Syscall(syscall.SYS_BIND, uintptr(fd), uintptr(unsafe.Pointer(&a.raw)), uintptr(a.len))
	return e
}

// serverAddr is where the request's connection goes: the server's address, with the client's port where the line has none of its own.
func (c *client) serverAddr() *sockaddr {
	at := c.srv.at.Load()
	if !at.mapped {
		return at.sock
	}
	a := at.addr
	to := c.destination()
	a.Port += int(to.Port())
	if a.IP.IsUnspecified() {
		a.IP = to.Addr()
	}
	return newSockaddr(a)
}

// wayKey tells apart connections that not every request may use: by the name that was sent, and by the client that the PROXY protocol
// has told of. "": any.
func (c *client) wayKey() string {
	at := c.srv.at.Load()
	if c.srv.way.direct && !at.secure && !at.mapped {
		return ""
	}
	key := c.serverName()
	if c.srv.way.header {
		key += "\x00" + string(c.proxyHeader())
	}
	if at.mapped {
		key += "\x00" + c.serverAddr().addrPort().String()
	}
	return key
}

// serverName evaluates `sni`; "": none is sent.
func (c *client) serverName() string {
	t := c.srv.cfg.TLS
	if t == nil || t.SNI == nil || !c.srv.at.Load().secure {
		return ""
	}
	tx := c.tx
	if tx == nil {
		tx = c.newTx()
		tx.Final = true
	}
	v, ok := t.SNI.Eval(&tx.Tx)
	if !ok {
		return ""
	}
	return v.String()
}

// route is the way of the current request's connection.
func (c *client) route() route {
	s := c.srv
	r := route{srv: s, addr: c.serverAddr(), via: s.way.via}
	if s.way.header {
		r.header = c.proxyHeader()
	}
	if s.at.Load().secure {
		r.tls, r.name = s.cfg.TLS.Conf, c.serverName()
	}
	return r
}

// checkRoute is the way of a server's checks; direct: a connect is enough. A check of the server's own port goes as requests do
// (section 5.2, "check-ssl" and "check-send-proxy").
func (s *server) checkRoute(addr *sockaddr) (r route, direct bool) {
	own := s.cfg.CheckAddr == config.Address{}
	r = route{srv: s, addr: addr}
	if s.cfg.CheckSocks {
		r.via = s.way.via
	}
	if s.cfg.CheckProxy || own && s.way.header {
		r.check = true
	}
	if t := s.cfg.TLS; t != nil && t.Conf != nil && (t.Checks || own && t.On) {
		r.tls, r.name = t.Conf, t.CheckSNI
		if len(t.CheckALPN) > 0 {
			r.tls = r.tls.Clone()
			r.tls.NextProtos = t.CheckALPN
		}
	}
	return r, r.via == nil && r.tls == nil
}

// alike gives two addresses as they can stand in one header: both as IPv6 ones where they differ; false: one is not known.
func alike(a, b netip.AddrPort) (netip.AddrPort, netip.AddrPort, bool) {
	if a.Addr().Is4() != b.Addr().Is4() && a.IsValid() && b.IsValid() {
		a = netip.AddrPortFrom(netip.AddrFrom16(a.Addr().As16()), a.Port())
		b = netip.AddrPortFrom(netip.AddrFrom16(b.Addr().As16()), b.Port())
	}
	return a, b, a.IsValid() && b.IsValid()
}
