package nfstest

import (
	"time"

	"simulacro/nfs/nfs3"
	"simulacro/nfs/rpc"
	"simulacro/nfs/xdr"
)

type procedure func(m *memFS, cred *rpc.Cred, d *xdr.Decoder, e *xdr.Encoder)

// procedures are those of RFC 1813 that the client under test uses.
var procedures = map[uint32]procedure{
	nfs3.ProcGetAttr: getAttr, nfs3.ProcSetAttr: setAttr, nfs3.ProcLookup: lookup, nfs3.ProcAccess: access, nfs3.ProcReadlink: readlink,
	nfs3.ProcRead: read, nfs3.ProcWrite: write, nfs3.ProcCommit: commit, nfs3.ProcCreate: create, nfs3.ProcMkdir: mkdir,
	nfs3.ProcSymlink: symlink, nfs3.ProcRemove: remove, nfs3.ProcRmdir: rmdir, nfs3.ProcRename: rename, nfs3.ProcLink: link,
	nfs3.ProcReaddirPlus: readdirPlus, nfs3.ProcFSStat: fsStat, nfs3.ProcFSInfo: fsInfo,
}

func handle(d *xdr.Decoder) nfs3.Handle { return nfs3.Handle(d.Opaque(nfs3.MaxHandle)) }

func postOp(e *xdr.Encoder, f *file) {
	e.Bool(f != nil)
	if f != nil {
		f.attr.Encode(e)
	}
}

func encodeTime(e *xdr.Encoder, t time.Time) {
	e.Uint32(uint32(t.Unix()))
	e.Uint32(uint32(t.Nanosecond()))
}

func wcc(e *xdr.Encoder, before *nfs3.WccAttr, f *file) {
	e.Bool(before != nil)
	if before != nil {
		e.Uint64(before.Size)
		encodeTime(e, before.Mtime)
		encodeTime(e, before.Ctime)
	}
	postOp(e, f)
}

// around returns the attributes before a change.
func around(f *file) *nfs3.WccAttr {
	if f == nil {
		return nil
	}
	w := f.attr.Wcc()
	return &w
}

func getAttr(m *memFS, _ *rpc.Cred, d *xdr.Decoder, e *xdr.Encoder) {
	f, s := m.get(handle(d))
	e.Uint32(uint32(s))
	if s == nfs3.OK {
		f.attr.Encode(e)
	}
}

func setAttr(m *memFS, _ *rpc.Cred, d *xdr.Decoder, e *xdr.Encoder) {
	f, s := m.get(handle(d))
	set := nfs3.DecodeSetAttr(d)
	before := around(f)
	if s == nfs3.OK {
		m.apply(f, set)
	}
	e.Uint32(uint32(s))
	wcc(e, before, f)
}

func (m *memFS) apply(f *file, set nfs3.SetAttr) {
	for _, p := range []struct {
		to   *uint32
		from *uint32
	}{{&f.attr.Mode, set.Mode}, {&f.attr.UID, set.UID}, {&f.attr.GID, set.GID}} {
		if p.from != nil {
			*p.to = *p.from
		}
	}
	if set.Size != nil {
		f.data = put(f.data, *set.Size, nil)[:*set.Size]
		f.commit()
		m.changed(f)
	}
	f.attr.Ctime = m.tick()
	setTime(&f.attr.Atime, set.Atime, m)
	setTime(&f.attr.Mtime, set.Mtime, m)
}

func setTime(p *time.Time, s nfs3.SetTime, m *memFS) {
	switch {
	case s.Server:
		*p = m.tick()
	case !s.Time.IsZero():
		*p = s.Time
	}
}

func lookup(m *memFS, _ *rpc.Cred, d *xdr.Decoder, e *xdr.Encoder) {
	dir, s := m.getDir(handle(d))
	name := d.String(nfs3.MaxName)
	var f *file
	if s == nfs3.OK {
		if f = dir.child(name); f == nil {
			s = nfs3.ErrNoEnt
		}
	}
	e.Uint32(uint32(s))
	if s == nfs3.OK {
		e.String(string(m.handle(f)))
		postOp(e, f)
	}
	postOp(e, dir)
}

func access(m *memFS, cred *rpc.Cred, d *xdr.Decoder, e *xdr.Encoder) {
	f, s := m.get(handle(d))
	mask := d.Uint32()
	e.Uint32(uint32(s))
	postOp(e, f)
	if s != nfs3.OK {
		return
	}
	if cred == nil {
		cred = &rpc.Cred{UID: 65534, GID: 65534}
	}
	var bits uint32
	for want, grant := range map[uint32]uint32{4: nfs3.AccessRead, 2: nfs3.AccessModify | nfs3.AccessExtend | nfs3.AccessDelete, 1: nfs3.AccessExecute | nfs3.AccessLookup} {
		if f.permitted(cred.UID, cred.GID, cred.Groups, want) {
			bits |= grant
		}
	}
	e.Uint32(bits & mask)
}

func readlink(m *memFS, _ *rpc.Cred, d *xdr.Decoder, e *xdr.Encoder) {
	f, s := m.get(handle(d))
	if s == nfs3.OK && f.attr.Type != nfs3.TypeLnk {
		s = nfs3.ErrInval
	}
	e.Uint32(uint32(s))
	postOp(e, f)
	if s == nfs3.OK {
		e.String(f.target)
	}
}

func fsStat(m *memFS, _ *rpc.Cred, d *xdr.Decoder, e *xdr.Encoder) {
	f, s := m.get(handle(d))
	e.Uint32(uint32(s))
	postOp(e, f)
	if s == nfs3.OK {
		for _, v := range []uint64{1 << 30, 1 << 29, 1 << 28, 1000, 900, 900} {
			e.Uint64(v)
		}
		e.Uint32(0)
	}
}

func fsInfo(m *memFS, _ *rpc.Cred, d *xdr.Decoder, e *xdr.Encoder) {
	f, s := m.get(handle(d))
	e.Uint32(uint32(s))
	postOp(e, f)
	if s != nfs3.OK {
		return
	}
	const io = 64 << 10
	for range 6 {
		e.Uint32(io)
	}
	e.Uint32(8192) // dtpref
	e.Uint64(1 << 40)
	e.Uint32(0)
	e.Uint32(1)
	e.Uint32(0x1b)
}
