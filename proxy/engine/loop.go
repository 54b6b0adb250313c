package engine

import (
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"simulacro/proxy/accesslog"
	"simulacro/proxy/http1"
)

const (
	room     = 16 << 10 // in front of the read buffer, for a head that is written anew
	bufSize  = 64 << 10
	maxSpare = 512 // disconnected server sockets that are kept
	budget   = 8   // reads of one connection before others have their turn
)

// handler is who gets a descriptor's events.
type handler interface{ onEvent(ev uint32) }

// slot is a descriptor's owner; gen tells apart those that follow each other.
type slot struct {
	h   handler
	gen uint32
}

// loop is one event loop. Only its own goroutine touches it, but for the inbox.
type loop struct {
	e         *Engine
	id        int
	ep, wake  int
	now       int64 // ms since the engine's start, read once a round
	round     uint64
	timers    timers
	slots     []slot
	clients   []*client   // free ones
	exchanges []*exchange // free ones
	blank     exchange    // of the clients that are idle: nobody writes it
	upstreams []*upstream // free ones
	spare     [2][]*upstream
	trim      *trimmer
	late      []*upstream // server sockets to be disconnected before the next sleep
	pooled    int         // idle connections to servers, of all pools
	pipes     []*pipe     // empty ones
	idlePipes atomic.Int64
	pipeless  int64    // when the system may be asked for a pipe again
	again     []runner // what has more to do at once
	spareRun  []runner // again's other half
	bufs
	evs  [256]epollEvent
	ev   epollEvent // for epoll_ctl
	sa   sockaddr   // for accept
	live map[*client]struct{}
	load idleMeter
	naps bool // it may sleep shortly without telling the runtime
	last bool // of a soft stop: what waited has been closed, and nothing is kept any more

	parted int // clients that are not counted any more

	mu     sync.Mutex
	inbox  []runner
	closed bool        // the descriptors are gone: nothing is taken any more
	ring   atomic.Bool // the eventfd has been written to
}

// runner is work for a loop.
type runner interface{ run() }

func newLoop(e *Engine, id int) (*loop, error) {
	l := &loop{e: e, id: id, live: map[*client]struct{}{}, blank: unasked}
	l.trim = newTrimmer(l)
	l.load.pct.Store(100) // nothing to do so far
	l.bufs.init()
	l.head.Limits, l.limit = e.limits(), newHeadLimit(&e.cfg.Global)
	var err error
	if l.ep, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, err
	}
	if l.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		sysClose(l.ep)
		return nil, err
	}
	l.add(l.wake, (*inboxReader)(l), evIn)
	return l, nil
}

// close gives back what is left when the loop has ended, and so has what worked beside it.
func (l *loop) close() {
	l.mu.Lock()
	l.closed = true // a later post must not write to a number that somebody else may have by then
	l.mu.Unlock()
	for _, list := range l.spare {
		for _, b := range list {
			sysClose(b.fd)
		}
	}
	l.closePipes()
	sysClose(l.wake)
	sysClose(l.ep)
}

// add gives a descriptor to epoll and h its events.
func (l *loop) add(fd int, h handler, mask uint32) {
	l.own(fd, h)
	l.ctl(syscall.EPOLL_CTL_ADD, fd, mask)
}

// own makes h the one that gets fd's events, without adding it to epoll yet.
func (l *loop) own(fd int, h handler) {
	for fd >= len(l.slots) {
		l.slots = append(l.slots, make([]slot, 1024)...)
	}
	s := &l.slots[fd]
	s.h, s.gen = h, s.gen+1
}

// forget ends fd's ownership; events that are still in this round's list go nowhere.
func (l *loop) forget(fd int) { l.slots[fd].h = nil }

func (l *loop) ctl(op, fd int, mask uint32) {
	l.ev = epollEvent{events: mask, fd: int32(fd), gen: l.slots[fd].gen}
	raw(syscall.SYS_EPOLL_CTL, l.ep, uintptr(op), uintptr(fd), ptr(&l.ev), 0, 0)
}

// post hands r to the loop from any goroutine; a loop that has been closed drops it.
func (l *loop) post(r runner) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	l.inbox = append(l.inbox, r)
	if !l.ring.Swap(true) {
		raw(syscall.SYS_WRITE, l.wake, ptr(&eventOne), 8, 0, 0, 0)
	}
}

var eventOne = uint64(1)

// inboxReader is the loop as owner of its eventfd.
type inboxReader loop

func (r *inboxReader) onEvent(uint32) { (*loop)(r).readInbox() }

