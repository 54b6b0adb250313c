package nfs3

import (
	"fmt"

	"simulacro/nfs/rpc"
	"simulacro/nfs/xdr"
)

// Stable says how far a WRITE must have come before it is answered (stable_how).
type Stable uint32

// The values of Stable.
const (
	Unstable Stable = iota // in the server's memory: COMMIT later
	DataSync
	FileSync
)

// Verifier changes when the server restarts, and with it what it had not committed is lost.
type Verifier uint64

// ReadResult is what READ returns; Data aliases the reply.
type ReadResult struct {
	Attr *Attr // may be nil
	EOF  bool
	Data []byte
}

// Read reads up to n bytes at offset off.
func (c *Client) Read(who rpc.Caller, h Handle, off uint64, n uint32) (ReadResult, error) {
	d, err := c.call(who, ProcRead, func(e *xdr.Encoder) {
		e.String(string(h))
		e.Uint64(off)
		e.Uint32(n)
	})
	if err != nil {
		return ReadResult{}, err
	}
	r := ReadResult{Attr: decodePostOp(d)}
	count := d.Uint32()
	r.EOF = d.Bool()
	r.Data = d.Opaque(int(n))
	if d.Err() == nil && int(count) != len(r.Data) {
		d.Fail(fmt.Errorf("READ's count is %d, its data %d bytes", count, len(r.Data)))
	}
	return r, finish(ProcRead, d)
}

// WriteResult is what WRITE returns.
type WriteResult struct {
	Wcc       WccData
	Count     uint32
	Committed Stable
	Verifier  Verifier
}

// Write writes data at offset off; data must never change afterwards. A server may write less, but at least one byte.
func (c *Client) Write(who rpc.Caller, h Handle, off uint64, data []byte, how Stable) (WriteResult, error) {
	d, err := c.call(who, ProcWrite, func(e *xdr.Encoder) {
		e.String(string(h))
		e.Uint64(off)
		e.Uint32(uint32(len(data)))
		e.Uint32(uint32(how))
		e.OpaqueTail(data)
	})
	if err != nil {
		return WriteResult{}, err
	}
	r := WriteResult{decodeWcc(d), d.Uint32(), Stable(d.Uint32()), Verifier(d.Uint64())}
	if d.Err() == nil && (int64(r.Count) > int64(len(data)) || r.Count == 0 && len(data) > 0) {
		d.Fail(fmt.Errorf("WRITE's count is %d of %d bytes", r.Count, len(data)))
	}
	return r, finish(ProcWrite, d)
}

// Commit makes all of a file's unstable writes stable.
func (c *Client) Commit(who rpc.Caller, h Handle) (WccData, Verifier, error) {
	d, err := c.call(who, ProcCommit, func(e *xdr.Encoder) {
		e.String(string(h))
		e.Uint64(0)
		e.Uint32(0) // to the end
	})
	if err != nil {
		return WccData{}, 0, err
	}
	w, v := decodeWcc(d), Verifier(d.Uint64())
	return w, v, finish(ProcCommit, d)
}
