package nfstest

import (
	"encoding/binary"
	"path"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"simulacro/nfs/nfs3"
)

// file is a file, directory or link.
type file struct {
	attr    nfs3.Attr
	parent  *file
	data    []byte
	stable  []byte // what a restart keeps; nil if all of data
	dirty   bool
	entries []entry // of a directory, in the order of making
	target  string
	exclVer uint64
	epoch   uint32 // of its handle
	gone    bool
}

type entry struct {
	name   string
	cookie uint64
	f      *file
}

// memFS is the file system. The server's lock guards it.
type memFS struct {
	root     *file
	files    map[uint64]*file
	nextID   uint64
	cookie   uint64
	verifier uint64
	clock    time.Time // advances by a step at each change, so that tests need no real time
}

func newMemFS() *memFS {
	m := &memFS{files: map[uint64]*file{}, verifier: 1, clock: time.Unix(1700000000, 0)}
	m.root = m.newFile(nfs3.TypeDir, 0755)
	m.root.parent = m.root
	return m
}

func (m *memFS) tick() time.Time {
	m.clock = m.clock.Add(time.Millisecond)
	return m.clock
}

func (m *memFS) newFile(t nfs3.FileType, mode uint32) *file {
	m.nextID++
	now := m.tick()
	f := &file{attr: nfs3.Attr{Type: t, Mode: mode, Nlink: 1, Fsid: 1, Fileid: m.nextID, Atime: now, Mtime: now, Ctime: now}}
	if t == nfs3.TypeDir {
		f.attr.Nlink = 2
	}
	m.files[m.nextID] = f
	return f
}

// handle is the file's number and epoch.
func (m *memFS) handle(f *file) nfs3.Handle {
	b := binary.BigEndian.AppendUint64(nil, f.attr.Fileid)
	return nfs3.Handle(binary.BigEndian.AppendUint32(b, f.epoch))
}

func (m *memFS) get(h nfs3.Handle) (*file, nfs3.Status) {
	if len(h) != 12 {
		return nil, nfs3.ErrBadHandle
	}
	f := m.files[binary.BigEndian.Uint64([]byte(h))]
	if f == nil || f.gone || f.epoch != binary.BigEndian.Uint32([]byte(h[8:])) {
		return nil, nfs3.ErrStale
	}
	return f, nfs3.OK
}

func (m *memFS) getDir(h nfs3.Handle) (*file, nfs3.Status) {
	f, s := m.get(h)
	if s == nfs3.OK && f.attr.Type != nfs3.TypeDir {
		return nil, nfs3.ErrNotDir
	}
	return f, s
}

// restart loses what was not committed.
func (m *memFS) restart() {
	m.verifier++
	for _, f := range m.files {
		if f.dirty {
			f.data, f.dirty, f.stable = f.stable, false, nil
			f.attr.Size = uint64(len(f.data))
		}
	}
}

func (f *file) child(name string) *file {
	for _, e := range f.entries {
		if e.name == name {
			return e.f
		}
	}
	return nil
}

func (m *memFS) changed(f *file) {
	f.attr.Mtime = m.tick()
	f.attr.Ctime = f.attr.Mtime
	if f.attr.Type == nfs3.TypeReg {
		f.attr.Size = uint64(len(f.data))
		f.attr.Used = f.attr.Size
	}
}

func (m *memFS) add(dir *file, name string, f *file) {
	m.cookie++
	dir.entries = append(dir.entries, entry{name, m.cookie, f})
	f.parent = dir
	m.changed(dir)
}

// drop removes a name, and the file with its last one.
func (m *memFS) drop(dir *file, name string) {
	for i, e := range dir.entries {
		if e.name != name {
			continue
		}
		dir.entries = append(dir.entries[:i:i], dir.entries[i+1:]...)
		e.f.attr.Nlink--
		e.f.attr.Ctime = m.tick()
		e.f.gone = e.f.attr.Nlink == 0 || e.f.attr.Type == nfs3.TypeDir
		m.changed(dir)
		return
	}
}

// write puts data into a file; stable data survives a restart.
func (m *memFS) write(f *file, off uint64, data []byte, how nfs3.Stable) {
	if how == nfs3.Unstable && !f.dirty {
		f.stable, f.dirty = append([]byte(nil), f.data...), true
	}
	f.data = put(f.data, off, data)
	if how != nfs3.Unstable && f.dirty {
		f.stable = put(f.stable, off, data)
	}
	m.changed(f)
}

func put(b []byte, off uint64, data []byte) []byte {
	if end := int(off) + len(data); end > len(b) {
		b = append(b, make([]byte, end-len(b))...)
	}
	copy(b[off:], data)
	return b
}

func (f *file) commit() { f.dirty, f.stable = false, nil }

// WriteFile makes or replaces a file, behind the clients' backs. The directory must exist.
func (s *Server) WriteFile(name string, data []byte) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	dir := s.find(path.Dir(name))
	require.NotNil(s.t, dir)
	f := dir.child(path.Base(name))
	if f == nil {
		f = s.fs.newFile(nfs3.TypeReg, 0644)
		s.fs.add(dir, path.Base(name), f)
	}
	f.data = append([]byte(nil), data...)
	f.commit()
	s.fs.changed(f)
}

// Mkdir makes a directory.
func (s *Server) Mkdir(name string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	dir := s.find(path.Dir(name))
	require.NotNil(s.t, dir)
	s.fs.add(dir, path.Base(name), s.fs.newFile(nfs3.TypeDir, 0755))
}

// ReadFile returns a file's content as the server has it, false if there is none.
func (s *Server) ReadFile(name string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.find(name)
	if f == nil {
		return nil, false
	}
	return append([]byte(nil), f.data...), true
}

// Names returns the names in a directory.
func (s *Server) Names(dir string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for _, e := range s.find(dir).entries {
		names = append(names, e.name)
	}
	return names
}

// Chown changes owner and mode.
func (s *Server) Chown(name string, uid, gid, mode uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.find(name)
	f.attr.UID, f.attr.GID, f.attr.Mode = uid, gid, mode
	f.attr.Ctime = s.fs.tick()
}

// MakeStale invalidates the handle that clients have of a file: a lookup gives another.
func (s *Server) MakeStale(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.find(name).epoch++
}

func (s *Server) find(name string) *file {
	f := s.fs.root
	for part := range strings.SplitSeq(path.Clean("/"+name), "/") {
		if part == "" {
			continue
		}
		if f = f.child(part); f == nil {
			return nil
		}
	}
	return f
}

// permitted checks mode bits: want is 4 read, 2 write, 1 execute.
func (f *file) permitted(uid, gid uint32, groups []uint32, want uint32) bool {
	bits := f.attr.Mode & 7
	switch {
	case uid == 0:
		return true
	case uid == f.attr.UID:
		bits = f.attr.Mode >> 6 & 7
	case gid == f.attr.GID || contains(groups, f.attr.GID):
		bits = f.attr.Mode >> 3 & 7
	}
	return bits&want == want
}

func contains(list []uint32, v uint32) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}
