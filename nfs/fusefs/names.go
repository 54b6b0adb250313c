package fusefs

import (
	"context"
	"math/rand/v2"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"

	"simulacro/nfs/nfs3"
	"simulacro/nfs/rpc"
)

var (
	_ fs.NodeLookuper  = (*node)(nil)
	_ fs.NodeCreater   = (*node)(nil)
	_ fs.NodeMkdirer   = (*node)(nil)
	_ fs.NodeMknoder   = (*node)(nil)
	_ fs.NodeSymlinker = (*node)(nil)
	_ fs.NodeLinker    = (*node)(nil)
	_ fs.NodeUnlinker  = (*node)(nil)
	_ fs.NodeRmdirer   = (*node)(nil)
	_ fs.NodeRenamer   = (*node)(nil)
)

// Lookup finds a name.
func (n *node) Lookup(ctx context.Context, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	who := n.m.caller(ctx)
	h, a, err := n.m.nfs.Lookup(who, n.fh, name)
	return n.found(ctx, who, h, a, err, out)
}

// found makes the answer to any request that ends with a file's handle; a may be nil.
func (n *node) found(ctx context.Context, who rpc.Caller, h nfs3.Handle, a *nfs3.Attr, err error, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	if err == nil && a == nil {
		a, err = n.m.nfs.GetAttr(who, h)
	}
	if err != nil {
		return nil, n.fail(err)
	}
	return n.child(ctx, h, a, out), 0
}

// Create makes a file and opens it.
func (n *node) Create(ctx context.Context, name string, flags, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	who := n.m.caller(ctx)
	h, a, err := n.createFile(who, name, flags, mode&07777)
	in, errno := n.found(ctx, who, h, a, err, out)
	if errno != 0 {
		return nil, nil, 0, errno
	}
	k := in.Operations().(*node)
	k.mu.Lock()
	k.opens++
	fuseFlags := uint32(0)
	if !k.hasVersion { // a file that is new here: the kernel holds no pages of it
		k.version, k.hasVersion = k.cache.attr.Wcc(), true
		fuseFlags = fuse.FOPEN_KEEP_CACHE
	}
	k.mu.Unlock()
	return in, &openFile{cred: who.Cred}, fuseFlags, 0
}

// createFile uses an exclusive create for O_EXCL: it alone stays right when the call has to be sent again.
func (n *node) createFile(who rpc.Caller, name string, flags, mode uint32) (nfs3.Handle, *nfs3.Attr, error) {
	set := nfs3.SetAttr{Mode: &mode}
	if flags&syscall.O_EXCL == 0 {
		if flags&syscall.O_TRUNC != 0 {
			set.Size = new(uint64)
		}
		return n.m.nfs.Create(who, n.fh, name, nfs3.Unchecked, set, 0)
	}
	h, _, err := n.m.nfs.Create(who, n.fh, name, nfs3.Exclusive, set, rand.Uint64())
	if err != nil {
		return "", nil, err
	}
	// Servers keep the verifier in the times, so these are set with the mode (RFC 1813 section 3.3.8).
	set.Atime.Server, set.Mtime.Server = true, true
	w, err := n.m.nfs.SetAttr(who, h, set)
	return h, w.After, err
}

// Mkdir makes a directory.
func (n *node) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	who := n.m.caller(ctx)
	mode &= 07777
	h, a, err := n.m.nfs.Mkdir(who, n.fh, name, nfs3.SetAttr{Mode: &mode})
	return n.found(ctx, who, h, a, err, out)
}

// Mknod makes a regular file without opening it. A web server's export has no use for devices, sockets and pipes.
func (n *node) Mknod(ctx context.Context, name string, mode, _ uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	if kind := mode & syscall.S_IFMT; kind != syscall.S_IFREG && kind != 0 {
		return nil, syscall.EOPNOTSUPP
	}
	who := n.m.caller(ctx)
	h, a, err := n.createFile(who, name, syscall.O_EXCL, mode&07777)
	return n.found(ctx, who, h, a, err, out)
}

// Symlink makes a symbolic link.
func (n *node) Symlink(ctx context.Context, target, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	who := n.m.caller(ctx)
	mode := uint32(0777)
	h, a, err := n.m.nfs.Symlink(who, n.fh, name, target, nfs3.SetAttr{Mode: &mode})
	return n.found(ctx, who, h, a, err, out)
}

// Link makes a hard link.
func (n *node) Link(ctx context.Context, target fs.InodeEmbedder, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	k, ok := target.(*node)
	if !ok {
		return nil, syscall.EXDEV
	}
	who := n.m.caller(ctx)
	a, err := n.m.nfs.Link(who, k.fh, n.fh, name)
	return n.found(ctx, who, k.fh, a, err, out)
}

// Unlink removes a name; a file that is open here lives on under another.
func (n *node) Unlink(ctx context.Context, name string) syscall.Errno {
	who := n.m.caller(ctx)
	done, err := n.sillyRename(who, name)
	if err == nil && !done {
		err = n.m.nfs.Remove(who, n.fh, name)
	}
	return n.fail(err)
}

// Rmdir removes an empty directory.
func (n *node) Rmdir(ctx context.Context, name string) syscall.Errno {
	return n.fail(n.m.nfs.Rmdir(n.m.caller(ctx), n.fh, name))
}

// Rename moves a name. A target that is open here is kept under another name, as by Unlink.
func (n *node) Rename(ctx context.Context, name string, newParent fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	to, ok := newParent.(*node)
	if !ok || flags != 0 { // RENAME_NOREPLACE and _EXCHANGE: NFSv3 has neither
		return syscall.EINVAL
	}
	who := n.m.caller(ctx)
	if source, target := n.GetChild(name), to.GetChild(newName); target != nil && source != target {
		if _, err := to.sillyRename(who, newName); err != nil {
			return n.fail(err)
		}
	}
	return n.fail(n.m.nfs.Rename(who, n.fh, name, to.fh, newName))
}
