package engine

import (
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// options sets what the line asks of the socket before it is bound (section 5.1).
func (li *listener) options(family int) {
	c, fd := li.cfg, li.fd
	setOption(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR)
	if !li.p.e.cfg.Global.NoReusePort {
		setOption(fd, syscall.SOL_SOCKET, unix.SO_REUSEPORT)
	}
	if c.Interface != "" {
		if err := unix.BindToDevice(fd, c.Interface); err != nil {
			li.warn("cannot bind receiver to device '"+c.Interface+"'", err)
		}
	}
	if family == syscall.AF_INET6 && (c.V6Only || c.V4V6 || c.Addr.IP.IsUnspecified()) {
		only := 0
		if c.V6Only {
			only = 1
		}
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, only)
	}
	if c.Transparent && !makeForeign(fd, family) {
		li.warn("cannot make receiving socket transparent", nil)
	}
	for _, o := range []struct {
		wanted bool
		name   int
		value  int
		what   string
	}{
		{c.MSS > 0, unix.TCP_MAXSEG, c.MSS, "cannot set MSS"}, // a negative one is the system's own
		{c.UserTimeout > 0, unix.TCP_USER_TIMEOUT, int(c.UserTimeout.Milliseconds()), "cannot set TCP User Timeout"},
		{c.DeferAccept, unix.TCP_DEFER_ACCEPT, 60, "cannot enable DEFER_ACCEPT"},
		{c.FastOpen, unix.TCP_FASTOPEN, li.backlog(), "cannot enable TCP_FASTOPEN"},
	} {
		if !o.wanted {
			continue
		}
		if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, o.name, o.value); err != nil {
			li.warn(o.what, nil)
		}
	}
}

// makeForeign lets a socket have an address that is none of this machine's: with privileges also for what is routed here, without
// them only so that it can be bound.
func makeForeign(fd, family int) bool {
	level, name := unix.SOL_IP, unix.IP_TRANSPARENT
	if family == syscall.AF_INET6 {
		level, name = unix.SOL_IPV6, unix.IPV6_TRANSPARENT
	}
	return unix.SetsockoptInt(fd, level, name, 1) == nil || unix.SetsockoptInt(fd, unix.SOL_IP, unix.IP_FREEBIND, 1) == nil
}

// warn notes what a socket does not have though its line asks for it: it is used all the same.
func (li *listener) warn(what string, err error) {
	e, _ := err.(syscall.Errno)
	li.p.e.warned = append(li.p.e.warned, &BindError{Proxy: li.p.cfg, Bind: li.cfg, Op: what, Errno: e})
}

// BindWarnings are what Listen could not do and went on without.
func (e *Engine) BindWarnings() []*BindError { return e.warned }

// bindUnix binds to an abstract name, or to a path.
func (li *listener) bindUnix() *BindError {
	var err error
	if path := li.cfg.Addr.Unix; path[0] != '@' {
		err = BindPath(li.fd, path, li.cfg.Mode, li.cfg.UID, li.cfg.GID)
	} else if e := sysBind(li.fd, newSockaddr(li.cfg.Addr)); e != 0 {
		err = e
	}
	if err != nil {
		return li.fail("cannot bind UNIX socket", err)
	}
	return nil
}

// BindPath binds a unix socket under a temporary name that then replaces the path, so that a path without a socket is never seen; mode,
// user and group are set before that. mode 0 leaves it to the umask; uid and gid of -1 leave the owner.
func BindPath(fd int, path string, mode uint32, uid, gid int) error {
	temporary := path + "." + strconv.Itoa(os.Getpid()) + ".tmp"
	_ = os.Remove(temporary) // of a process of the same number that died here
	err := syscall.Bind(fd, &syscall.SockaddrUnix{Name: temporary})
	if err != nil {
		return err
	}
	if uid >= 0 || gid >= 0 {
		err = syscall.Chown(temporary, uid, gid)
	}
	if err == nil && mode != 0 {
		err = syscall.Chmod(temporary, mode)
	}
	if err == nil {
		err = syscall.Rename(temporary, path)
	}
	if err != nil {
		_ = os.Remove(temporary)
	}
	return err
}
