package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"simulacro/nfs/mountd"
	"simulacro/nfs/nfs3"
	"simulacro/nfs/options"
	"simulacro/nfs/rpc"
)

// message says an error as mount.nfs does, so that what a student reads here is what the manuals and the net explain.
func message(err error, share, dir string) string {
	var option *options.Error
	var errno syscall.Errno
	host, _, _ := options.ParseShare(share)
	switch {
	case errors.As(err, &option), errors.Is(err, options.ErrShare), errors.Is(err, errNotSupported), errors.Is(err, errNoKernel):
		return err.Error()
	case errors.Is(err, errNoDir):
		return fmt.Sprintf("mount point %s does not exist", dir)
	case errors.Is(err, errNotDir):
		return fmt.Sprintf("mount point %s is not a directory", dir)
	case errors.Is(err, errResolve):
		return fmt.Sprintf("Failed to resolve server %s: Name or service not known", host)
	case denied(err):
		return "access denied by server while mounting " + share
	case isTimeout(err):
		return strerror(syscall.ETIMEDOUT)
	case lostConnection(err):
		return strerror(syscall.ECONNRESET)
	case errors.As(err, new(mountd.Status)), errors.As(err, new(nfs3.Status)):
		return fmt.Sprintf("mounting %s failed, reason given by server: %s", share, strerror(statusErrno(err)))
	case errors.Is(err, rpc.ProgUnavail), errors.Is(err, rpc.ProgMismatch):
		return errNotSupported.Error() + ": " + err.Error()
	case errors.Is(err, syscall.EBUSY):
		return dir + " is busy or already mounted"
	case errors.Is(err, syscall.ENOENT), errors.Is(err, syscall.ENXIO): // of /dev/fuse
		return "this kernel has no NFS client and there is no /dev/fuse: " + strerror(syscall.ENODEV)
	case errors.As(err, &errno):
		return strerror(errno)
	}
	return err.Error()
}

func denied(err error) bool {
	if errors.As(err, new(rpc.AuthError)) || errors.Is(err, mountd.ErrFlavor) {
		return true
	}
	errno := statusErrno(err)
	return errno == syscall.EACCES || errno == syscall.EPERM
}

// statusErrno is the error number of a server's status, 0 if err is none.
func statusErrno(err error) syscall.Errno {
	var m mountd.Status
	var n nfs3.Status
	switch {
	case errors.As(err, &m):
		return m.Errno()
	case errors.As(err, &n):
		return n.Errno()
	}
	return 0
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.Is(err, rpc.ErrMajorTimeout) || errors.As(err, &timeout) && timeout.Timeout()
}

// lostConnection reports whether the server closed the connection instead of answering.
func lostConnection(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.EPIPE)
}

// strerror is strerror(3): Go's table has the same words with a small first letter.
func strerror(e syscall.Errno) string {
	s := e.Error()
	return strings.ToUpper(s[:1]) + s[1:]
}
