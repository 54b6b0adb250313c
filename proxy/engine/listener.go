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
	count     socketCounts
}

// acceptor is a listener in one loop.
type acceptor struct {
	l     *loop
	li    *listener
	timer timer // of the process's rates
}

// open makes the socket, or takes an inherited one.
func (li *listener) open(inherited map[string]int) *BindError {
	a := &li.cfg.Addr
	if fd, ok := inherited[a.Text]; ok {
		delete(inherited, a.Text)
		li.fd = fd
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

// stop ends accepting in this loop; the last one closes the socket.
func (a *acceptor) stop() {
	if a.li.fd >= len(a.l.slots) || a.l.slots[a.li.fd].h != handler(a) {
		return
	}
	a.l.timers.remove(&a.timer)
	a.l.ctl(syscall.EPOLL_CTL_DEL, a.li.fd, 0)
	a.l.forget(a.li.fd)
	if a.li.refs.Add(-1) == 0 {
		sysClose(a.li.fd)
	}
}

func (a *acceptor) onEvent(uint32) { a.run() }

// run accepts what waits, unless a limit is reached; then the first client that leaves calls it again.
func (a *acceptor) run() {
	l, e, p := a.l, a.l.e, a.li.p
	if a.li.stopped.Load() {
		a.acceptLast()
		a.stop()
		return
	}
	for range 4 * budget {
		if a.paused() || !a.li.room() || !e.enter(p) {
			return
		}
		l.sa.len = uint32(unix.SizeofSockaddrAny)
		fd, en := raw(syscall.SYS_ACCEPT4, a.li.fd, ptr(&l.sa.raw), ptr(&l.sa.len), syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0, 0)
		switch en {
		case 0:
			a.accepted(fd)
		case syscall.ECONNABORTED, syscall.EINTR:
			e.leave(p)
		case syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM:
			p.full.Store(true) // the next client that leaves makes room
			e.leave(p)
			return
		default:
			e.leave(p)
			return
		}
	}
	l.again = append(l.again, a)
}

// acceptLast takes what waits in the backlog of a socket that is about to be closed: the system would reset it. In a socket that another
// process has, too, the other may do it.
func (a *acceptor) acceptLast() {
	if a.li.fd >= len(a.l.slots) || a.l.slots[a.li.fd].h != handler(a) {
		return
	}
	for range a.li.backlog() {
		if !a.li.room() || !a.l.e.enter(a.li.p) {
			return
		}
		a.l.sa.len = uint32(unix.SizeofSockaddrAny)
		fd, en := raw(syscall.SYS_ACCEPT4, a.li.fd, ptr(&a.l.sa.raw), ptr(&a.l.sa.len), syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0, 0)
		if en != 0 {
			a.l.e.leave(a.li.p)
			return
		}
		a.accepted(fd)
	}
}

func (a *acceptor) accepted(fd int) {
	l, p := a.l, a.li.p
	if l.sa.family() != syscall.AF_UNIX {
		setOption(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY)
		if p.cfg.NoLinger && a.li.overTLS() {
			setReset(fd) // the loop does not see its end
		}
		if p.cfg.ClientKeepAlive {
			keepAlive(fd, &p.cfg.ClientProbes)
		}
		setBuffers(fd, p.e.cfg.Global.ClientBuf)
	}
	c := l.newClient(fd, a.li)
	a.li.conns.Add(1)
	a.li.countAccept(l.now)
	l.e.countAccept(l.now)
	if !c.greet(p.cfg.Rules.Connection, &p.front.denConn, &c.li.count.denConn) {
		return
	}
	l.e.count(Sessions, l.now)
	if c.overTLS() {
		l.e.count(TLSSessions, l.now)
	}
	if !c.header() && c.overTLS() {
		c.startTLS()
		return
	}
	c.register(c, false)
	if c.header() {
		c.st = stHeader
		c.arm(p.client)
		return
	}
	c.begins()
}

// header tells whether a PROXY protocol's header comes first.
func (c *client) header() bool { return c.bind != nil && c.bind.Accept }

func (c *client) overTLS() bool { return overTLS(c.bind) }

func (li *listener) overTLS() bool { return overTLS(li.cfg) }

func overTLS(b *config.Bind) bool { return b != nil && b.TLS != nil && b.TLS.On && b.TLS.Conf != nil }

// begins goes on once the client's address is known: with TLS, or at once.
func (c *client) begins() {
	if c.overTLS() {
		c.startTLS()
		return
	}
	c.open()
}

// open lets a connection begin whose client is known by now.
func (c *client) open() {
	p := c.fe
	if !c.greet(p.cfg.Rules.Session, &p.front.denSess, &c.li.count.denSess) {
		return
	}
	p.countSession(c.l.now)
	if !p.http {
		c.startTCP()
		return
	}
	if c.arm(p.request); len(c.held) > 0 {
		c.readRequest()
	}
}

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

// enter counts a client in, if all limits allow one more.
func (e *Engine) enter(p *proxy) bool {
	if e.actconn.Add(1) > e.maxconn.Load() {
		e.full.Store(true)
		if e.actconn.Add(-1) >= e.maxconn.Load() {
			return false
		}
		e.actconn.Add(1) // someone left in between
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.maxconn > 0 && p.feconn >= p.maxconn || p.paused {
		e.actconn.Add(-1)
		p.full.Store(true)
		return false
	}
	p.feconn++
	return true
}

// leave is enter's counterpart.
func (e *Engine) leave(p *proxy) {
	p.mu.Lock()
	p.feconn--
	p.mu.Unlock()
	e.actconn.Add(-1)
}

// left counts a client out and lets those in that wait in a backlog.
func (e *Engine) left(p *proxy) {
	e.leave(p)
	if p.full.Load() && p.full.Swap(false) {
		p.wakeAcceptors()
	}
	if e.full.Load() && e.full.Swap(false) {
		for _, q := range e.proxies {
			q.wakeAcceptors()
		}
	}
}

func (p *proxy) wakeAcceptors() {
	for _, li := range p.listeners {
		for _, a := range li.acceptors {
			a.l.post(a)
		}
	}
}
