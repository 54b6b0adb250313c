package fusefs

import (
	"errors"

	"simulacro/nfs/nfs3"
	"simulacro/nfs/rpc"
)

// maxUncommitted is how many bytes of one file are held back for writing again, before they are committed.
const maxUncommitted = 16 << 20

// uncommitted are writes that the server has in memory only. Its zero value is empty.
type uncommitted struct {
	chunks []chunk
	bytes  int
}

type chunk struct {
	off      uint64
	data     []byte
	verifier nfs3.Verifier
}

func (u *uncommitted) add(c chunk) {
	u.chunks = append(u.chunks, c)
	u.bytes += len(c.data)
}

// lost returns, in the order of writing, what a server with verifier v does not have: it has restarted since (RFC 1813 section
// 3.3.21).
func (u *uncommitted) lost(v nfs3.Verifier) []chunk {
	var out []chunk
	for _, c := range u.chunks {
		if c.verifier != v {
			out = append(out, c)
		}
	}
	return out
}

// writeUnstable writes all of data. The writing lock is held.
func (n *node) writeUnstable(who rpc.Caller, off uint64, data []byte) error {
	for len(data) > 0 {
		part := data[:min(len(data), n.m.cfg.WSize)]
		r, err := n.m.nfs.Write(who, n.fh, off, part, nfs3.Unstable)
		if err != nil {
			return err
		}
		n.noteChange(r.Wcc)
		if r.Committed == nfs3.Unstable {
			n.uncommitted.add(chunk{off, part[:r.Count], r.Verifier})
		}
		data, off = data[r.Count:], off+uint64(r.Count)
	}
	if n.uncommitted.bytes >= maxUncommitted {
		return n.commit(who)
	}
	return nil
}

// commit makes stable what was written, and writes again what a restart of the server has lost. The writing lock is held.
// When the server refuses, the data is given up and the error is the program's; when it could not be asked, the data is kept
// for the next close.
func (n *node) commit(who rpc.Caller) error {
	if len(n.uncommitted.chunks) == 0 {
		return nil
	}
	w, verifier, err := n.m.nfs.Commit(who, n.fh)
	if err == nil {
		n.noteChange(w)
		err = n.writeAgain(who, n.uncommitted.lost(verifier))
	}
	var refused nfs3.Status
	if err == nil || errors.As(err, &refused) {
		n.uncommitted = uncommitted{}
	}
	return err
}

func (n *node) writeAgain(who rpc.Caller, chunks []chunk) error {
	for _, c := range chunks {
		for off, data := c.off, c.data; len(data) > 0; {
			r, err := n.m.nfs.Write(who, n.fh, off, data, nfs3.FileSync)
			if err != nil {
				return err
			}
			n.noteChange(r.Wcc)
			data, off = data[r.Count:], off+uint64(r.Count)
		}
	}
	return nil
}
