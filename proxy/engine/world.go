package engine

import (
	"math/rand/v2"
	"net"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"

	"simulacro/proxy/rules"
)

// world shows the engine to a client's rules.
type world struct{ c *client }

var _ rules.World = world{}

func (w world) find(name string, front bool) *proxy {
	for _, p := range w.c.l.e.proxies {
		if p.cfg.Name == name && (front && p.cfg.Front() || !front && p.cfg.Back()) {
			return p
		}
	}
	return nil
}

// Backend implements rules.World.
func (w world) Backend(name string) (s rules.BackendState, ok bool) {
	p := w.find(name, false)
	if p == nil {
		return s, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s = rules.BackendState{
		ID: p.cfg.ID, Conns: p.beconn, Queue: p.queue.n, Usable: p.usable(), SessRate: p.back.rate.read(w.c.l.now),
		Server: p.cfg.Timeouts.Server, Tunnel: p.cfg.Timeouts.Tunnel,
	}
	s.Slots, s.Free = p.slots(), p.free()
	for _, srv := range p.servers {
		s.Queue += srv.queue.n
	}
	if s.AvgQueue = s.Queue * 2; s.Usable > 0 {
		s.AvgQueue = (s.Queue + s.Usable - 1) / s.Usable
	}
	return s, true
}

// usable is how many servers can take requests: the active ones, or else one backup, or all of them.
func (p *proxy) usable() int {
	switch {
	case p.dispatch:
		return 0
	case p.act > 0:
		return p.act
	case p.cfg.AllBackups:
		return p.bck
	}
	return min(p.bck, 1)
}

// slots is how many more requests the servers and their queues have room for; -1: there is no limit.
func (p *proxy) slots() (n int) {
	for _, s := range p.servers {
		if !s.Up {
			continue
		}
		if s.maxconn == 0 || s.cfg.Maxqueue == 0 {
			return -1
		}
		n += s.maxconn - s.Served + s.cfg.Maxqueue - s.queue.n
	}
	return n
}

// free is how many more connections the usable servers have room for; -1: there is no limit.
func (p *proxy) free() (n int) {
	for _, s := range p.servers {
		if !p.serves(s) {
			continue
		}
		if s.maxconn == 0 {
			return -1
		}
		n += max(s.Maxconn-s.Served, 0)
	}
	return n
}

// Frontend implements rules.World.
func (w world) Frontend(name string) (s rules.FrontendState, ok bool) {
	p := w.find(name, true)
	if p == nil {
		return s, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s = rules.FrontendState{
		Conns: p.feconn, ReqRate: p.front.reqRate.read(w.c.l.now), SessRate: p.front.rate.read(w.c.l.now), Client: p.cfg.Timeouts.Client,
	}
	if p.def != nil {
		s.DefaultBackend = p.def.cfg.Name
	}
	return s, true
}

// Server implements rules.World.
func (w world) Server(backend, server string) (st rules.ServerState, ok bool) {
	p := w.find(backend, false)
	if p == nil {
		return st, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.servers {
		if s.cfg.Name != server || p.dispatch {
			continue
		}
		st = rules.ServerState{
			ID: s.cfg.ID, Conns: s.Served, Queue: s.queue.n, SessRate: s.rate.read(w.c.l.now), Up: s.Up, Free: -1,
			Weight: s.Weight, InitialWeight: s.cfg.Weight, UserWeight: s.uweight,
		}
		if s.maxconn > 0 {
			st.Free = max(s.Maxconn-s.Served, 0)
		}
		return st, true
	}
	return st, false
}

// Conn implements rules.World.
func (w world) Conn(server bool) (s rules.ConnState) {
	c := w.c
	if server {
		if b := c.up; b != nil && b.fd > 0 {
			s.Open = true
			s.Src, s.Dst = b.ends()
			if b.side != nil {
				s.TLS = b.side.describeServer
			}
		} else if b == nil && c.leftServer != nil {
			return *c.leftServer
		}
		return s
	}
	if c.fd <= 0 || c.session == nil {
		return s
	}
	own := c.own()
	s.Open, s.Src, s.Dst = true, own.src, own.dst
	s.TCP = func() *rules.TCPInfo { return tcpInfo(c.fd) }
	if c.fe != nil {
		c.fe.mu.Lock()
		s.Listener = c.fe.feconn
		c.fe.mu.Unlock()
	}
	return s
}

// ends gives the addresses of a connection to a server, also of one that is carried beside the loop.
func (b *upstream) ends() (src, dst netip.AddrPort) {
	read := func(fd uintptr) { src, dst = sockName(int(fd), unix.Getsockname), sockName(int(fd), unix.Getpeername) }
	if b.side == nil {
		read(uintptr(b.fd))
	} else if c, err := b.side.raw.SyscallConn(); err == nil {
		_ = c.Control(read) // fails only where it is closed already
	}
	return src, dst
}

func sockName(fd int, get func(fd int) (unix.Sockaddr, error)) netip.AddrPort {
	sa, err := get(fd)
	if err != nil {
		return netip.AddrPort{}
	}
	switch a := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr), uint16(a.Port))
	}
	return netip.AddrPort{}
}

func tcpInfo(fd int) *rules.TCPInfo {
	i, err := unix.GetsockoptTCPInfo(fd, unix.SOL_TCP, unix.TCP_INFO)
	if err != nil {
		return nil
	}
	return &rules.TCPInfo{
		RTT: int64(i.Rtt), RTTVar: int64(i.Rttvar), Unacked: int64(i.Unacked), Sacked: int64(i.Sacked), Lost: int64(i.Lost),
		Retrans: int64(i.Retrans), Fackets: int64(i.Fackets), Reordering: int64(i.Reordering),
	}
}

// Process implements rules.World.
func (w world) Process() *rules.Vars { return &w.c.l.e.vars }

// Random implements rules.World.
func (w world) Random() uint32 { return rand.Uint32() }

// Thread implements rules.World.
func (w world) Thread() int { return w.c.l.id }

// Stopping implements rules.World.
func (w world) Stopping() bool { return w.c.l.e.stopping.Load() }

// Env implements rules.World.
func (world) Env(name string) (string, bool) { return os.LookupEnv(name) }

// Hostname implements rules.World.
func (world) Hostname() string { return hostname() }

// Local implements rules.World.
func (world) Local(a netip.Addr) bool {
	list, _ := net.InterfaceAddrs()
	for _, x := range list {
		if p, err := netip.ParsePrefix(x.String()); err == nil && p.Addr().Unmap() == a {
			return true
		}
	}
	return a.IsLoopback()
}

// Mark implements rules.World. A socket that can not be marked is left as it is.
func (w world) Mark(what string, n int) {
	c := w.c
	switch {
	case c.fd <= 0:
	case what == "mark":
		_ = unix.SetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_MARK, n)
	case c.addr.Addr().Unmap().Is4():
		_ = unix.SetsockoptInt(c.fd, unix.IPPROTO_IP, unix.IP_TOS, n)
	default:
		_ = unix.SetsockoptInt(c.fd, unix.IPPROTO_IPV6, unix.IPV6_TCLASS, n)
	}
}

// Hint implements rules.World: a 103 response goes out ahead of the real one, to clients that know of it.
func (w world) Hint(fields []rules.Field) {
	c := w.c
	if !c.v11 {
		return
	}
	t := append([]byte(nil), "HTTP/1.1 103 Early Hints\r\n"...)
	for _, f := range fields {
		t = append(append(append(append(t, f.Name...), ": "...), f.Value...), '\r', '\n')
	}
	c.send(c, append(t, '\r', '\n'))
}
