package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"simulacro/proxy/config"
	"simulacro/proxy/engine"
	"simulacro/proxy/stats"
)

// Listener is a listening socket, to be handed to another process or taken over from one.
type Listener = engine.Listener

// ListenError holds HAProxy's line for each address that could not be opened.
type ListenError []string

func (e ListenError) Error() string { return strings.Join(e, "\n") }

// runtimeSocket is one open `stats socket`.
type runtimeSocket struct {
	conf config.StatsSocket
	fd   int
}

// runtimePrefix tells a runtime socket's address from a frontend's among inherited listeners.
const runtimePrefix = "stats "

// Listen opens every bind and runtime socket; where an address is among inherited it takes a duplicate of that one, so
// that the inherited stay the caller's. On failure all that was opened is closed again; the error is a ListenError with a
// line for each.
func (d *Director) Listen(inherited []Listener) error {
	mine, err := duplicates(inherited)
	if err != nil {
		return ListenError{err.Error()}
	}
	var failed ListenError
	for _, s := range d.cfg.Global.Sockets {
		fd, err := openRuntime(s, inherited, !d.cfg.Global.NoReusePort)
		if err != nil {
			failed = append(failed, fmt.Sprintf("Binding [%s:%d] for frontend GLOBAL: %v", s.Pos.File, s.Pos.Line, err))
			continue
		}
		d.sockets = append(d.sockets, runtimeSocket{s, fd})
	}
	if err := d.engine.Listen(mine); err != nil {
		failed = append(failed, bindLines(err)...)
	}
	if len(failed) > 0 {
		d.Close()
		return failed
	}
	return nil
}

// duplicates copies the frontends' sockets for the engine, which closes those that it does not need.
func duplicates(list []Listener) (mine []Listener, err error) {
	for _, l := range list {
		if strings.HasPrefix(l.Addr, runtimePrefix) {
			continue
		}
		fd, err := dup(l.FD)
		if err != nil {
			for _, l := range mine {
				_ = syscall.Close(l.FD)
			}
			return nil, err
		}
		mine = append(mine, Listener{Addr: l.Addr, FD: fd})
	}
	return mine, nil
}

func bindLines(err error) []string {
	var binds engine.BindErrors
	if !errors.As(err, &binds) {
		return []string{err.Error()}
	}
	var lines []string
	for _, b := range binds {
		lines = append(lines, bindLine(b))
	}
	return lines
}

func bindLine(b *engine.BindError) string {
	kind := "proxy"
	if b.Proxy.Kind == config.Frontend {
		kind = "frontend"
	}
	return fmt.Sprintf("Binding [%s:%d] for %s %s: %v", b.Bind.Pos.File, b.Bind.Pos.Line, kind, b.Proxy.Name, b)
}

// Warnings are what Listen could not do and went on without, a line for each.
func (d *Director) Warnings() (lines []string) {
	for _, b := range d.engine.BindWarnings() {
		lines = append(lines, bindLine(b))
	}
	return lines
}

// Listeners gives all open sockets, runtime sockets among them. They stay the director's.
func (d *Director) Listeners() []Listener {
	list := append([]Listener(nil), d.engine.Listeners()...)
	for _, s := range d.sockets {
		list = append(list, Listener{Addr: runtimePrefix + s.conf.Addr.Text, FD: s.fd})
	}
	return list
}

// Close closes the sockets of a director that is not run: a master's, which only hands them on.
func (d *Director) Close() {
	d.closeSockets()
	d.engine.Unlisten()
}

func (d *Director) closeSockets() {
	for _, s := range d.sockets {
		_ = syscall.Close(s.fd)
	}
	d.sockets = nil
}

// openRuntime opens one runtime socket, or takes it over. shared lets the process before have its address as well.
func openRuntime(s config.StatsSocket, inherited []Listener, shared bool) (int, error) {
	for _, l := range inherited {
		if l.Addr == runtimePrefix+s.Addr.Text {
			return dup(l.FD)
		}
	}
	return openSocket(s, shared)
}

func openSocket(s config.StatsSocket, shared bool) (int, error) {
	switch {
	case s.Addr.IsFD:
		return dup(s.Addr.FD)
	case s.Addr.Unix != "":
		return listenUnix(s.Addr.Unix, s.Mode, s.UID, s.GID)
	}
	return listenTCP(s.Addr, shared)
}

