package load

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// The classes of a request's error, as in sim.Request.Error.
const (
	Refused     = "refused"     // RST to the SYN: nothing listens there
	Reset       = "reset"       // RST later
	Timeout     = "timeout"     // no answer, or not all of it, in time
	EOF         = "eof"         // closed before the answer was complete
	Unreachable = "unreachable" // no route, or nobody answers ARP
	Protocol    = "protocol"    // an answer that is not HTTP
	Local       = "local"       // the generator's own limits (ports, descriptors): its figures are not the service's
)

// Class sorts an error of a request; "" for nil.
func Class(err error) string {
	var netErr net.Error
	switch {
	case err == nil:
		return ""
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return Reset
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EACCES):
		return Unreachable // EACCES: a firewall of the client's own side said no
	case errors.Is(err, syscall.EADDRNOTAVAIL), errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE),
		errors.Is(err, syscall.ENOBUFS):
		return Local
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded),
		errors.Is(err, syscall.ETIMEDOUT), errors.As(err, &netErr) && netErr.Timeout():
		return Timeout
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return EOF
	}
	return Protocol
}
