package engine

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// sock is one end of the director: a connection to a client or to a server. It belongs to one loop.
type sock struct {
	l        *loop
	fd       int
	readable bool   // edge-triggered: until a read comes back short
	bulk     bool   // the last read has filled the buffer: more is on its way
	fin      bool   // the other end has sent its FIN: read on until 0
	added    bool   // to epoll
	asked    bool   // to epoll with EPOLLOUT
	held     []byte // read but not yet used: part of a head, or the next request
	pend     []byte // not yet taken by this side's socket
	raw      traffic
	pipe     *pipe // what comes behind pend, of a body that is spliced; nil: nothing
	timer    timer
	side     *beside // carries TLS; fd is the loop's end of it. nil: fd is the connection itself
}

// What recv returns beside a number of bytes.
const (
	recvEnd     = 0
	recvNothing = -1
	recvBroken  = -2
	recvUnable  = -3 // only siphon: it has to be read in another way
)

// recv fills the loop's buffer.
func (s *sock) recv() int {
	n, e := sysRecv(s.fd, s.l.buf)
	s.bulk = n == len(s.l.buf)
	s.readable = e == 0 && (s.bulk || s.fin && n > 0)
	switch {
	case e == 0:
		s.raw.in += int64(n)
		return n
	case e == syscall.EAGAIN:
		return recvNothing
	case e == syscall.EINTR:
		s.readable = true
		return recvNothing
	}
	return recvBroken
}

// saw takes note of what epoll says of the receiving side.
func (s *sock) saw(ev uint32) {
	if ev&^uint32(unix.EPOLLOUT) != 0 {
		s.readable = true
		s.fin = s.fin || ev&(unix.EPOLLRDHUP|evBroken) != 0
	}
}

// send sends b and keeps what the socket does not take; false: broken. h is the socket's owner.
func (s *sock) send(h handler, b []byte) bool {
	if len(b) == 0 {
		return true
	}
	if s.pipe != nil {
		s.copyPipe()
	}
	if len(s.pend) == 0 {
		n, e := sysSend(s.fd, b)
		if e != 0 && e != syscall.EAGAIN {
			return false
		}
		s.raw.out += int64(max(n, 0))
		if n == len(b) {
			return true
		}
		b = b[max(n, 0):]
	}
	if s.pend == nil {
		s.pend = s.l.lend()
	}
	s.pend = append(s.pend, b...)
	s.register(h, true)
	return true
}

// flush sends what send had to keep; false: broken.
func (s *sock) flush(h handler) bool {
	if len(s.pend) == 0 {
		return s.pipe == nil || s.flushPipe(h)
	}
	n, e := sysSend(s.fd, s.pend)
	if e != 0 && e != syscall.EAGAIN {
		return false
	}
	if n > 0 {
		s.raw.out += int64(n)
		s.pend = s.pend[:copy(s.pend, s.pend[n:])]
	}
	if len(s.pend) > 0 {
		s.register(h, true)
		return true
	}
	if cap(s.pend) > maxKept {
		s.pend = nil // a slow reader's backlog: do not keep its memory
	}
	return s.pipe == nil || s.flushPipe(h)
}

// maxKept is how large a connection's own buffers may stay.
const maxKept = 32 << 10

// register adds the socket to epoll. EPOLLOUT is asked for only when a write has not gone through, and then stays.
func (s *sock) register(h handler, out bool) {
	mask := uint32(evIn)
	if out {
		mask = evInOut
	}
	switch {
	case !s.added:
		s.l.add(s.fd, h, mask)
	case out && !s.asked:
		s.l.ctl(syscall.EPOLL_CTL_MOD, s.fd, mask)
	default:
		return
	}
	s.added, s.asked = true, out
}

// arm sets the timer, d milliseconds from now; 0: no timeout is configured.
func (s *sock) arm(d int64) {
	if d <= 0 {
		s.l.timers.set(&s.timer, never)
		return
	}
	s.l.timers.set(&s.timer, s.l.now+d)
}

func (s *sock) disarm() { s.timer.due = never }

// shut closes the descriptor, which takes it out of epoll too.
func (s *sock) shut() {
	s.l.timers.remove(&s.timer)
	s.added, s.asked = false, false
	s.dropPipe()
	if s.fd < 0 {
		return // it is beside the loop still
	}
	s.l.forget(s.fd)
	if s.side != nil {
		s.side.leave()
		s.side = nil
	}
	sysClose(s.fd)
}

// putAway gives the buffers back, with all that is in them.
func (s *sock) putAway() {
	s.l.retake(s.held)
	s.l.retake(s.pend)
	s.held, s.pend = nil, nil
	s.dropPipe()
}
