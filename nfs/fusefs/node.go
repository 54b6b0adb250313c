package fusefs

import (
	"context"
	"errors"
	"hash/fnv"
	"math"
	"sync"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"

	"simulacro/nfs/nfs3"
	"simulacro/nfs/rpc"
)

// node is a file, directory or link that the kernel knows.
type node struct {
	fs.Inode
	m  *Mount
	fh nfs3.Handle

	opening lock // held while the page cache is compared with the server's version
	writing lock // held while data is written or written again, so that old data never overtakes new

	mu          sync.Mutex
	cache       attrCache
	version     nfs3.WccAttr // of which the kernel's page cache holds pages
	hasVersion  bool
	access      accessCache
	uncommitted uncommitted
	opens       int
	silly       *sillyName
}

func (m *Mount) newNode(h nfs3.Handle) *node {
	return &node{m: m, fh: h, opening: newLock(), writing: newLock()}
}

// handleHash makes a generation of a handle: an inode number that the server uses again has another handle.
func handleHash(h nfs3.Handle) uint64 {
	f := fnv.New64a()
	f.Write([]byte(h))
	return f.Sum64()
}

// stableIno is the inode number of a file; those that the FUSE library keeps for itself are replaced.
func stableIno(fileid uint64, h nfs3.Handle) uint64 {
	if fileid <= 1 || fileid == math.MaxUint64 {
		return handleHash(h)>>1 | 1<<62
	}
	return fileid
}

// note takes in fresh attributes and returns how long they may be believed.
func (n *node) note(a *nfs3.Attr) time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cache.update(a, n.m.limits(a), time.Now())
	return n.cache.timeout
}

// noteChange takes in the attributes around an operation of ours: if they were as we knew them before it, the change is ours,
// and the kernel's pages, which have it, stay.
func (n *node) noteChange(w nfs3.WccData) {
	if w.After == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.hasVersion && w.Before != nil && w.Before.Equal(n.version) {
		n.version = w.After.Wcc()
	}
	n.cache.update(w.After, n.m.limits(w.After), time.Now())
}

// child returns the inode of a file in directory n and fills in what the kernel wants to know.
func (n *node) child(ctx context.Context, h nfs3.Handle, a *nfs3.Attr, out *fuse.EntryOut) *fs.Inode {
	in := n.NewInode(ctx, n.m.newNode(h), fs.StableAttr{Mode: a.StatMode() & syscall.S_IFMT, Ino: stableIno(a.Fileid, h), Gen: handleHash(h)})
	k := in.Operations().(*node)
	fillAttr(a, &out.Attr)
	out.SetAttrTimeout(k.note(a))
	out.SetEntryTimeout(n.entryTimeout())
	return in
}

// entryTimeout is how long a name in directory n is believed: as long as the directory's attributes.
func (n *node) entryTimeout() time.Duration {
	if n.m.cfg.LookupCache == "none" {
		return 0
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cache.known {
		return n.cache.timeout
	}
	return n.m.cfg.DirMin
}

// fail maps an error to what the program sees. After ESTALE the kernel looks the name up again at once by itself for calls
// that take a path; forgetting the name here makes later ones do so too.
func (n *node) fail(err error) syscall.Errno {
	if errors.Is(err, nfs3.ErrBadReply) || errors.Is(err, rpc.ErrBadReply) {
		n.m.cfg.Log("nfs: server of " + n.m.cfg.Share + ": " + err.Error())
	}
	errno := nfs3.Errno(err)
	if errno == syscall.ESTALE {
		n.forgetName()
	}
	return errno
}

// forgetName tells the kernel to drop the name. It runs beside the request: the kernel may hold the directory's lock until the
// request is answered.
func (n *node) forgetName() {
	name, parent := n.Parent()
	if parent == nil {
		return
	}
	n.m.wg.Go(func() { parent.NotifyEntry(name) })
}

func fillAttr(a *nfs3.Attr, out *fuse.Attr) {
	out.Ino, out.Size, out.Blocks = a.Fileid, a.Size, (a.Used+511)/512
	out.Mode, out.Nlink = a.StatMode(), a.Nlink
	out.Uid, out.Gid = a.UID, a.GID
	out.Rdev = a.Major<<8&0xfff00 | a.Minor&0xff | a.Minor&^0xff<<12 // the kernel's new_encode_dev
	out.Blksize = 64 << 10
	out.SetTimes(&a.Atime, &a.Mtime, &a.Ctime)
}
