package engine

import (
	"math"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// pipe carries bytes from one socket to another by splice(2): their pages change hands, and nothing is copied.
type pipe struct {
	r, w int
	n    int // bytes in it
}

// pipeLimits bounds the pipes of all loops. Whoever gets none copies instead.
type pipeLimits struct {
	most int64        // how many there may be
	keep int          // how many a loop keeps for the next body
	size int          // of each, in bytes; 0: the system's own
	open atomic.Int64 // how many there are
	none atomic.Bool  // the system has no splice(2) for these sockets
}

// pipeSize is how large pipes are where tune.pipesize does not say: one call moves as much, and a slow client keeps no more of a body
// than that beside its socket's buffer. The system's own 64 KB took four times the calls.
const pipeSize = 256 << 10

// setPipes takes what the configuration says of pipes.
func (e *Engine) setPipes() {
	g := &e.cfg.Global
	e.pipes.most, e.pipes.size = int64(Pipes(e.cfg, int(min(e.maxconn.Load(), math.MaxInt32)))), g.PipeSize
	e.pipes.keep = max(1, int(e.pipes.most)/(2*e.nloops))
	e.pipes.none.Store(g.NoSplice)
}

// takePipe gives an empty pipe; nil: there may be no more of them.
func (l *loop) takePipe() *pipe {
	if k := len(l.pipes); k > 0 {
		p := l.pipes[k-1]
		l.pipes = l.pipes[:k-1]
		l.idlePipes.Store(int64(k - 1))
		return p
	}
	if l.e.pipes.open.Add(1) <= l.e.pipes.most && l.now >= l.pipeless {
		if p := newPipe(l.e.pipes.size); p != nil {
			return p
		}
		l.pipeless = l.now + 1000 // what the system has just refused it need not be asked for at every read
	}
	l.e.pipes.open.Add(-1)
	return nil
}

// newPipe makes a pipe; nil: the system has no descriptors, or only very small pipes for a user who has many already.
func newPipe(size int) *pipe {
	var fds [2]int
	if unix.Pipe2(fds[:], unix.O_NONBLOCK|unix.O_CLOEXEC) != nil {
		return nil
	}
	p := &pipe{r: fds[0], w: fds[1]}
	if size > 0 {
		_, _ = unix.FcntlInt(uintptr(p.w), unix.F_SETPIPE_SZ, size)
		return p
	}
	if n, err := unix.FcntlInt(uintptr(p.w), unix.F_SETPIPE_SZ, pipeSize); err == nil && n >= pipeSize {
		return p
	}
	if n, err := unix.FcntlInt(uintptr(p.w), unix.F_GETPIPE_SZ, 0); err != nil || n < bufSize {
		p.close()
		return nil
	}
	return p
}

func (p *pipe) close() {
	sysClose(p.r)
	sysClose(p.w)
}

// leavePipe takes a pipe back. One with something in it is of no use any more.
func (l *loop) leavePipe(p *pipe) {
	if p.n > 0 || len(l.pipes) >= l.e.pipes.keep {
		l.e.pipes.open.Add(-1)
		p.close()
		return
	}
	l.pipes = append(l.pipes, p)
	l.idlePipes.Store(int64(len(l.pipes)))
}

// closePipes is for a loop's end.
func (l *loop) closePipes() {
	for _, p := range l.pipes {
		p.close()
	}
	l.e.pipes.open.Add(-int64(len(l.pipes)))
	l.pipes = nil
	l.idlePipes.Store(0)
}

// countPipes gives how many pipes have something in them, and how many wait to be used.
func (e *Engine) countPipes() (used, idle int) {
	for _, l := range e.loops {
		idle += int(l.idlePipes.Load())
	}
	return max(0, int(e.pipes.open.Load())-idle), idle
}

// siphon moves up to most bytes into a pipe that is to's from then on, and gives what recv would; recvUnable: it can not be done so.
// How much there still is to read is not known then.
func (s *sock) siphon(to *sock, most int64) int {
	p := s.l.takePipe()
	if p == nil {
		return recvUnable
	}
	n, e := sysSplice(s.fd, p.w, min(most, math.MaxInt32))
	if n <= 0 || e != 0 {
		s.l.leavePipe(p)
	}
	switch {
	case e == 0:
		if s.readable = n > 0; n > 0 {
			p.n, to.pipe = n, p
			s.raw.in += int64(n)
			s.bulk = s.bulk && n >= spliceAsked
			s.l.e.spliced.Add(uint64(n))
		}
		return n
	case e == syscall.EAGAIN:
		s.readable = false
		return recvNothing
	case e == syscall.EINTR:
		return recvNothing
	case e == syscall.EINVAL, e == syscall.ENOSYS:
		s.l.e.pipes.none.Store(true)
		return recvUnable
	}
	return recvBroken
}

// flushPipe sends what siphon has put into the pipe; false: broken. h is the socket's owner.
func (s *sock) flushPipe(h handler) bool {
	p := s.pipe
	n, e := sysSplice(p.r, s.fd, int64(p.n))
	if e != 0 && e != syscall.EAGAIN && e != syscall.EINTR {
		return false
	}
	s.raw.out += int64(max(n, 0))
	if p.n -= max(n, 0); p.n > 0 {
		s.register(h, true)
		return true
	}
	s.dropPipe()
	return true
}

// dropPipe gives the pipe back, with what is in it.
func (s *sock) dropPipe() {
	if s.pipe != nil {
		s.l.leavePipe(s.pipe)
		s.pipe = nil
	}
}

// copyPipe puts what is in the pipe behind pend, for something is to be sent after it.
func (s *sock) copyPipe() {
	k, p := len(s.pend), s.pipe
	s.pend = append(s.pend, make([]byte, p.n)...)
	for k < len(s.pend) {
		n, e := raw(syscall.SYS_READ, p.r, ptr(&s.pend[k]), uintptr(len(s.pend)-k), 0, 0, 0)
		if e != 0 || n <= 0 {
			break // a pipe always gives what is in it
		}
		k += n
		p.n -= n
	}
	s.pend = s.pend[:k]
	s.dropPipe()
}

// stuck tells whether bytes wait for the socket to take them.
func (s *sock) stuck() bool { return len(s.pend) > 0 || s.pipe != nil }

// unsay forgets what waits to be sent.
func (s *sock) unsay() {
	s.pend = s.pend[:0]
	s.dropPipe()
}

// more looks whether bytes, or an end, wait to be read. epoll, which is edge-triggered, has told of them already.
func (s *sock) more() bool {
	n, e := raw(syscall.SYS_RECVFROM, s.fd, ptr(&s.l.drain), 1, syscall.MSG_PEEK, 0, 0)
	return e == 0 && n >= 0 || e != syscall.EAGAIN
}

// sysSplice moves up to n bytes between a pipe and a socket, and does not wait for either.
func sysSplice(from, to int, n int64) (int, syscall.Errno) {
	return raw(syscall.SYS_SPLICE, from, 0, uintptr(to), 0, uintptr(n), unix.SPLICE_F_MOVE|unix.SPLICE_F_NONBLOCK)
}
