package engine

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"simulacro/proxy/rules"
)

// beside carries the bytes of a TLS connection for a loop, which has the other end of a socket pair: to the loop it is a
// connection like any other. Two goroutines do it; the engine waits for them.
type beside struct {
	e    *Engine
	far  *tls.Conn
	raw  *wire      // below far
	near *os.File   // our end of the pair
	told *rules.TLS // of a server's connection, what rules see of it; the loop's. nil: nobody has asked

	mu    sync.Mutex
	quiet bool // the loop has ended its sending side, and all of it has gone out
	gone  bool // the loop has closed its end
	dead  atomic.Bool
}

// drainTime is how long a peer may take to read what the loop had sent before it closed.
const drainTime = 10 * time.Second

// carrySize is the buffer of one direction: a record of TLS holds no more (RFC 8446, section 5.1).
const carrySize = 16 << 10

var carryBufs = sync.Pool{New: func() any { return new([carrySize]byte) }}

// carry puts a finished handshake beside the loops and gives the loop's descriptor.
func (e *Engine) carry(far *tls.Conn, raw *wire) (*beside, int, error) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, -1, err
	}
	b := &beside{e: e, far: far, raw: raw, near: os.NewFile(uintptr(pair[0]), "pair")}
	e.track(b)
	e.wg.Add(2)
	go b.up()
	go b.down()
	return b, pair[1], nil
}

// up carries what the peer sends to the loop.
func (b *beside) up() {
	defer b.e.wg.Done()
	buf := carryBufs.Get().(*[carrySize]byte)
	defer carryBufs.Put(buf)
	for {
		n, err := b.far.Read(buf[:])
		if n > 0 {
			if _, werr := b.near.Write(buf[:n]); werr != nil {
				return // the loop has gone: down ends the rest
			}
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF): // with or without a word, as HAProxy takes it
			shutWrite(b.near)
			return
		default:
			b.kill()
			return
		}
	}
}

// down carries what the loop sends to the peer, and its end.
func (b *beside) down() {
	defer b.e.wg.Done()
	buf := carryBufs.Get().(*[carrySize]byte)
	defer carryBufs.Put(buf)
	for {
		n, err := b.near.Read(buf[:])
		if n > 0 {
			if _, werr := b.far.Write(buf[:n]); werr != nil {
				b.kill()
				return
			}
		}
		if err == nil {
			continue
		}
		// An error is an end as well: the loop has closed with something unread.
		_ = b.far.CloseWrite()
		shutWrite(b.raw.File)
		b.mu.Lock()
		b.quiet = true
		gone := b.gone
		b.mu.Unlock()
		if gone {
			b.kill()
		}
		return
	}
}

// leave is the loop's word that it closes its end. What it has sent still goes out.
func (b *beside) leave() {
	b.mu.Lock()
	b.gone = true
	quiet := b.quiet
	b.mu.Unlock()
	if quiet || b.e.hard.Load() {
		b.kill()
		return
	}
	_ = b.raw.SetWriteDeadline(time.Now().Add(drainTime)) // fails only where it is closed already
}

// kill ends both connections at once.
func (b *beside) kill() {
	if b.dead.Swap(true) {
		return
	}
	b.e.untrack(b)
	_ = b.raw.Close()
	_ = b.near.Close()
	b.e.tlsEnded()
}

// track notes who is to be ended by a hard stop.
func (e *Engine) track(c killer) {
	e.besideMu.Lock()
	if e.carried == nil {
		e.carried = map[killer]struct{}{}
	}
	e.carried[c] = struct{}{}
	e.besideMu.Unlock()
}

func (e *Engine) untrack(c killer) {
	e.besideMu.Lock()
	delete(e.carried, c)
	e.besideMu.Unlock()
}

// killer is what works beside the loops.
type killer interface{ kill() }

// killBeside ends what works beside the loops.
func (e *Engine) killBeside() {
	e.besideMu.Lock()
	var all []killer
	for c := range e.carried {
		all = append(all, c)
	}
	e.besideMu.Unlock()
	for _, c := range all {
		c.kill()
	}
}

func shutWrite(f *os.File) {
	if c, err := f.SyscallConn(); err == nil {
		_ = c.Control(func(fd uintptr) { sysShutdownWrite(int(fd)) })
	}
}

// wire is a non-blocking socket as crypto/tls wants a connection. before is what has been read of it already.
type wire struct {
	*os.File
	before []byte
	peer   net.Addr
	shake  *handshake // of a client's; nil: of a server's
	tape   *helloTape // of a client's hello that is kept; nil: it is not, or no more
}

func newWire(fd int, before []byte, peer string) *wire {
	return &wire{File: os.NewFile(uintptr(fd), "wire"), before: before, peer: peerName(peer)}
}

// Read gives what was read ahead first.
func (w *wire) Read(p []byte) (int, error) {
	if len(w.before) > 0 {
		n := copy(p, w.before)
		w.before = w.before[n:]
		w.hear(p[:n])
		return n, nil
	}
	n, err := w.File.Read(p)
	if n > 0 {
		w.hear(p[:n])
	}
	return n, err
}

// LocalAddr implements net.Conn.
func (w *wire) LocalAddr() net.Addr { return peerName("") }

// RemoteAddr implements net.Conn; sessions are kept by it.
func (w *wire) RemoteAddr() net.Addr { return w.peer }

var _ net.Conn = (*wire)(nil)

type peerName string

func (n peerName) Network() string { return "tcp" }
func (n peerName) String() string  { return string(n) }

// awaitConnect waits until a connect under way has ended, and gives its error.
func (w *wire) awaitConnect() error {
	c, err := w.SyscallConn()
	if err != nil {
		return err
	}
	var failed syscall.Errno
	err = c.Write(func(fd uintptr) bool {
		p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
		if n, _ := unix.Poll(p, 0); n <= 0 {
			return false
		}
		failed = socketError(int(fd))
		return true
	})
	if err == nil && failed != 0 {
		err = failed
	}
	return err
}
