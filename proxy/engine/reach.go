package engine

import (
	"crypto/tls"
	"errors"
	"io"
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

// route is how a server is reached where a connect alone is not enough.
type route struct {
	srv    *server
	addr   *sockaddr
	via    *sockaddr   // of a SOCKS4 proxy; nil: directly
	header []byte      // of the PROXY protocol; empty: none
	check  bool        // a check's header is to be sent
	tls    *tls.Config // nil: none
	name   string      // sent as SNI; "": none
}

// The steps of a way to a server, for who has to say where it ended.
const (
	onConnect = iota
	onProxy   // the SOCKS4 proxy
	onTLS
)

// reaching is a way to a server being gone, beside the loop. All but the goroutine's part is the loop's alone.
type reaching struct {
	l    *loop
	r    route
	done func(*reached) // nil: given up
	raw  atomic.Pointer[wire]
	over atomic.Bool // given up
	step atomic.Int32
	got  reached
}

// reached is how it ended: a descriptor, or an error and the step that it was met on.
type reached struct {
	fd    int
	side  *beside // of a connection over TLS
	state tls.ConnectionState
	step  int
	err   error
}

// reach goes a way beside the loop; done is called in the loop.
func (l *loop) reach(r route, done func(*reached)) *reaching {
	x := &reaching{l: l, r: r, done: done}
	l.e.track(x)
	l.e.wg.Add(1)
	go x.run0()
	return x
}

// at is the step that is being taken.
func (x *reaching) at() int { return int(x.step.Load()) }

// giveUp ends it; done is not called any more.
func (x *reaching) giveUp() {
	x.done = nil
	x.kill()
}

// kill ends whatever the goroutine waits for.
func (x *reaching) kill() {
	x.over.Store(true)
	if w := x.raw.Load(); w != nil {
		_ = w.SetDeadline(time.Unix(1, 0)) // fails only where it is closed already
	}
}

// run is the loop's part, at the end.
func (x *reaching) run() {
	if x.done != nil {
		x.done(&x.got)
		return
	}
	if x.got.side != nil {
		x.got.side.leave()
	}
	if x.got.err == nil {
		sysClose(x.got.fd)
	}
}

// run0 is the goroutine.
func (x *reaching) run0() {
	defer x.l.e.wg.Done()
	x.got.err = x.travel()
	x.got.step = x.at()
	x.l.e.untrack(x)
	x.l.post(x)
}

func (x *reaching) travel() error {
	w, err := x.connect()
	if err != nil {
		return err
	}
	x.raw.Store(w)
	if x.over.Load() {
		_ = w.Close()
		return os.ErrDeadlineExceeded
	}
	if err = w.awaitConnect(); err == nil {
		err = x.handshakes(w)
	}
	if err != nil && x.got.side == nil {
		_ = w.Close()
	}
	return err
}

// connect begins the connection to the server, or to the proxy before it.
func (x *reaching) connect() (*wire, error) {
	to := x.r.addr
	if x.r.via != nil {
		to = x.r.via
	}
	fd, e := x.r.srv.socket(to.family())
	if e != 0 {
		return nil, noSocket(x.r.srv, e)
	}
	if e := sysConnect(fd, to); e != 0 && e != syscall.EINPROGRESS {
		sysClose(fd)
		return nil, notBegun(to, e)
	}
	return newWire(fd, nil, x.r.srv.at.Load().addr.Text), nil
}

// handshakes does what comes between the connection and its use.
func (x *reaching) handshakes(w *wire) error {
	if x.r.via != nil {
		x.step.Store(onProxy)
		if err := socks4(w, x.r.addr); err != nil {
			return err
		}
	}
	if x.r.check {
		if c, err := w.SyscallConn(); err == nil {
			_ = c.Control(func(fd uintptr) { x.r.header = checkHeader(x.r.srv, int(fd)) })
		}
	}
	if len(x.r.header) > 0 {
		if _, err := w.Write(x.r.header); err != nil {
			return err
		}
	}
	if x.r.tls == nil {
		fd, err := release(w)
		x.got.fd = fd
		return err
	}
	x.step.Store(onTLS)
	return x.secure(w)
}

// secure makes the connection one over TLS.
func (x *reaching) secure(w *wire) (err error) {
	e := x.l.e
	if !e.secure.room() {
		return errTLSFull
	}
	e.secure.begin()
	defer func() {
		if x.got.side == nil {
			e.tlsEnded()
		}
	}()
	conf := x.r.tls
	if x.r.name != "" {
		conf = conf.Clone()
		conf.ServerName = x.r.name
	}
	far := tls.Client(w, conf)
	if err = far.Handshake(); err != nil {
		return err
	}
	x.got.state = far.ConnectionState()
	x.got.side, x.got.fd, err = e.carry(far, w)
	return err
}

// release takes the descriptor out of a wire.
func release(w *wire) (fd int, err error) {
	c, err := w.SyscallConn()
	if err != nil {
		return -1, err
	}
	cerr := c.Control(func(p uintptr) { fd, err = syscall.Dup(int(p)) })
	if err = errors.Join(err, cerr); err == nil {
		syscall.CloseOnExec(fd)
	}
	_ = w.Close()
	return fd, err
}

// errRefusedProxy is the answer of a SOCKS4 proxy that has not reached the server.
var errRefusedProxy = errors.New("SOCKS4 Proxy deny the request")

// socks4 asks a proxy for the connection to addr, by the protocol's version 4 with HAProxy's user name.
func socks4(w io.ReadWriter, addr *sockaddr) error {
	to := addr.addrPort()
	if !to.Addr().Is4() {
		return errors.New("SOCKS4 Proxy supports IPv4 only")
	}
	ip := to.Addr().As4()
	ask := append([]byte{4, 1, byte(to.Port() >> 8), byte(to.Port())}, ip[:]...)
	ask = append(append(ask, "HAProxy"...), 0)
	if _, err := w.Write(ask); err != nil {
		return err
	}
	answer := make([]byte, 8)
	if _, err := io.ReadFull(w, answer); err != nil {
		return err
	}
	if answer[0] != 0 || answer[1] != 90 {
		return errRefusedProxy
	}
	return nil
}