// OpenSocket opens a socket for operators, a runtime socket or a master's.
func OpenSocket(b config.Bind) (net.Listener, error) {
	fd, err := openSocket(config.StatsSocket{Addr: b.Addr, Mode: b.Mode, UID: b.UID, GID: b.GID}, true)
	if err != nil {
		return nil, err
	}
	return fileListener(fd)
}

func dup(fd int) (int, error) {
	n, err := syscall.Dup(fd)
	if err != nil {
		return -1, fmt.Errorf("cannot duplicate descriptor %d (%s)", fd, engine.Strerror(err))
	}
	syscall.CloseOnExec(n)
	return n, nil
}

// listenUnix opens a unix stream socket, see engine.BindPath.
func listenUnix(path string, mode uint32, uid, gid int) (int, error) {
	fail := func(what string, err error) (int, error) {
		return -1, fmt.Errorf("%s (%s) [%s]", what, engine.Strerror(err), path)
	}
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return fail("cannot create receiving socket", err)
	}
	if path[0] == '@' {
		// The name goes on with zeros to the end, as HAProxy's do.
		err = syscall.Bind(fd, &syscall.SockaddrUnix{Name: path + strings.Repeat("\x00", maxAbstract-len(path))})
	} else {
		err = engine.BindPath(fd, path, mode, uid, gid)
	}
	if err != nil {
		_ = syscall.Close(fd)
		return fail("cannot bind UNIX socket", err)
	}
	if err := syscall.Listen(fd, syscall.SOMAXCONN); err != nil {
		_ = syscall.Close(fd)
		return fail("cannot listen to socket", err)
	}
	return fd, nil
}

// maxAbstract is how long an abstract name is.
const maxAbstract = 108

// listenTCP opens a socket for operators; shared: with SO_REUSEPORT, as frontends' have it.
func listenTCP(a config.Address, shared bool) (int, error) {
	var c net.ListenConfig
	if shared {
		c.Control = func(_, _ string, raw syscall.RawConn) error {
			var err error
			failed := raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1) })
			return errors.Join(failed, err)
		}
	}
	l, err := c.Listen(context.Background(), "tcp", net.JoinHostPort(a.IP.String(), strconv.Itoa(a.Port)))
	if err != nil {
		return -1, fmt.Errorf("cannot bind socket (%s) for [%s]", engine.Strerror(err), a.Text)
	}
	defer l.Close()
	f, err := l.(*net.TCPListener).File()
	if err != nil {
		return -1, fmt.Errorf("cannot duplicate socket (%s) for [%s]", engine.Strerror(err), a.Text)
	}
	defer f.Close()
	return dup(int(f.Fd()))
}

// serveSockets answers on the runtime sockets until the runtime server is closed.
func (d *Director) serveSockets() {
	for _, s := range d.sockets {
		fd, err := dup(s.fd) // this one stays open: it may still be handed over
		if err != nil {
			continue
		}
		l, err := fileListener(fd)
		if err != nil {
			continue // the descriptor was checked when it was opened; a director without this socket still serves
		}
		d.operators.Add(1)
		go func() {
			defer d.operators.Done()
			var give func(net.Conn) error
			if s.conf.ExposeFD {
				give = d.sendSockets
			}
			_ = d.runtime.ServeSessions(l, stats.Session{Level: s.conf.Level, Severity: s.conf.Severity}, give) // ends by Close
		}()
	}
}

// ServeControl answers the runtime language to whom l accepts, as an administrator: the master's way in.
func (d *Director) ServeControl(l net.Listener) error {
	select {
	case <-d.started:
		return d.runtime.Serve(l, config.LevelAdmin)
	case <-d.ended:
		return l.Close()
	}
}

// fileListener takes a listening descriptor over. The path of a unix socket stays when it is closed: a later process may
// have it by then.
func fileListener(fd int) (net.Listener, error) {
	f := os.NewFile(uintptr(fd), "listener")
	defer f.Close()
	l, err := net.FileListener(f)
	if u, ok := l.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false)
	}
	return l, err
}
