package nfs3

import (
	"simulacro/nfs/rpc"
	"simulacro/nfs/xdr"
)

// Access bits (RFC 1813 section 3.3.4).
const (
	AccessRead uint32 = 1 << iota
	AccessLookup
	AccessModify
	AccessExtend
	AccessDelete
	AccessExecute
)

// GetAttr returns a file's attributes.
func (c *Client) GetAttr(who rpc.Caller, h Handle) (*Attr, error) {
	d, err := c.call(who, ProcGetAttr, func(e *xdr.Encoder) { e.String(string(h)) })
	if err != nil {
		return nil, err
	}
	a := DecodeAttr(d)
	return a, finish(ProcGetAttr, d)
}

// SetAttr changes a file's attributes.
func (c *Client) SetAttr(who rpc.Caller, h Handle, s SetAttr) (WccData, error) {
	d, err := c.call(who, ProcSetAttr, func(e *xdr.Encoder) {
		e.String(string(h))
		s.Encode(e)
		e.Bool(false) // no guard
	})
	if err != nil {
		return WccData{}, err
	}
	w := decodeWcc(d)
	return w, finish(ProcSetAttr, d)
}

// Access asks which of the access bits in mask the caller has. The attributes may be nil.
func (c *Client) Access(who rpc.Caller, h Handle, mask uint32) (uint32, *Attr, error) {
	d, err := c.call(who, ProcAccess, func(e *xdr.Encoder) {
		e.String(string(h))
		e.Uint32(mask)
	})
	if err != nil {
		return 0, nil, err
	}
	a := decodePostOp(d)
	return d.Uint32(), a, finish(ProcAccess, d)
}

// Readlink returns a symbolic link's text.
func (c *Client) Readlink(who rpc.Caller, h Handle) (string, error) {
	d, err := c.call(who, ProcReadlink, func(e *xdr.Encoder) { e.String(string(h)) })
	if err != nil {
		return "", err
	}
	decodePostOp(d)
	text := d.String(MaxPath)
	return text, finish(ProcReadlink, d)
}

// FSStat is the space of a file system, in bytes and files.
type FSStat struct {
	Total, Free, Avail                uint64
	TotalFiles, FreeFiles, AvailFiles uint64
}

// FSStat returns the space of the file system that holds root.
func (c *Client) FSStat(who rpc.Caller, root Handle) (FSStat, error) {
	d, err := c.call(who, ProcFSStat, func(e *xdr.Encoder) { e.String(string(root)) })
	if err != nil {
		return FSStat{}, err
	}
	decodePostOp(d)
	s := FSStat{d.Uint64(), d.Uint64(), d.Uint64(), d.Uint64(), d.Uint64(), d.Uint64()}
	return s, finish(ProcFSStat, d)
}

// FSInfo are the sizes in bytes that a server takes and prefers.
type FSInfo struct {
	ReadMax, ReadPref, WriteMax, WritePref, DirPref uint32
}

// FSInfo asks for the limits of the file system that holds root. Values that make no sense are replaced by small ones that do.
func (c *Client) FSInfo(who rpc.Caller, root Handle) (FSInfo, error) {
	d, err := c.call(who, ProcFSInfo, func(e *xdr.Encoder) { e.String(string(root)) })
	if err != nil {
		return FSInfo{}, err
	}
	decodePostOp(d)
	var v [7]uint32
	for i := range v {
		v[i] = d.Uint32()
	}
	sane := func(n uint32) uint32 { return min(max(n, 1024), MaxIO) }
	return FSInfo{sane(v[0]), sane(v[1]), sane(v[3]), sane(v[4]), sane(v[6])}, finish(ProcFSInfo, d)
}
