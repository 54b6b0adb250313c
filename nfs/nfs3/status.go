package nfs3

import (
	"errors"
	"fmt"
	"syscall"

	"simulacro/nfs/rpc"
)

// Status is nfsstat3, an error of the server (RFC 1813 section 2.6).
type Status uint32

// The values of Status.
const (
	OK          Status = 0
	ErrPerm     Status = 1
	ErrNoEnt    Status = 2
	ErrIO       Status = 5
	ErrNXIO     Status = 6
	ErrAcces    Status = 13
	ErrExist    Status = 17
	ErrXDev     Status = 18
	ErrNoDev    Status = 19
	ErrNotDir   Status = 20
	ErrIsDir    Status = 21
	ErrInval    Status = 22
	ErrFBig     Status = 27
	ErrNoSpc    Status = 28
	ErrROFS     Status = 30
	ErrMLink    Status = 31
	ErrNameLong Status = 63
	ErrNotEmpty Status = 66
	ErrDQuot    Status = 69
	ErrStale    Status = 70
	ErrRemote   Status = 71

	ErrBadHandle   Status = 10001
	ErrNotSync     Status = 10002
	ErrBadCookie   Status = 10003
	ErrNotSupp     Status = 10004
	ErrTooSmall    Status = 10005
	ErrServerFault Status = 10006
	ErrBadType     Status = 10007
	ErrJukebox     Status = 10008
)

var statusErrno = map[Status]syscall.Errno{
	ErrPerm: syscall.EPERM, ErrNoEnt: syscall.ENOENT, ErrIO: syscall.EIO, ErrNXIO: syscall.ENXIO, ErrAcces: syscall.EACCES,
	ErrExist: syscall.EEXIST, ErrXDev: syscall.EXDEV, ErrNoDev: syscall.ENODEV, ErrNotDir: syscall.ENOTDIR, ErrIsDir: syscall.EISDIR,
	ErrInval: syscall.EINVAL, ErrFBig: syscall.EFBIG, ErrNoSpc: syscall.ENOSPC, ErrROFS: syscall.EROFS, ErrMLink: syscall.EMLINK,
	ErrNameLong: syscall.ENAMETOOLONG, ErrNotEmpty: syscall.ENOTEMPTY, ErrDQuot: syscall.EDQUOT, ErrStale: syscall.ESTALE,
	ErrRemote: syscall.EREMOTE, ErrBadHandle: syscall.ESTALE, ErrNotSync: syscall.EIO, ErrBadCookie: syscall.EINVAL,
	ErrNotSupp: syscall.EOPNOTSUPP, ErrTooSmall: syscall.EINVAL, ErrServerFault: syscall.EREMOTEIO, ErrBadType: syscall.EINVAL,
	ErrJukebox: syscall.EAGAIN,
}

// Errno returns the error number a program sees; EIO for a status the protocol does not know.
func (s Status) Errno() syscall.Errno {
	if e, ok := statusErrno[s]; ok {
		return e
	}
	return syscall.EIO
}

// Error names the status.
func (s Status) Error() string { return fmt.Sprintf("nfsstat3 %d (%v)", uint32(s), s.Errno()) }

// ErrBadReply means that the server's reply to a procedure does not follow RFC 1813.
var ErrBadReply = errors.New("bad NFS reply")

// Errno maps any error of a Client to what a program sees, 0 for nil.
func Errno(err error) syscall.Errno {
	var status Status
	var errno syscall.Errno
	var auth rpc.AuthError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		return status.Errno()
	case errors.Is(err, rpc.ErrKilled):
		return syscall.EINTR
	case errors.Is(err, rpc.ErrClosed):
		return syscall.ENOTCONN
	case errors.As(err, &auth):
		return syscall.EACCES
	case errors.Is(err, rpc.ErrMajorTimeout) && errors.As(err, &errno):
		return errno
	}
	return syscall.EIO
}
