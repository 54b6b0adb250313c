package engine

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// acceptor is a listener in one loop.
type acceptor struct {
	l     *loop
	li    *listener
	timer timer // of the process's rates
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
		if a.li.paused.Load() || a.tooSoon() || !a.li.room() || !e.enter(p) {
			return
		}
		fd, en := a.accept()
		switch en {
		case 0:
			a.accepted(fd)
		case syscall.ECONNABORTED, syscall.EINTR:
			e.left(p)
		default:
			e.left(p)
			a.refused(en)
			return
		}
	}
	l.again = append(l.again, a)
}

// accept takes one connection out of the backlog; its address is in the loop's sa.
func (a *acceptor) accept() (int, syscall.Errno) {
	l := a.l
	l.sa.len = uint32(unix.SizeofSockaddrAny)
	return raw(syscall.SYS_ACCEPT4, a.li.fd, ptr(&l.sa.raw), ptr(&l.sa.len), syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0, 0)
}

// acceptPause is how long a listener waits, in ms, when the system has nothing left for one more connection.
const acceptPause = 100

// shortages are HAProxy's words for what the system does not have; %d is maxsock.
var shortages = map[syscall.Errno]string{
	syscall.EMFILE:  "process FD limit (maxsock=%d). Please check 'ulimit-n' and restart.",
	syscall.ENFILE:  "system FD limit (maxsock=%d). Please check system tunables.",
	syscall.ENOBUFS: "system memory limit (maxsock=%d). Please check system tunables.",
	syscall.ENOMEM:  "system memory limit (maxsock=%d). Please check system tunables.",
}

// refused comes back to a backlog that the system would not give a connection of: nothing tells when it will. An empty one is none.
func (a *acceptor) refused(e syscall.Errno) {
	text := shortages[e]
	if text == "" {
		return
	}
	a.l.timers.set(&a.timer, a.l.now+acceptPause)
	if o := &a.l.e.opt; o.Logger != nil {
		o.Logger.Note(a.li.p.cfg, LevelEmerg, fmt.Sprintf("Proxy %s reached "+text, a.li.p.cfg.Name, o.Maxsock))
	}
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
		fd, en := a.accept()
		switch en {
		case 0:
			a.accepted(fd)
			continue
		case syscall.ECONNABORTED, syscall.EINTR:
			a.l.e.left(a.li.p)
			continue
		}
		a.l.e.left(a.li.p)
		return
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
	if !c.greet(p.cfg.Rules.Connection, true, &p.front.denConn, &c.li.count.denConn) {
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
	if !c.greet(p.cfg.Rules.Session, false, &p.front.denSess, &c.li.count.denSess) {
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
	full := p.maxconn > 0 && p.feconn >= p.maxconn
	if full {
		p.full.Store(true)
	} else {
		p.feconn++
	}
	p.mu.Unlock()
	if full {
		e.vacate()
	}
	return !full
}

// left counts a client out, or one that has not come in the end, and lets those in that wait in a backlog.
func (e *Engine) left(p *proxy) {
	p.mu.Lock()
	p.feconn--
	p.mu.Unlock()
	if p.full.Load() && p.full.Swap(false) {
		p.wakeAcceptors()
	}
	e.vacate()
}

// vacate gives a place in the process back. Somebody may have been refused because of it meanwhile, however short that was.
func (e *Engine) vacate() {
	e.actconn.Add(-1)
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
