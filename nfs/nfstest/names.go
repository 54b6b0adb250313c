package nfstest

import (
	"simulacro/nfs/nfs3"
	"simulacro/nfs/rpc"
	"simulacro/nfs/xdr"
)

// made encodes the results that CREATE, MKDIR and SYMLINK share.
func (m *memFS) made(e *xdr.Encoder, s nfs3.Status, f, dir *file, before *nfs3.WccAttr) {
	e.Uint32(uint32(s))
	if s == nfs3.OK {
		e.Bool(true)
		e.String(string(m.handle(f)))
		postOp(e, f)
	}
	wcc(e, before, dir)
}

// place adds a file under a new name.
func (m *memFS) place(cred *rpc.Cred, dir *file, name string, t nfs3.FileType, set nfs3.SetAttr) (*file, nfs3.Status) {
	if dir.child(name) != nil {
		return nil, nfs3.ErrExist
	}
	f := m.newFile(t, 0644)
	if cred != nil {
		f.attr.UID, f.attr.GID = cred.UID, cred.GID
	}
	m.apply(f, set)
	m.add(dir, name, f)
	return f, nfs3.OK
}

func create(m *memFS, cred *rpc.Cred, d *xdr.Decoder, e *xdr.Encoder) {
	dir, s := m.getDir(handle(d))
	name, mode := d.String(nfs3.MaxName), nfs3.CreateMode(d.Uint32())
	var set nfs3.SetAttr
	var verifier uint64
	if mode == nfs3.Exclusive {
		verifier = d.Uint64()
	} else {
		set = nfs3.DecodeSetAttr(d)
	}
	before := around(dir)
	var f *file
	if s == nfs3.OK && d.Err() == nil {
		f = dir.child(name)
		switch {
		case f == nil:
			f, s = m.place(cred, dir, name, nfs3.TypeReg, set)
			f.exclVer = verifier
		case mode == nfs3.Unchecked:
			m.apply(f, nfs3.SetAttr{Size: set.Size})
		case mode == nfs3.Guarded || f.exclVer != verifier:
			s = nfs3.ErrExist
		}
	}
	m.made(e, s, f, dir, before)
}

func mkdir(m *memFS, cred *rpc.Cred, d *xdr.Decoder, e *xdr.Encoder) {
	dir, s := m.getDir(handle(d))
	name := d.String(nfs3.MaxName)
	set := nfs3.DecodeSetAttr(d)
	before := around(dir)
	var f *file
	if s == nfs3.OK {
		f, s = m.place(cred, dir, name, nfs3.TypeDir, set)
	}
	m.made(e, s, f, dir, before)
}

func symlink(m *memFS, cred *rpc.Cred, d *xdr.Decoder, e *xdr.Encoder) {
	dir, s := m.getDir(handle(d))
	name := d.String(nfs3.MaxName)
	set := nfs3.DecodeSetAttr(d)
	target := d.String(nfs3.MaxPath)
	before := around(dir)
	var f *file
	if s == nfs3.OK {
		if f, s = m.place(cred, dir, name, nfs3.TypeLnk, set); f != nil {
			f.target = target
			f.attr.Size = uint64(len(target))
		}
	}
	m.made(e, s, f, dir, before)
}

func unlink(m *memFS, d *xdr.Decoder, e *xdr.Encoder, check func(*file) nfs3.Status) {
	dir, s := m.getDir(handle(d))
	name := d.String(nfs3.MaxName)
	before := around(dir)
	if s == nfs3.OK {
		if f := dir.child(name); f == nil {
			s = nfs3.ErrNoEnt
		} else if s = check(f); s == nfs3.OK {
			m.drop(dir, name)
		}
	}
	e.Uint32(uint32(s))
	wcc(e, before, dir)
}

func remove(m *memFS, _ *rpc.Cred, d *xdr.Decoder, e *xdr.Encoder) {
	unlink(m, d, e, func(f *file) nfs3.Status {
		if f.attr.Type == nfs3.TypeDir {
			return nfs3.ErrIsDir
		}
		return nfs3.OK
	})
}

func rmdir(m *memFS, _ *rpc.Cred, d *xdr.Decoder, e *xdr.Encoder) {
	unlink(m, d, e, func(f *file) nfs3.Status {
		switch {
		case f.attr.Type != nfs3.TypeDir:
			return nfs3.ErrNotDir
		case len(f.entries) > 0:
			return nfs3.ErrNotEmpty
		}
		return nfs3.OK
	})
}

func rename(m *memFS, _ *rpc.Cred, d *xdr.Decoder, e *xdr.Encoder) {
	from, s := m.getDir(handle(d))
	name := d.String(nfs3.MaxName)
	to, s2 := m.getDir(handle(d))
	newName := d.String(nfs3.MaxName)
	if s == nfs3.OK {
		s = s2
	}
	beforeFrom, beforeTo := around(from), around(to)
	if s == nfs3.OK {
		f := from.child(name)
		switch target := to.child(newName); {
		case f == nil:
			s = nfs3.ErrNoEnt
		case target == f:
		default:
			f.attr.Nlink++ // so that dropping the old name does not end it
			m.drop(to, newName)
			m.drop(from, name)
			f.gone = false
			m.add(to, newName, f)
		}
	}
	e.Uint32(uint32(s))
	wcc(e, beforeFrom, from)
	wcc(e, beforeTo, to)
}

func link(m *memFS, _ *rpc.Cred, d *xdr.Decoder, e *xdr.Encoder) {
	f, s := m.get(handle(d))
	dir, s2 := m.getDir(handle(d))
	name := d.String(nfs3.MaxName)
	if s == nfs3.OK {
		s = s2
	}
	before := around(dir)
	if s == nfs3.OK && dir.child(name) != nil {
		s = nfs3.ErrExist
	}
	if s == nfs3.OK {
		f.attr.Nlink++
		m.add(dir, name, f)
		f.attr.Ctime = m.tick()
	}
	e.Uint32(uint32(s))
	postOp(e, f)
	wcc(e, before, dir)
}
