package main

import (
	"bytes"
	"fmt"
	"strings"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// backend is the real servers: one thread that answers /SIZE with so many bytes on every address of the machine.
type backend struct {
	p       *poller
	port    int
	stop    atomic.Bool
	wake    int
	wait    func() error
	buf     []byte
	answers map[string][2][]byte // by target; [1] closes
}

// sizes are the bodies that can be asked for.
var sizes = map[string]int{"/1k": 1 << 10, "/1m": 1 << 20}

func newBackend() (*backend, error) {
	p, err := newPoller()
	if err != nil {
		return nil, err
	}
	b := &backend{p: p, buf: make([]byte, 64<<10), answers: map[string][2][]byte{}}
	for path, n := range sizes {
		head := fmt.Sprintf("HTTP/1.1 200 OK\r\nServer: Apache\r\nContent-Type: text/html\r\nContent-Length: %d\r\n", n)
		body := "\r\n" + strings.Repeat("x", n)
		b.answers[path] = [2][]byte{[]byte(head + body), []byte(head + "Connection: close\r\n" + body)}
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.Bind(fd, &unix.SockaddrInet4{}); err != nil {
		return nil, err
	}
	if err := unix.Listen(fd, 4096); err != nil {
		return nil, err
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		return nil, err
	}
	b.port = name.(*unix.SockaddrInet4).Port
	if err := p.add(fd, unix.EPOLLIN, func(uint32) { b.accept(fd) }); err != nil {
		return nil, err
	}
	if b.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return nil, err
	}
	if err := p.add(b.wake, unix.EPOLLIN, func(uint32) {}); err != nil {
		return nil, err
	}
	b.wait = onThread(b.serve)
	return b, nil
}

func (b *backend) serve() error {
	defer b.p.close()
	for !b.stop.Load() {
		if err := b.p.wait(-1); err != nil {
			return err
		}
	}
	return nil
}

func (b *backend) close() error {
	b.stop.Store(true)
	_, _ = unix.Write(b.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	return b.wait()
}

// serving is one connection of the backend.
type serving struct {
	b       *backend
	fd      int
	pending []byte
	ends    bool
}

func (b *backend) accept(l int) {
	for {
		fd, _, err := unix.Accept4(l, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
		if err != nil {
			return
		}
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
		s := &serving{b: b, fd: fd}
		if b.p.add(fd, unix.EPOLLIN|unix.EPOLLOUT|unix.EPOLLET|unix.EPOLLRDHUP, s.event) != nil {
			_ = unix.Close(fd)
			continue
		}
		s.read() // what came with the connection
	}
}

func (s *serving) event(ev uint32) {
	if len(s.pending) > 0 {
		s.write(s.pending)
		return
	}
	if ev&(unix.EPOLLIN|unix.EPOLLRDHUP|unix.EPOLLHUP|unix.EPOLLERR) != 0 {
		s.read()
	}
}

// read takes one request, which comes in one piece: the load has no bodies.
func (s *serving) read() {
	n, err := unix.Read(s.fd, s.b.buf)
	if err == unix.EAGAIN {
		return
	}
	if n <= 0 || err != nil {
		s.b.p.drop(s.fd)
		return
	}
	p := s.b.buf[:n]
	if !bytes.HasSuffix(p, []byte("\r\n\r\n")) {
		s.b.p.drop(s.fd) // the load is never cut: whoever does that is to be seen
		return
	}
	target := p[4 : 4+max(bytes.IndexByte(p[4:], ' '), 0)]
	which := 0
	if bytes.Contains(p, []byte("onnection: close\r\n")) {
		which, s.ends = 1, true
	}
	s.write(s.b.answers[string(target)][which])
}

func (s *serving) write(p []byte) {
	for len(p) > 0 {
		n, err := unix.Write(s.fd, p)
		if err == unix.EAGAIN {
			break
		}
		if err != nil {
			s.b.p.drop(s.fd)
			return
		}
		p = p[n:]
	}
	if s.pending = p; len(p) == 0 && s.ends {
		s.b.p.drop(s.fd)
	}
}
