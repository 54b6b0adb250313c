package nfstest

import (
	"simulacro/nfs/nfs3"
	"simulacro/nfs/rpc"
	"simulacro/nfs/xdr"
)

func read(m *memFS, _ *rpc.Cred, d *xdr.Decoder, e *xdr.Encoder) {
	f, s := m.get(handle(d))
	off, n := d.Uint64(), d.Uint32()
	e.Uint32(uint32(s))
	postOp(e, f)
	if s != nfs3.OK {
		return
	}
	start := min(off, uint64(len(f.data)))
	end := min(start+uint64(n), uint64(len(f.data)))
	e.Uint32(uint32(end - start))
	e.Bool(end == uint64(len(f.data)))
	e.Opaque(f.data[start:end])
}

func write(m *memFS, _ *rpc.Cred, d *xdr.Decoder, e *xdr.Encoder) {
	f, s := m.get(handle(d))
	off := d.Uint64()
	d.Uint32()
	how := nfs3.Stable(d.Uint32())
	data := d.Opaque(rpc.MaxRecord)
	before := around(f)
	if s == nfs3.OK && d.Err() == nil {
		m.write(f, off, data, how)
	}
	e.Uint32(uint32(s))
	wcc(e, before, f)
	if s == nfs3.OK {
		e.Uint32(uint32(len(data)))
		e.Uint32(uint32(how))
		e.Uint64(m.verifier)
	}
}

func commit(m *memFS, _ *rpc.Cred, d *xdr.Decoder, e *xdr.Encoder) {
	f, s := m.get(handle(d))
	d.Uint64()
	d.Uint32()
	before := around(f)
	if s == nfs3.OK {
		f.commit()
	}
	e.Uint32(uint32(s))
	wcc(e, before, f)
	if s == nfs3.OK {
		e.Uint64(m.verifier)
	}
}

func readdirPlus(m *memFS, _ *rpc.Cred, d *xdr.Decoder, e *xdr.Encoder) {
	dir, s := m.getDir(handle(d))
	cookie, verifier, _, max := d.Uint64(), d.Uint64(), d.Uint32(), d.Uint32()
	if s == nfs3.OK && verifier != 0 && verifier != m.verifier {
		s = nfs3.ErrBadCookie
	}
	e.Uint32(uint32(s))
	postOp(e, dir)
	if s != nfs3.OK {
		return
	}
	e.Uint64(m.verifier)
	for _, x := range dir.entries {
		if x.cookie <= cookie {
			continue
		}
		if e.Len()+len(x.name)+160 > int(max) {
			e.Bool(false)
			e.Bool(false) // more to come
			return
		}
		e.Bool(true)
		e.Uint64(x.f.attr.Fileid)
		e.String(x.name)
		e.Uint64(x.cookie)
		postOp(e, x.f)
		e.Bool(true)
		e.String(string(m.handle(x.f)))
	}
	e.Bool(false)
	e.Bool(true)
}
