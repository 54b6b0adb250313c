package nfs3

import (
	"errors"
	"fmt"
	"strings"

	"simulacro/nfs/rpc"
	"simulacro/nfs/xdr"
)

// Dirent is a directory's entry. Handle is empty and Attr nil where the server leaves them out.
type Dirent struct {
	Name   string
	Fileid uint64
	Cookie uint64 // where the next page begins
	Handle Handle
	Attr   *Attr
}

// Page is a part of a directory.
type Page struct {
	Entries  []Dirent
	Verifier uint64
	EOF      bool
}

var errBadName = errors.New("directory entry with an impossible name")

// ReaddirPlus reads the entries of dir that follow cookie, 0 for the first, about size bytes of them. The verifier is the one
// of the page before, 0 for the first.
func (c *Client) ReaddirPlus(who rpc.Caller, dir Handle, cookie, verifier uint64, size uint32) (Page, error) {
	d, err := c.call(who, ProcReaddirPlus, func(e *xdr.Encoder) {
		e.String(string(dir))
		e.Uint64(cookie)
		e.Uint64(verifier)
		e.Uint32(size / 4) // of names alone
		e.Uint32(size)
	})
	if err != nil {
		return Page{}, err
	}
	decodePostOp(d)
	p := Page{Verifier: d.Uint64()}
	for d.Bool() {
		p.Entries = append(p.Entries, decodeEntry(d))
	}
	p.EOF = d.Bool()
	if d.Err() == nil && !p.EOF && len(p.Entries) == 0 {
		d.Fail(errors.New("empty page that is not the last"))
	}
	return p, finish(ProcReaddirPlus, d)
}

func decodeEntry(d *xdr.Decoder) Dirent {
	x := Dirent{Fileid: d.Uint64(), Name: d.String(MaxName), Cookie: d.Uint64()}
	x.Attr = decodePostOp(d)
	if d.Bool() {
		x.Handle = decodeHandle(d)
	}
	// A name with a slash would let the server lead a program out of the mount; an empty one names nothing.
	if d.Err() == nil && (x.Name == "" || strings.ContainsAny(x.Name, "/\x00")) {
		d.Fail(fmt.Errorf("%w: %q", errBadName, x.Name))
	}
	return x
}
