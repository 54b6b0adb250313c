package engine

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"simulacro/proxy/config"
)

// Masks of epoll. All sockets but listeners are edge-triggered.
const (
	evIn       = unix.EPOLLIN | unix.EPOLLRDHUP | 1<<31 // EPOLLET
	evInOut    = evIn | unix.EPOLLOUT
	evOutOrErr = unix.EPOLLOUT | unix.EPOLLERR | unix.EPOLLHUP
	evBroken   = unix.EPOLLERR | unix.EPOLLHUP
)

// raw makes a system call that never blocks, without telling the scheduler. Whatever it gets a pointer to is global or on
// the heap: a goroutine's stack could move under the call.
//
//go:nosplit
func raw(nr uintptr, fd int, a, b, c, d, e uintptr) (int, syscall.Errno) {
	r, _, en := syscall.RawSyscall6(nr, uintptr(fd), a, b, c, d, e)
	return int(r), en
}

// ptr is only for use among raw's arguments.
func ptr[T any](p *T) uintptr { return uintptr(unsafe.Pointer(p)) }

func sysSend(fd int, p []byte) (int, syscall.Errno) {
	return raw(syscall.SYS_SENDTO, fd, ptr(unsafe.SliceData(p)), uintptr(len(p)), syscall.MSG_NOSIGNAL, 0, 0)
}

func sysRecv(fd int, p []byte) (int, syscall.Errno) {
	return raw(syscall.SYS_RECVFROM, fd, ptr(unsafe.SliceData(p)), uintptr(len(p)), 0, 0, 0)
}

func sysClose(fd int) { raw(syscall.SYS_CLOSE, fd, 0, 0, 0, 0, 0) }

func sysShutdownWrite(fd int) { raw(syscall.SYS_SHUTDOWN, fd, syscall.SHUT_WR, 0, 0, 0, 0) }

// sysConnect dials a; a must be on the heap.
func sysConnect(fd int, a *sockaddr) syscall.Errno {
	_, e := raw(syscall.SYS_CONNECT, fd, ptr(&a.raw), uintptr(a.len), 0, 0, 0)
	return e
}

// disconnect resets a connection and leaves a fresh socket with its options and its place in epoll.
func disconnect(fd int) bool {
	_, e := raw(syscall.SYS_CONNECT, fd, ptr(&nobody), 16, 0, 0, 0)
	return e == 0
}

func setOption(fd, level, opt int) {
	raw(syscall.SYS_SETSOCKOPT, fd, uintptr(level), uintptr(opt), ptr(&one), 4, 0)
}

// setReset makes close send a reset, so that no TIME_WAIT is left.
func setReset(fd int) {
	raw(syscall.SYS_SETSOCKOPT, fd, syscall.SOL_SOCKET, syscall.SO_LINGER, ptr(&linger), 8, 0)
}

// setBuffers sets the sizes that the configuration asks for (section 3.2, "tune.rcvbuf.client" and its like).
func setBuffers(fd int, b config.SocketBuffers) {
	if b.Receive != 0 {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, b.Receive) // HAProxy does not look either
	}
	if b.Send != 0 {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, b.Send)
	}
}

// keepAlive lets the system probe a silent connection.
func keepAlive(fd int, t *config.TCPProbes) {
	setOption(fd, syscall.SOL_SOCKET, syscall.SO_KEEPALIVE)
	for _, o := range []struct{ name, value int }{
		{unix.TCP_KEEPCNT, t.Count}, {unix.TCP_KEEPIDLE, int(t.Idle.Seconds())}, {unix.TCP_KEEPINTVL, int(t.Interval.Seconds())},
	} {
		if o.value != 0 {
			_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, o.name, o.value)
		}
	}
}

func newSocket(family int) (int, syscall.Errno) {
	return raw(syscall.SYS_SOCKET, family, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0, 0, 0, 0)
}

// socketError reads and clears a socket's pending error.
func socketError(fd int) syscall.Errno {
	n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil {
		return syscall.EIO
	}
	return syscall.Errno(n)
}

var (
	one    = int32(1)
	linger = [2]int32{1, 0}         // on, 0 s
	nobody syscall.RawSockaddrInet4 // AF_UNSPEC
)
