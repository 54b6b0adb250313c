package main

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"

	"simulacro/proxy/config"
)

func socketPair() ([2]int, error) {
	return syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_SEQPACKET|syscall.SOCK_CLOEXEC, 0)
}

// work is the life of a worker: the master's sockets, then the same way down as any process that serves.
func (p *program) work() int {
	d, code := p.open(p.stage.listeners)
	if code == exitOK {
		for _, l := range p.stage.listeners {
			_ = syscall.Close(l.FD) // the director has its own of each
		}
		code = p.dropPrivileges()
	}
	if code != exitOK {
		return code
	}
	p.say.preamble, p.say.started = false, true
	p.detach(nil)
	control, err := controlListener(p.stage.fd)
	if err != nil {
		p.say.alert("[%s.main()] Cannot reach the master: %v", p.flags.program, err)
		return exitError
	}
	defer control.Close()
	p.stage.ready()
	go func() { _ = d.ServeControl(control) }() // ends when the director does
	return p.serveUntilStopped(d, control.gone)
}

// handed is a listener whose connections come as descriptors from the master.
type handed struct {
	conn *net.UnixConn
	gone chan struct{} // closed when the master has died
	lost sync.Once     // closes gone
	end  chan struct{} // closed by Close
	shut sync.Once
}

func controlListener(fd int) (*handed, error) {
	dup, err := syscall.Dup(fd)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(dup), "master")
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	u, ok := c.(*net.UnixConn)
	if !ok {
		_ = c.Close()
		return nil, errors.New("not a unix socket")
	}
	return &handed{conn: u, gone: make(chan struct{}), end: make(chan struct{})}, nil
}

// Accept implements net.Listener.
func (h *handed) Accept() (net.Conn, error) {
	b, rights := make([]byte, 1), make([]byte, syscall.CmsgSpace(4))
	for {
		n, rn, _, _, err := h.conn.ReadMsgUnix(b, rights)
		if err != nil || n == 0 {
			h.master()
			if err == nil {
				err = io.EOF
			}
			return nil, err
		}
		if c := connOf(rights[:rn]); c != nil {
			return c, nil
		}
	}
}

// master tells that the master has gone, unless it was this side that closed.
func (h *handed) master() {
	select {
	case <-h.end:
	default:
		h.lost.Do(func() { close(h.gone) })
	}
}

func connOf(rights []byte) net.Conn {
	messages, err := syscall.ParseSocketControlMessage(rights)
	if err != nil || len(messages) == 0 {
		return nil
	}
	fds, err := syscall.ParseUnixRights(&messages[0])
	if err != nil || len(fds) == 0 {
		return nil
	}
	f := os.NewFile(uintptr(fds[0]), "operator")
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		return nil
	}
	return c
}

// Close implements net.Listener.
func (h *handed) Close() error {
	h.shut.Do(func() { close(h.end) })
	return h.conn.Close()
}

// Addr implements net.Listener.
func (h *handed) Addr() net.Addr { return h.conn.LocalAddr() }

var _ net.Listener = (*handed)(nil)

// levelName is the word of `show cli level`.
func levelName(l config.Level) string { return [...]string{"user", "operator", "admin"}[l] }