func (l *loop) readInbox() {
	raw(syscall.SYS_READ, l.wake, ptr(&l.drain), 8, 0, 0, 0)
	l.ring.Store(false)
	l.mu.Lock()
	work := l.inbox
	l.inbox = nil
	l.mu.Unlock()
	for _, w := range work {
		w.run()
	}
}

// serve runs rounds until the engine is stopped and nothing is left.
func (l *loop) serve() {
	l.tick()
	l.measure()
	for !l.finished() {
		l.work()
		n := l.wait(l.timers.run(l.now))
		l.tick()
		if l.load.turn(l.now) {
			l.measure()
		}
		l.round++
		events := l.evs[:max(n, 0)] // -1: interrupted
		l.sweepPools(events)
		for i := range events {
			if h := l.ownerOf(&events[i]); h != nil {
				h.onEvent(events[i].events)
			}
		}
	}
	l.work()
}

// ownerOf gives who gets an event; nil: the descriptor has been given up since, or has another owner.
func (l *loop) ownerOf(ev *epollEvent) handler {
	if s := &l.slots[ev.fd]; s.gen == ev.gen {
		return s.h
	}
	return nil
}

// sweepPools ends the idle connections that their servers have closed, before a request of the same round can be sent over one.
func (l *loop) sweepPools(events []epollEvent) {
	if l.pooled == 0 {
		return
	}
	for i := range events {
		if b, ok := l.ownerOf(&events[i]).(*upstream); ok && b.pooled {
			b.onEvent(events[i].events)
		}
	}
}

func (l *loop) tick() { l.now = l.e.clock() }

// work does what has been put off to the end of the round; what that puts off again waits until new events were seen.
func (l *loop) work() {
	todo := l.again
	l.again = l.spareRun[:0]
	for i, r := range todo {
		r.run()
		todo[i] = nil
	}
	l.spareRun = todo[:0]
	l.disconnectLate()
}

// lull is how long a loop sleeps, in ms, before it takes itself to be idle.
const lull = 2

// wait gets events: first without sleeping, then in a short sleep, and at last in one that the runtime is told of. For what it knows
// to sleep it takes the processor away, gives it back afterwards, and looks every 20 µs meanwhile: that took 6 % of a busy
// director's time. A collection of garbage need not wait for a short sleep, which its signal ends; nor need other goroutines: see measure.
func (l *loop) wait(timeout int) int {
	n := l.poll(0)
	if n != 0 || timeout == 0 || len(l.again)+len(l.late) > 0 { // timers may have left something to do
		return n
	}
	from := time.Now()
	l.load.sleeps(l.now)
	defer func() { l.load.woke(time.Since(from)) }()
	if l.naps {
		if timeout >= 0 && timeout <= lull {
			return l.poll(timeout)
		}
		if n = l.poll(lull); n != 0 {
			return n
		}
		timeout = max(timeout-lull, -1)
	}
	r, _, en := syscall.Syscall6(syscall.SYS_EPOLL_PWAIT, uintptr(l.ep), uintptr(unsafe.Pointer(&l.evs[0])), uintptr(len(l.evs)),
		uintptr(timeout), 0, 0)
	if en != 0 {
		return 0
	}
	return int(r)
}

// measure finds out, once a second, whether a processor is left for others while all loops sleep shortly.
func (l *loop) measure() { l.naps = runtime.GOMAXPROCS(0) > l.e.nloops }

// poll gets events within so many ms; -1: a signal came before any.
func (l *loop) poll(timeout int) int {
	n, e := raw(syscall.SYS_EPOLL_PWAIT, l.ep, ptr(&l.evs[0]), uintptr(len(l.evs)), uintptr(timeout), 0, 0)
	if e != 0 {
		return -1
	}
	return n
}

// finished tells whether the engine is stopping and this loop has no session left. That the engine is stopping is known before the
// loop is told: until then it still has idle connections, and perhaps its listeners.
func (l *loop) finished() bool { return l.last && len(l.live) == 0 }

// windUp takes what has come since the last round: ways and handshakes that were given up end late, and with a descriptor.
func (l *loop) windUp() {
	l.readInbox()
	l.work()
}

// bufs are the loop's buffers, shared by all of its connections.
type bufs struct {
	lender
	line     []byte // the last line that log-format made
	raw, buf []byte // buf = raw[room:], what is read
	tmp      []byte // a head being written, or chunks made anew
	early    []byte // heads of 1xx that come before a response's
	kept     []byte // the beginning of the head being parsed as it has come
	head     http1.Head
	limit    headLimit
	record   accesslog.Record
	drain    uint64 // what the eventfd says
}

func (b *bufs) init() {
	b.raw = make([]byte, room+bufSize)
	b.buf = b.raw[room:]
	b.tmp = make([]byte, 0, room)
}
