package accesslog

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"

	"golang.org/x/sys/unix"

	"simulacro/proxy/config"
)

// sender is where lines go: a datagram socket or an inherited descriptor. A line that is not taken at once is lost, never
// waited for: the callers are event loops.
type sender struct {
	mu    sync.Mutex // several proxies share a target, and a Sockaddr is not safe for that
	fd    int
	to    unix.Sockaddr // nil for a descriptor
	owned bool          // the socket is ours to close
}

// newSender opens the socket of a target. An absent receiver is no error: it may come later.
func newSender(t *config.LogTarget) (*sender, error) {
	switch {
	case t.Stdout:
		return &sender{fd: 1}, nil
	case t.Stderr:
		return &sender{fd: 2}, nil
	case t.Addr.IsFD:
		return &sender{fd: t.Addr.FD}, nil
	}
	family, to, err := logAddress(t.Addr)
	if err != nil {
		return nil, err
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open a socket for log %s: %w", t.Addr.Text, err)
	}
	return &sender{fd: fd, to: to, owned: true}, nil
}

func logAddress(a config.Address) (family int, to unix.Sockaddr, err error) {
	switch {
	case a.Unix != "":
		return unix.AF_UNIX, &unix.SockaddrUnix{Name: a.Unix}, nil
	case a.IP.Is4() || a.IP.Is4In6():
		return unix.AF_INET, &unix.SockaddrInet4{Port: port(a), Addr: a.IP.Unmap().As4()}, nil
	case a.IP.Is6():
		return unix.AF_INET6, &unix.SockaddrInet6{Port: port(a), Addr: a.IP.As16(), ZoneId: zone(a.IP)}, nil
	}
	return 0, nil, fmt.Errorf("log %s: no address to send to", a.Text)
}

func port(a config.Address) int {
	if a.Port == 0 {
		return 514 // syslog, the manual's default
	}
	return a.Port
}

// zone gives the index of a link-local address written with a number, as fe80::1%2; names need no support in logs.
func zone(ip netip.Addr) (id uint32) {
	for _, c := range ip.Zone() {
		if c < '0' || c > '9' {
			return 0
		}
		id = id*10 + uint32(c-'0')
	}
	return id
}

// send tries once. It reports whether the line went out.
func (s *sender) send(line []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.to == nil && !s.writable() {
		return false
	}
	for {
		var err error
		if s.to == nil {
			_, err = unix.Write(s.fd, line)
		} else {
			err = unix.Sendto(s.fd, line, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, s.to)
		}
		if !errors.Is(err, unix.EINTR) {
			return err == nil
		}
	}
}

// writable asks for room instead of making an inherited descriptor non-blocking, which would change it for the terminal
// or the process it is shared with, too. Room in a pipe is at least 4096 octets, PIPE_BUF.
func (s *sender) writable() bool {
	poll := [1]unix.PollFd{{Fd: int32(s.fd), Events: unix.POLLOUT}}
	n, err := unix.Poll(poll[:], 0)
	return err == nil && n == 1 && poll[0].Revents&unix.POLLOUT != 0
}

func (s *sender) close() error {
	if !s.owned {
		return nil
	}
	return unix.Close(s.fd)
}
