package nfs3

import (
	"simulacro/nfs/rpc"
	"simulacro/nfs/xdr"
)

// CreateMode says what CREATE does with a name that exists (createmode3).
type CreateMode uint32

// The values of CreateMode.
const (
	Unchecked CreateMode = iota
	Guarded
	// Exclusive fails with ErrExist unless the file was made by a call with the same verifier, so that a call sent again
	// succeeds. The server sets no attributes.
	Exclusive
)

func encodeName(e *xdr.Encoder, dir Handle, name string) {
	e.String(string(dir))
	e.String(name)
}

// Lookup finds name in dir. The attributes may be nil.
func (c *Client) Lookup(who rpc.Caller, dir Handle, name string) (Handle, *Attr, error) {
	d, err := c.call(who, ProcLookup, func(e *xdr.Encoder) { encodeName(e, dir, name) })
	if err != nil {
		return "", nil, err
	}
	h := decodeHandle(d)
	a := decodePostOp(d)
	return h, a, finish(ProcLookup, d)
}

// made reads the results that CREATE, MKDIR, SYMLINK share, and asks for what the server left out.
func (c *Client) made(who rpc.Caller, proc uint32, dir Handle, name string, d *xdr.Decoder) (Handle, *Attr, error) {
	var h Handle
	if d.Bool() {
		h = decodeHandle(d)
	}
	a := decodePostOp(d)
	if err := finish(proc, d); err != nil {
		return "", nil, err
	}
	if h == "" {
		return c.Lookup(who, dir, name)
	}
	return h, a, nil
}

// Create makes a regular file. The verifier counts only with Exclusive, the attributes only with the other modes.
func (c *Client) Create(who rpc.Caller, dir Handle, name string, mode CreateMode, s SetAttr, verifier uint64) (Handle, *Attr, error) {
	d, err := c.call(who, ProcCreate, func(e *xdr.Encoder) {
		encodeName(e, dir, name)
		e.Uint32(uint32(mode))
		if mode == Exclusive {
			e.Uint64(verifier)
		} else {
			s.Encode(e)
		}
	})
	if err != nil {
		return "", nil, err
	}
	return c.made(who, ProcCreate, dir, name, d)
}

// Mkdir makes a directory.
func (c *Client) Mkdir(who rpc.Caller, dir Handle, name string, s SetAttr) (Handle, *Attr, error) {
	d, err := c.call(who, ProcMkdir, func(e *xdr.Encoder) {
		encodeName(e, dir, name)
		s.Encode(e)
	})
	if err != nil {
		return "", nil, err
	}
	return c.made(who, ProcMkdir, dir, name, d)
}

// Symlink makes a symbolic link to target.
func (c *Client) Symlink(who rpc.Caller, dir Handle, name, target string, s SetAttr) (Handle, *Attr, error) {
	d, err := c.call(who, ProcSymlink, func(e *xdr.Encoder) {
		encodeName(e, dir, name)
		s.Encode(e)
		e.String(target)
	})
	if err != nil {
		return "", nil, err
	}
	return c.made(who, ProcSymlink, dir, name, d)
}

// Remove unlinks a name that is no directory.
func (c *Client) Remove(who rpc.Caller, dir Handle, name string) error {
	_, err := c.call(who, ProcRemove, func(e *xdr.Encoder) { encodeName(e, dir, name) })
	return err
}

// Rmdir removes an empty directory.
func (c *Client) Rmdir(who rpc.Caller, dir Handle, name string) error {
	_, err := c.call(who, ProcRmdir, func(e *xdr.Encoder) { encodeName(e, dir, name) })
	return err
}

// Rename moves a name, over another if there is one.
func (c *Client) Rename(who rpc.Caller, from Handle, name string, to Handle, newName string) error {
	_, err := c.call(who, ProcRename, func(e *xdr.Encoder) {
		encodeName(e, from, name)
		encodeName(e, to, newName)
	})
	return err
}

// Link gives a file one more name. The attributes may be nil.
func (c *Client) Link(who rpc.Caller, h, dir Handle, name string) (*Attr, error) {
	d, err := c.call(who, ProcLink, func(e *xdr.Encoder) {
		e.String(string(h))
		encodeName(e, dir, name)
	})
	if err != nil {
		return nil, err
	}
	a := decodePostOp(d)
	return a, finish(ProcLink, d)
}
