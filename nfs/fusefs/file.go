package fusefs

import (
	"context"
	"slices"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"

	"simulacro/nfs/nfs3"
	"simulacro/nfs/rpc"
)

var (
	_ fs.NodeOpener   = (*node)(nil)
	_ fs.NodeReader   = (*node)(nil)
	_ fs.NodeWriter   = (*node)(nil)
	_ fs.NodeFlusher  = (*node)(nil)
	_ fs.NodeFsyncer  = (*node)(nil)
	_ fs.NodeReleaser = (*node)(nil)
)

// openFile is what open(2) made: reads and writes go out with the credential it was opened with.
type openFile struct {
	cred     *rpc.Cred
	readOnly bool
}

// Open checks with the server that the caller may, and that the pages the kernel holds are those of the file as it is now
// (close-to-open consistency, RFC 1813 section 4.11).
func (n *node) Open(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	who := n.m.caller(ctx)
	if err := n.check(who, flags); err != nil {
		return nil, 0, n.fail(err)
	}
	n.mu.Lock()
	n.opens++
	n.mu.Unlock()
	f := &openFile{who.Cred, flags&syscall.O_ACCMODE == syscall.O_RDONLY}
	// Always keep the kernel's pages: without the flag the kernel drops them after the reply, so late that an open that comes
	// next may already read from them. revalidate has dropped them where they were old.
	fuseFlags := uint32(fuse.FOPEN_KEEP_CACHE)
	if f.readOnly {
		fuseFlags |= fuse.FOPEN_NOFLUSH
	}
	return f, fuseFlags, 0
}

// check makes the one RPC of an open: ACCESS, or GETATTR where the server's answer to ACCESS is remembered.
func (n *node) check(who rpc.Caller, flags uint32) error {
	mask := nfs3.AccessRead
	switch flags & syscall.O_ACCMODE {
	case syscall.O_WRONLY:
		mask = nfs3.AccessModify
	case syscall.O_RDWR:
		mask |= nfs3.AccessModify
	}
	now := time.Now()
	n.mu.Lock()
	granted := n.access.has(who.Cred, mask, n.cache.attr.Ctime, now)
	fresh := n.m.cfg.NoCTO && n.cache.fresh(now) && n.hasVersion
	n.mu.Unlock()
	if granted && fresh {
		return nil
	}
	if granted {
		a, err := n.m.nfs.GetAttr(who, n.fh)
		if err != nil {
			return err
		}
		return n.revalidate(who, a)
	}
	return n.checkAccess(who, mask)
}

func (n *node) checkAccess(who rpc.Caller, mask uint32) error {
	all := nfs3.AccessRead | nfs3.AccessModify | nfs3.AccessExtend | nfs3.AccessExecute
	bits, a, err := n.m.nfs.Access(who, n.fh, all)
	if err != nil {
		return err
	}
	if a == nil {
		if a, err = n.m.nfs.GetAttr(who, n.fh); err != nil {
			return err
		}
	}
	if bits&nfs3.AccessExecute != 0 {
		bits |= nfs3.AccessRead // a program that may be executed may be read in order to do so (RFC 1813 section 4.4)
	}
	if bits&mask != mask {
		return nfs3.ErrAcces
	}
	timeout := n.note(a)
	n.mu.Lock()
	n.access.put(who.Cred, accessEntry{bits, a.Ctime, time.Now().Add(timeout)})
	n.mu.Unlock()
	return n.revalidate(who, a)
}

// revalidate drops the kernel's pages of the file if a is of another version than they are. Opens of the file wait for each
// other here, so that none is answered before the old pages are gone.
func (n *node) revalidate(who rpc.Caller, a *nfs3.Attr) error {
	if err := n.opening.lock(who, n.m.gone); err != nil {
		return err
	}
	defer n.opening.unlock()
	n.mu.Lock()
	same, first := n.version.Equal(a.Wcc()), !n.hasVersion
	n.mu.Unlock()
	if !same && !first {
		n.NotifyContent(0, 0) // returns when the pages are gone; fails only if the kernel has forgotten the file
	}
	n.mu.Lock()
	n.version, n.hasVersion = a.Wcc(), true
	n.cache.update(a, n.m.limits(a), time.Now())
	n.mu.Unlock()
	return nil
}

// Read fills dest as far as the file goes.
func (n *node) Read(ctx context.Context, f fs.FileHandle, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	who := n.m.as(ctx, credOf(f))
	var out []byte
	for len(out) < len(dest) {
		want := min(len(dest)-len(out), n.m.cfg.RSize)
		r, err := n.m.nfs.Read(who, n.fh, uint64(off)+uint64(len(out)), uint32(want))
		if err != nil {
			return nil, n.fail(err)
		}
		if out == nil {
			out = r.Data // the common case: one READ, no copy
		} else {
			out = append(out, r.Data...)
		}
		if r.EOF || len(r.Data) == 0 {
			break
		}
	}
	return fuse.ReadResultData(out), 0
}

// Write sends data to the server, unstable: Flush and Fsync make it stable.
func (n *node) Write(ctx context.Context, f fs.FileHandle, data []byte, off int64) (uint32, syscall.Errno) {
	who := n.m.as(ctx, credOf(f))
	if err := n.writing.lock(who, n.m.gone); err != nil {
		return 0, n.fail(err)
	}
	defer n.writing.unlock()
	// A copy, because the FUSE library uses its buffer again and a killed caller's call may still be on its way out.
	if err := n.writeUnstable(who, uint64(off), slices.Clone(data)); err != nil {
		return 0, n.fail(err)
	}
	return uint32(len(data)), 0
}

// Flush runs at every close(2): what was written is stable when it returns, or the error is close's.
func (n *node) Flush(ctx context.Context, f fs.FileHandle) syscall.Errno {
	return n.sync(n.m.as(ctx, credOf(f)))
}

// Fsync is fsync(2).
func (n *node) Fsync(ctx context.Context, f fs.FileHandle, _ uint32) syscall.Errno {
	return n.sync(n.m.as(ctx, credOf(f)))
}

func (n *node) sync(who rpc.Caller) syscall.Errno {
	if err := n.writing.lock(who, n.m.gone); err != nil {
		return n.fail(err)
	}
	defer n.writing.unlock()
	if err := n.commit(who); err != nil {
		return n.fail(err)
	}
	return 0
}

// Release runs after the last reference to an open file is gone, mappings included. Nobody waits for it, so the wait has no
// interrupt.
func (n *node) Release(_ context.Context, f fs.FileHandle) syscall.Errno {
	who := rpc.Caller{Cred: credOf(f)}
	errno := n.sync(who)
	n.mu.Lock()
	n.opens--
	silly := n.silly
	if n.opens > 0 {
		silly = nil
	} else {
		n.silly = nil
	}
	n.mu.Unlock()
	if silly != nil {
		return silly.remove(n.m.nfs)
	}
	return errno
}

func credOf(f fs.FileHandle) *rpc.Cred {
	if of, ok := f.(*openFile); ok {
		return of.cred
	}
	return &rpc.Cred{}
}
