package nfs3

import (
	"fmt"
	"syscall"
	"time"

	"simulacro/nfs/xdr"
)

// Limits of RFC 1813 section 2.3, in bytes, and of this client.
const (
	MaxHandle = 64   // FHSIZE
	MaxName   = 255  // of one component, what servers take in practice
	MaxPath   = 4096 // of a symbolic link's text
	// MaxIO is the largest READ or WRITE this client asks for: what Linux takes from FUSE in one request.
	MaxIO = 1 << 20
)

// Handle is a file handle: the server's opaque name of a file.
type Handle string

// FileType is ftype3.
type FileType uint32

// The values of FileType (RFC 1813 section 2.6).
const (
	TypeReg FileType = iota + 1
	TypeDir
	TypeBlk
	TypeChr
	TypeLnk
	TypeSock
	TypeFifo
)

// Attr are a file's attributes (fattr3).
type Attr struct {
	Type                  FileType
	Mode, Nlink, UID, GID uint32
	Size, Used            uint64
	Major, Minor          uint32 // of a device
	Fsid, Fileid          uint64
	Atime, Mtime, Ctime   time.Time
}

// WccAttr are the attributes that tell whether a file changed (wcc_attr).
type WccAttr struct {
	Size         uint64
	Mtime, Ctime time.Time
}

// Wcc returns the part of a that tells whether the file changed.
func (a *Attr) Wcc() WccAttr { return WccAttr{a.Size, a.Mtime, a.Ctime} }

// Equal reports whether both are of the same version of a file.
func (w WccAttr) Equal(o WccAttr) bool {
	return w.Size == o.Size && w.Mtime.Equal(o.Mtime) && w.Ctime.Equal(o.Ctime)
}

// WccData are a file's attributes around an operation (wcc_data); each is nil where the server does not give it.
type WccData struct {
	Before *WccAttr
	After  *Attr
}

var typeMode = [...]uint32{0, syscall.S_IFREG, syscall.S_IFDIR, syscall.S_IFBLK, syscall.S_IFCHR, syscall.S_IFLNK, syscall.S_IFSOCK, syscall.S_IFIFO}

// StatMode returns type and permissions as st_mode of stat(2).
func (a *Attr) StatMode() uint32 { return typeMode[a.Type] | a.Mode&07777 }

func decodeTime(d *xdr.Decoder) time.Time {
	sec, nsec := d.Uint32(), d.Uint32()
	return time.Unix(int64(sec), int64(nsec))
}

// encodeTime writes t as nfstime3, whose seconds end in 2106 and begin in 1970.
func encodeTime(e *xdr.Encoder, t time.Time) {
	e.Uint32(uint32(t.Unix()))
	e.Uint32(uint32(t.Nanosecond()))
}

// DecodeAttr reads fattr3.
func DecodeAttr(d *xdr.Decoder) *Attr {
	a := &Attr{Type: FileType(d.Uint32()), Mode: d.Uint32(), Nlink: d.Uint32(), UID: d.Uint32(), GID: d.Uint32(), Size: d.Uint64(), Used: d.Uint64(),
		Major: d.Uint32(), Minor: d.Uint32(), Fsid: d.Uint64(), Fileid: d.Uint64()}
	a.Atime, a.Mtime, a.Ctime = decodeTime(d), decodeTime(d), decodeTime(d)
	if d.Err() == nil && (a.Type < TypeReg || a.Type > TypeFifo) {
		d.Fail(fmt.Errorf("file type %d", a.Type))
	}
	if d.Err() != nil {
		return nil
	}
	return a
}

// Encode appends a as fattr3.
func (a *Attr) Encode(e *xdr.Encoder) {
	for _, v := range []uint32{uint32(a.Type), a.Mode, a.Nlink, a.UID, a.GID} {
		e.Uint32(v)
	}
	e.Uint64(a.Size)
	e.Uint64(a.Used)
	e.Uint32(a.Major)
	e.Uint32(a.Minor)
	e.Uint64(a.Fsid)
	e.Uint64(a.Fileid)
	for _, t := range []time.Time{a.Atime, a.Mtime, a.Ctime} {
		encodeTime(e, t)
	}
}

func decodePostOp(d *xdr.Decoder) *Attr {
	if d.Bool() {
		return DecodeAttr(d)
	}
	return nil
}

func decodeWcc(d *xdr.Decoder) WccData {
	var w WccData
	if d.Bool() {
		w.Before = &WccAttr{d.Uint64(), decodeTime(d), decodeTime(d)}
	}
	w.After = decodePostOp(d)
	return w
}

func decodeHandle(d *xdr.Decoder) Handle { return Handle(d.Opaque(MaxHandle)) }

// SetTime says what SETATTR does to a time.
type SetTime struct {
	Server bool      // take the server's clock
	Time   time.Time // else, where not zero, this
}

// SetAttr are the attributes to change (sattr3); nil and zero values stay as they are.
type SetAttr struct {
	Mode, UID, GID *uint32
	Size           *uint64
	Atime, Mtime   SetTime
}

// Encode appends s as sattr3.
func (s SetAttr) Encode(e *xdr.Encoder) {
	for _, p := range []*uint32{s.Mode, s.UID, s.GID} {
		e.Bool(p != nil)
		if p != nil {
			e.Uint32(*p)
		}
	}
	e.Bool(s.Size != nil)
	if s.Size != nil {
		e.Uint64(*s.Size)
	}
	for _, t := range []SetTime{s.Atime, s.Mtime} {
		switch {
		case t.Server:
			e.Uint32(1)
		case t.Time.IsZero():
			e.Uint32(0)
		default:
			e.Uint32(2)
			encodeTime(e, t.Time)
		}
	}
}

// DecodeSetAttr reads sattr3.
func DecodeSetAttr(d *xdr.Decoder) SetAttr {
	var s SetAttr
	for _, p := range []**uint32{&s.Mode, &s.UID, &s.GID} {
		if d.Bool() {
			v := d.Uint32()
			*p = &v
		}
	}
	if d.Bool() {
		v := d.Uint64()
		s.Size = &v
	}
	for _, t := range []*SetTime{&s.Atime, &s.Mtime} {
		switch d.Uint32() {
		case 1:
			t.Server = true
		case 2:
			t.Time = decodeTime(d)
		}
	}
	return s
}
