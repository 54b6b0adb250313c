package main

import (
	"errors"
	"fmt"
	"net"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// poller is an epoll instance with owners of its descriptors.
type poller struct {
	fd     int
	owners map[int32]func(events uint32)
	events [256]unix.EpollEvent
}

func newPoller() (*poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("make an epoll instance: %w", err)
	}
	return &poller{fd: fd, owners: map[int32]func(uint32){}}, nil
}

func (p *poller) add(fd int, mask uint32, f func(uint32)) error {
	p.owners[int32(fd)] = f
	return unix.EpollCtl(p.fd, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: mask, Fd: int32(fd)})
}

// drop closes a descriptor.
func (p *poller) drop(fd int) {
	delete(p.owners, int32(fd))
	_ = unix.Close(fd)
}

// wait serves one round of events; ms -1: as long as it takes.
func (p *poller) wait(ms int) error {
	n, err := unix.EpollWait(p.fd, p.events[:], ms)
	if err != nil && !errors.Is(err, syscall.EINTR) {
		return fmt.Errorf("wait for events: %w", err)
	}
	for i := range max(n, 0) {
		if f := p.owners[p.events[i].Fd]; f != nil {
			f(p.events[i].Events)
		}
	}
	return nil
}

func (p *poller) close() {
	for fd := range p.owners {
		_ = unix.Close(int(fd))
	}
	_ = unix.Close(p.fd)
}

// onThread runs f on a thread of its own and gives a function that waits for its end.
func onThread(f func() error) (wait func() error) {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		done <- f()
	}()
	return func() error { return <-done }
}

// freePort gives a port that nobody listens on just now.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// connect opens a connection to a port of this machine.
func connect(port int) (int, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	if err := unix.Connect(fd, &unix.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		_ = unix.Close(fd)
		return 0, err
	}
	_ = unix.SetNonblock(fd, true)
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	return fd, nil
}

// await tries until a port answers.
func await(port int) error {
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		fd, err := connect(port)
		if err == nil {
			return unix.Close(fd)
		}
		if time.Now().After(end) {
			return fmt.Errorf("port %d does not answer: %w", port, err)
		}
	}
}
