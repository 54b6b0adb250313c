package fusefs

import (
	"context"
	"errors"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"

	"simulacro/nfs/nfs3"
	"simulacro/nfs/rpc"
)

// pageSize is how much of a directory one READDIRPLUS asks for, bytes.
const pageSize = 32 << 10

var (
	_ fs.NodeOpendirHandler = (*node)(nil)
	_ fs.FileReaddirenter   = (*openDir)(nil)
	_ fs.FileSeekdirer      = (*openDir)(nil)
	_ fs.FileLookuper       = (*openDir)(nil)
)

// openDir reads a directory page by page. The library calls its methods one at a time.
type openDir struct {
	n    *node
	cred *rpc.Cred

	page     []nfs3.Dirent // what is left of the page
	cookie   uint64        // where the next page begins
	verifier uint64
	eof      bool
	last     nfs3.Dirent // what Readdirent returned last
}

// OpendirHandle checks the directory with the server, as Open does a file.
func (n *node) OpendirHandle(ctx context.Context, _ uint32) (fs.FileHandle, uint32, syscall.Errno) {
	who := n.m.caller(ctx)
	a, err := n.m.nfs.GetAttr(who, n.fh)
	if err != nil {
		return nil, 0, n.fail(err)
	}
	n.note(a)
	return &openDir{n: n, cred: who.Cred}, 0, 0
}

// Readdirent returns the next entry, nil after the last. The offset that telldir(3) sees is the server's cookie.
func (d *openDir) Readdirent(ctx context.Context) (*fuse.DirEntry, syscall.Errno) {
	for len(d.page) == 0 {
		if d.eof {
			return nil, 0
		}
		if err := d.fetch(d.n.m.as(ctx, d.cred)); err != nil {
			return nil, d.n.fail(err)
		}
	}
	d.last, d.page = d.page[0], d.page[1:]
	e := &fuse.DirEntry{Name: d.last.Name, Ino: stableIno(d.last.Fileid, d.last.Handle), Off: d.last.Cookie}
	if d.last.Attr != nil {
		e.Mode = d.last.Attr.StatMode()
	}
	return e, 0
}

// fetch reads the next page. A server that has forgotten the cookie's verifier is asked once more without it.
func (d *openDir) fetch(who rpc.Caller) error {
	p, err := d.n.m.nfs.ReaddirPlus(who, d.n.fh, d.cookie, d.verifier, pageSize)
	if errors.Is(err, nfs3.ErrBadCookie) && d.verifier != 0 {
		p, err = d.n.m.nfs.ReaddirPlus(who, d.n.fh, d.cookie, 0, pageSize)
	}
	if err != nil {
		return err
	}
	d.page, d.verifier, d.eof = p.Entries, p.Verifier, p.EOF
	if len(p.Entries) > 0 {
		d.cookie = p.Entries[len(p.Entries)-1].Cookie
	}
	return nil
}

// Seekdir goes on after the entry with the given cookie.
func (d *openDir) Seekdir(_ context.Context, off uint64) syscall.Errno {
	d.page, d.cookie, d.eof = nil, off, false
	if off == 0 {
		d.verifier = 0
	}
	return 0
}

// Lookup serves readdirplus: the page has handle and attributes already.
func (d *openDir) Lookup(ctx context.Context, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	if d.last.Name != name || d.last.Handle == "" || d.last.Attr == nil {
		return d.n.Lookup(ctx, name, out)
	}
	return d.n.child(ctx, d.last.Handle, d.last.Attr, out), 0
}
