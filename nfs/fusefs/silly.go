package fusefs

import (
	"fmt"
	"sync/atomic"
	"syscall"

	"simulacro/nfs/nfs3"
	"simulacro/nfs/rpc"
)

// NFS has no open files on the server: what is removed is gone for those who still use it. So a file that is open here is
// renamed to .nfs… instead, and removed at its last close, as the kernel's client does.

// sillyName is where an open file that was removed lies until its last close.
type sillyName struct {
	dir  nfs3.Handle
	name string
	cred *rpc.Cred
}

func (s *sillyName) remove(c *nfs3.Client) syscall.Errno {
	return nfs3.Errno(c.Remove(rpc.Caller{Cred: s.cred}, s.dir, s.name))
}

// sillyNames makes names. Its zero value is ready to use.
type sillyNames struct{ counter atomic.Uint32 }

func (s *sillyNames) next(fileid uint64) string {
	return fmt.Sprintf(".nfs%016x%08x", fileid, s.counter.Add(1))
}

// sillyRename renames child name of directory n if it is open here. done is false if it is not: then the caller goes on.
func (n *node) sillyRename(who rpc.Caller, name string) (done bool, err error) {
	in := n.GetChild(name)
	if in == nil {
		return false, nil
	}
	k, ok := in.Operations().(*node)
	if !ok || in.IsDir() {
		return false, nil
	}
	k.mu.Lock()
	open, fileid := k.opens > 0 && k.silly == nil, k.cache.attr.Fileid
	k.mu.Unlock()
	if !open {
		return false, nil
	}
	s := &sillyName{n.fh, n.m.silly.next(fileid), who.Cred}
	if err := n.m.nfs.Rename(who, n.fh, name, n.fh, s.name); err != nil {
		return false, err
	}
	k.mu.Lock()
	if open = k.opens > 0; open {
		k.silly = s
	}
	k.mu.Unlock()
	if open {
		return true, nil
	}
	return true, n.m.nfs.Remove(who, s.dir, s.name) // closed meanwhile
}
