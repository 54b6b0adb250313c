package engine

import (
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"

	"simulacro/proxy/config"
)

// listener is one `bind` at work: a socket that all loops accept from.
type listener struct {
	p         *proxy
	cfg       *config.Bind
	fd        int
	refs      atomic.Int32 // loops that still have it
	acceptors []*acceptor  // by loop
	conns     atomic.Int32 // clients that have come here
	full      atomic.Bool  // somebody waits in the backlog because of the bind's maxconn
	stopped   atomic.Bool
	paused    atomic.Bool // by an operator, who calls the acceptors again
	count     socketCounts
}

// open makes the socket, or takes an inherited one.
func (li *listener) open(inherited map[string][]int) *BindError {
	a := &li.cfg.Addr
	if list := inherited[a.Text]; len(list) > 0 {
		li.fd, inherited[a.Text] = list[0], list[1:]
	} else if a.IsFD {
		// A duplicate: the operator's number must stay what it is for the next configuration.
		fd, err := unix.FcntlInt(uintptr(a.FD), unix.F_DUPFD_CLOEXEC, 0)
		if li.fd = fd; err != nil {
			return li.fail("cannot use file descriptor", err)
		}
	} else if err := li.bind(); err != nil {
		return err
	}
	_ = unix.SetNonblock(li.fd, true)
	syscall.CloseOnExec(li.fd)
	// Also for an inherited socket: it may be bound only, or want another backlog.
	if err := unix.Listen(li.fd, li.backlog()); err != nil {
		return li.fail("cannot listen to socket", err)
	}
	return nil
}

func (li *listener) fail(op string, err error) *BindError {
	e, _ := err.(syscall.Errno)
	if li.fd >= 0 {
		sysClose(li.fd)
		li.fd = -1
	}
	return &BindError{Proxy: li.p.cfg, Bind: li.cfg, Op: op, Errno: e}
}

func (li *listener) bind() *BindError {
	a := newSockaddr(li.cfg.Addr)
	li.fd = -1
	fd, e := newSocket(a.family())
	if e != 0 {
		return li.fail("cannot create listening socket", e)
	}
	li.fd = fd
	if a.family() == syscall.AF_UNIX {
		return li.bindUnix()
	}
	li.options(a.family())
	if _, e := raw(syscall.SYS_BIND, fd, ptr(&a.raw), uintptr(a.len), 0, 0, 0); e != 0 {
		return li.fail("cannot bind socket", e)
	}
	return nil
}

// backlog is the bind's, the section's, the bind's maxconn, the section's, or the engine's (section 4.2, "backlog").
func (li *listener) backlog() int {
	for _, n := range []int{li.cfg.Backlog, li.p.cfg.Backlog, li.cfg.Maxconn, li.p.cfg.Maxconn, li.p.e.cfg.Global.Maxconn} {
		if n > 0 {
			return n
		}
	}
	return 4096
}

// start lets l accept.
func (li *listener) start(l *loop) {
	if li.stopped.Load() {
		return
	}
	a := &acceptor{l: l, li: li}
	a.timer = timer{owner: a, due: never}
	li.acceptors = append(li.acceptors, a)
	li.refs.Add(1)
	mask := uint32(unix.EPOLLIN | 1<<31)
	if len(l.e.loops) > 1 {
		mask |= unix.EPOLLEXCLUSIVE // one loop for a new connection, not all
	}
	l.add(li.fd, a, mask)
}

// header tells whether a PROXY protocol's header comes first: the bind line says so, or a rule about the connection.
func (c *client) header() bool {
	return c.bind != nil && c.bind.Accept || c.session != nil && c.session.Expect
}

func (c *client) overTLS() bool { return overTLS(c.bind) }

func (li *listener) overTLS() bool { return overTLS(li.cfg) }

func overTLS(b *config.Bind) bool { return b != nil && b.TLS != nil && b.TLS.On && b.TLS.Conf != nil }

// countAccept counts a connection on its listener and frontend.
func (li *listener) countAccept(now int64) {
	p := li.p
	p.mu.Lock()
	li.count.conns++
	li.count.most = max(li.count.most, int(li.conns.Load()))
	f := &p.front
	f.connTot++
	f.curMax = max(f.curMax, p.feconn)
	f.connRate.add(now, 1)
	p.mu.Unlock()
}

// countSession counts a connection that all rules about connections have let in.
func (p *proxy) countSession(now int64) {
	p.mu.Lock()
	p.front.sess++
	p.front.rate.add(now, 1)
	p.mu.Unlock()
}

// room tells whether the bind line's own limit, and maxsslconn, allow one more client; if not, the next one that leaves calls the acceptors again.
func (li *listener) room() bool {
	if li.overTLS() && !li.p.e.secure.room() {
		return false
	}
	if li.cfg == nil || li.cfg.Maxconn <= 0 || int(li.conns.Load()) < li.cfg.Maxconn {
		return true
	}
	li.full.Store(true)
	return int(li.conns.Load()) < li.cfg.Maxconn // one may have left in between
}

// left counts a client out.
func (li *listener) left() {
	li.conns.Add(-1)
	if li.full.Load() && li.full.Swap(false) {
		for _, a := range li.acceptors {
			a.l.post(a)
		}
	}
}
