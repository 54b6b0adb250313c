package engine

import (
	"syscall"

	"simulacro/proxy/health"
)

// unbegun is a connection that the system refused at once. HAProxy's checks tell it apart from one that fails later.
type unbegun struct {
	errno  syscall.Errno
	status health.Status
	what   string // failed; "": the errno says it
}

// noSocket is what came of a socket that a server's connection was to have, with its source.
func noSocket(s *server, e syscall.Errno) *unbegun {
	switch {
	case s.way.source == nil, e == syscall.EMFILE, e == syscall.ENFILE, e == syscall.ENOBUFS, e == syscall.ENOMEM:
		return &unbegun{errno: e, status: health.SockErr}
	}
	return &unbegun{errno: e, status: health.L4Con, what: "Can't bind to source address"}
}

// notBegun is what came of a connect to a.
func notBegun(a *sockaddr, e syscall.Errno) *unbegun {
	u := &unbegun{errno: e, status: health.L4Con, what: "General socket error"}
	if a.family() == syscall.AF_UNIX {
		u.status = health.SockErr
	}
	return u
}

// told is how a check ends with it, in HAProxy's words.
func (u *unbegun) told() (health.Status, string) {
	if u.what == "" {
		return u.status, Strerror(u.errno)
	}
	return u.status, u.what + " (" + Strerror(u.errno) + ")"
}

func (u *unbegun) Error() string { return u.errno.Error() }
func (u *unbegun) Unwrap() error { return u.errno }
