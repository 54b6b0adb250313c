package fusefs

import (
	"context"
	"fmt"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"

	"simulacro/nfs/nfs3"
	"simulacro/nfs/rpc"
)

var (
	_ fs.NodeGetattrer  = (*node)(nil)
	_ fs.NodeSetattrer  = (*node)(nil)
	_ fs.NodeReadlinker = (*node)(nil)
	_ fs.NodeStatfser   = (*node)(nil)
)

// statfsBlock is the unit that free space is told in, bytes.
const statfsBlock = 4096

// Getattr asks the server: the kernel has its own cache in front, with our timeouts.
func (n *node) Getattr(ctx context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	if n == n.m.root && isUmount(ctx) {
		n.mu.Lock()
		defer n.mu.Unlock()
		fillAttr(&n.cache.attr, &out.Attr)
		return 0
	}
	a, err := n.m.nfs.GetAttr(n.m.caller(ctx), n.fh)
	if err != nil {
		return n.fail(err)
	}
	n.replyAttr(a, out)
	return 0
}

func (n *node) replyAttr(a *nfs3.Attr, out *fuse.AttrOut) {
	fillAttr(a, &out.Attr)
	out.SetTimeout(n.note(a))
}

// Setattr changes attributes. Uncommitted data goes first when the size changes: written again later, it would undo a truncate.
func (n *node) Setattr(ctx context.Context, f fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	who := n.m.caller(ctx)
	set := setAttr(in)
	if set.Size != nil {
		if of, ok := f.(*openFile); ok {
			who = n.m.as(ctx, of.cred)
		}
		if err := n.writing.lock(who, n.m.gone); err != nil {
			return n.fail(err)
		}
		defer n.writing.unlock()
		if err := n.commit(who); err != nil {
			return n.fail(err)
		}
	}
	w, err := n.m.nfs.SetAttr(who, n.fh, set)
	if err != nil {
		return n.fail(err)
	}
	n.noteChange(w)
	a := w.After
	if a == nil {
		if a, err = n.m.nfs.GetAttr(who, n.fh); err != nil {
			return n.fail(err)
		}
	}
	n.replyAttr(a, out)
	return 0
}

func setAttr(in *fuse.SetAttrIn) nfs3.SetAttr {
	var s nfs3.SetAttr
	if v, ok := in.GetMode(); ok {
		v &= 07777
		s.Mode = &v
	}
	if v, ok := in.GetUID(); ok {
		s.UID = &v
	}
	if v, ok := in.GetGID(); ok {
		s.GID = &v
	}
	if v, ok := in.GetSize(); ok {
		s.Size = &v
	}
	s.Atime = setTime(in, fuse.FATTR_ATIME_NOW, in.GetATime)
	s.Mtime = setTime(in, fuse.FATTR_MTIME_NOW, in.GetMTime)
	return s
}

func setTime(in *fuse.SetAttrIn, now uint32, get func() (time.Time, bool)) nfs3.SetTime {
	if in.Valid&now != 0 {
		return nfs3.SetTime{Server: true}
	}
	if t, ok := get(); ok {
		return nfs3.SetTime{Time: t}
	}
	return nfs3.SetTime{}
}

// Readlink returns a link's text.
func (n *node) Readlink(ctx context.Context) ([]byte, syscall.Errno) {
	text, err := n.m.nfs.Readlink(n.m.caller(ctx), n.fh)
	if err != nil {
		return nil, n.fail(err)
	}
	return []byte(text), 0
}

// Statfs tells the free space.
func (n *node) Statfs(ctx context.Context, out *fuse.StatfsOut) syscall.Errno {
	if isUmount(ctx) {
		return 0 // it wants the file system's type, which the kernel fills in
	}
	s, err := n.m.nfs.FSStat(n.m.caller(ctx), n.fh)
	if err != nil {
		return n.fail(err)
	}
	out.Bsize, out.Frsize, out.NameLen = statfsBlock, statfsBlock, nfs3.MaxName
	out.Blocks, out.Bfree, out.Bavail = s.Total/statfsBlock, s.Free/statfsBlock, s.Avail/statfsBlock
	out.Files, out.Ffree = s.TotalFiles, s.FreeFiles
	return 0
}

// accessCache remembers the server's answers to ACCESS by credential. Its zero value is empty.
type accessCache map[string]accessEntry

type accessEntry struct {
	bits  uint32
	ctime time.Time
	until time.Time
}

// maxAccess bounds the credentials remembered for one file.
const maxAccess = 8

func credKey(c *rpc.Cred) string { return fmt.Sprint(c.UID, c.GID, c.Groups) }

// has reports whether the bits in mask were granted, for the file as it is now.
func (c accessCache) has(cred *rpc.Cred, mask uint32, ctime, now time.Time) bool {
	e, ok := c[credKey(cred)]
	return ok && e.bits&mask == mask && e.ctime.Equal(ctime) && now.Before(e.until)
}

func (c *accessCache) put(cred *rpc.Cred, e accessEntry) {
	if *c == nil || len(*c) >= maxAccess {
		*c = accessCache{}
	}
	(*c)[credKey(cred)] = e
}
