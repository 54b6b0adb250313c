package rpc

import (
	"errors"
	"fmt"

	"simulacro/nfs/xdr"
)

// Message constants (RFC 5531 section 9).
const (
	version   = 2
	typeCall  = 0
	typeReply = 1
	authNone  = 0
	authSys   = 1
	maxAuth   = 400 // bytes of a credential's or verifier's body (section 8.2)
	// MaxGroups is how many supplementary groups AUTH_SYS carries (RFC 5531 appendix A).
	MaxGroups  = 16
	maxMachine = 255
)

// Proc names a remote procedure.
type Proc struct {
	Program, Version, Number uint32
}

// Cred is an AUTH_SYS credential. The zero value is root without further groups.
type Cred struct {
	UID, GID uint32
	Groups   []uint32 // only the first MaxGroups are sent
}

// AcceptStat tells why a server that accepted a call did not run it (RFC 5531 section 9, accept_stat).
type AcceptStat uint32

// The values of AcceptStat.
const (
	Success AcceptStat = iota
	ProgUnavail
	ProgMismatch
	ProcUnavail
	GarbageArgs
	SystemErr
)

var acceptText = []string{"success", "program not registered", "program version not supported", "procedure not supported",
	"server could not decode the arguments", "server's system error"}

// Error gives the reason in words.
func (s AcceptStat) Error() string {
	if int(s) < len(acceptText) {
		return "RPC: " + acceptText[s]
	}
	return fmt.Sprintf("RPC: accept_stat %d", uint32(s))
}

// AuthError tells why a server denied a call (RFC 5531 section 9, auth_stat).
type AuthError uint32

// Error gives the number: the server's words differ from one implementation to the next.
func (e AuthError) Error() string {
	return fmt.Sprintf("RPC: authentication error (auth_stat %d)", uint32(e))
}

// Errors of a reply.
var (
	// ErrBadReply means that the server's reply to this call does not follow the protocol.
	ErrBadReply = errors.New("bad RPC reply")
	// ErrVersion means that the server does not speak ONC RPC version 2.
	ErrVersion = errors.New("RPC: version 2 not supported by the server")
)

// encodeCall appends the header of a call.
func encodeCall(e *xdr.Encoder, xid uint32, p Proc, c *Cred, machine string, stamp uint32) {
	for _, v := range []uint32{xid, typeCall, version, p.Program, p.Version, p.Number} {
		e.Uint32(v)
	}
	encodeCred(e, c, machine, stamp)
	e.Uint32(authNone) // verifier
	e.Uint32(0)
}

func encodeCred(e *xdr.Encoder, c *Cred, machine string, stamp uint32) {
	if c == nil {
		e.Uint32(authNone)
		e.Uint32(0)
		return
	}
	groups := c.Groups[:min(len(c.Groups), MaxGroups)]
	machine = machine[:min(len(machine), maxMachine)]
	e.Uint32(authSys)
	e.Uint32(uint32(20 + len(machine) + xdr.Pad(len(machine)) + 4*len(groups)))
	e.Uint32(stamp)
	e.String(machine)
	e.Uint32(c.UID)
	e.Uint32(c.GID)
	e.Uint32(uint32(len(groups)))
	for _, g := range groups {
		e.Uint32(g)
	}
}

// parseReply checks the header of a reply and returns a Decoder of the results. The errors are AcceptStat, AuthError,
// ErrVersion, or wrap ErrBadReply.
func parseReply(rec []byte) (*xdr.Decoder, error) {
	d := xdr.NewDecoder(rec)
	d.Uint32() // xid: the caller matched it
	if t := d.Uint32(); d.Err() == nil && t != typeReply {
		return nil, fmt.Errorf("%w: message type %d", ErrBadReply, t)
	}
	stat := d.Uint32()
	switch {
	case d.Err() != nil:
		return nil, fmt.Errorf("%w: %w", ErrBadReply, d.Err())
	case stat == 1:
		return nil, parseDenied(d)
	case stat != 0:
		return nil, fmt.Errorf("%w: reply_stat %d", ErrBadReply, stat)
	}
	d.Uint32() // verifier's flavour: AUTH_SYS servers answer AUTH_NONE, some AUTH_SHORT; neither carries meaning here
	d.Opaque(maxAuth)
	accept := AcceptStat(d.Uint32())
	if d.Err() != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadReply, d.Err())
	}
	if accept != Success {
		return nil, accept
	}
	return d, nil
}

func parseDenied(d *xdr.Decoder) error {
	reason, value := d.Uint32(), d.Uint32()
	switch {
	case d.Err() != nil:
		return fmt.Errorf("%w: %w", ErrBadReply, d.Err())
	case reason == 0:
		return ErrVersion
	case reason == 1:
		return AuthError(value)
	}
	return fmt.Errorf("%w: reject_stat %d", ErrBadReply, reason)
}

// CallHeader is the header of a call as a server sees it.
type CallHeader struct {
	XID  uint32
	Proc Proc
	Cred *Cred // nil for AUTH_NONE
}

// ParseCall reads a call's header and returns a Decoder of its arguments.
func ParseCall(rec []byte) (CallHeader, *xdr.Decoder, error) {
	d := xdr.NewDecoder(rec)
	h := CallHeader{XID: d.Uint32()}
	kind, vers := d.Uint32(), d.Uint32()
	h.Proc = Proc{d.Uint32(), d.Uint32(), d.Uint32()}
	flavour := d.Uint32()
	body := d.Opaque(maxAuth)
	d.Uint32()
	d.Opaque(maxAuth)
	if d.Err() == nil && (kind != typeCall || vers != version) {
		d.Fail(fmt.Errorf("not a call of RPC version 2 (type %d, version %d)", kind, vers))
	}
	if flavour == authSys && d.Err() == nil {
		h.Cred = parseCred(body, d)
	}
	return h, d, d.Err()
}

func parseCred(body []byte, outer *xdr.Decoder) *Cred {
	d := xdr.NewDecoder(body)
	d.Uint32()
	d.String(maxMachine)
	c := &Cred{UID: d.Uint32(), GID: d.Uint32()}
	n := d.Uint32()
	if n > MaxGroups {
		d.Fail(fmt.Errorf("%w: %d groups", xdr.ErrTooLong, n))
	}
	for range n {
		if d.Err() != nil {
			break
		}
		c.Groups = append(c.Groups, d.Uint32())
	}
	if d.Err() != nil {
		outer.Fail(d.Err())
	}
	return c
}

// EncodeReply returns the record, mark included, of an accepted reply; results may be nil.
func EncodeReply(xid uint32, stat AcceptStat, results *xdr.Encoder) []byte {
	e := xdr.NewEncoder(make([]byte, 4, 128))
	for _, v := range []uint32{xid, typeReply, 0, authNone, 0, uint32(stat)} {
		e.Uint32(v)
	}
	rec := e.Bytes()
	if results != nil {
		rec = append(rec, results.Bytes()...)
		rec = append(rec, results.Tail()...)
		rec = append(rec, make([]byte, xdr.Pad(len(results.Tail())))...)
	}
	putMark(rec, len(rec)-4)
	return rec
}
