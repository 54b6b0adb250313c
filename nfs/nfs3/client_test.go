package nfs3_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"simulacro/nfs/nfs3"
	"simulacro/nfs/nfstest"
	"simulacro/nfs/rpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var root = rpc.Caller{Cred: &rpc.Cred{}}

func start(t *testing.T) (*nfstest.Server, *nfs3.Client) {
	t.Helper()
	s := nfstest.Start(t)
	c := rpc.NewClient(rpc.Config{Addr: s.Addr(), Timeo: 5 * time.Second})
	t.Cleanup(c.Close)
	return s, nfs3.NewClient(c, nil)
}

func TestProcedures(t *testing.T) {
	s, c := start(t)
	mode := uint32(0640)
	h, a, err := c.Create(root, s.Root(), "a", nfs3.Guarded, nfs3.SetAttr{Mode: &mode}, 0)
	require.NoError(t, err)
	require.Equal(t, mode, a.Mode)
	_, _, err = c.Create(root, s.Root(), "a", nfs3.Guarded, nfs3.SetAttr{}, 0)
	require.ErrorIs(t, err, nfs3.ErrExist)

	w, err := c.Write(root, h, 0, []byte("hello"), nfs3.Unstable)
	require.NoError(t, err)
	require.Equal(t, uint32(5), w.Count)
	require.True(t, w.Wcc.Before.Equal(a.Wcc()))
	_, verifier, err := c.Commit(root, h)
	require.NoError(t, err)
	require.Equal(t, w.Verifier, verifier)
	r, err := c.Read(root, h, 1, 100)
	require.NoError(t, err)
	require.Equal(t, "ello", string(r.Data))
	require.True(t, r.EOF)

	size := uint64(2)
	wcc, err := c.SetAttr(root, h, nfs3.SetAttr{Size: &size, Mtime: nfs3.SetTime{Time: time.Unix(99, 5)}})
	require.NoError(t, err)
	require.Equal(t, size, wcc.After.Size)
	require.Equal(t, time.Unix(99, 5), wcc.After.Mtime)

	dir, a, err := c.Mkdir(root, s.Root(), "d", nfs3.SetAttr{})
	require.NoError(t, err)
	require.Equal(t, uint32(syscall.S_IFDIR|0644), a.StatMode())
	require.NoError(t, c.Rename(root, s.Root(), "a", dir, "b"))
	_, err = c.Link(root, h, s.Root(), "again")
	require.NoError(t, err)
	require.ErrorIs(t, c.Rmdir(root, s.Root(), "d"), nfs3.ErrNotEmpty)
	require.NoError(t, c.Remove(root, dir, "b"))
	require.NoError(t, c.Rmdir(root, s.Root(), "d"))
	l, _, err := c.Symlink(root, s.Root(), "l", "again", nfs3.SetAttr{})
	require.NoError(t, err)
	text, err := c.Readlink(root, l)
	require.NoError(t, err)
	require.Equal(t, "again", text)
	found, _, err := c.Lookup(root, s.Root(), "again")
	require.NoError(t, err)
	require.Equal(t, h, found)
	bits, _, err := c.Access(root, h, nfs3.AccessRead|nfs3.AccessExtend)
	require.NoError(t, err)
	require.Equal(t, nfs3.AccessRead|nfs3.AccessExtend, bits)
	st, err := c.FSStat(root, s.Root())
	require.NoError(t, err)
	require.Equal(t, uint64(1<<30), st.Total)
	info, err := c.FSInfo(root, s.Root())
	require.NoError(t, err)
	require.Equal(t, uint32(64<<10), info.ReadMax)
}

func TestExclusiveCreateMayBeSentAgain(t *testing.T) {
	s, c := start(t)
	first, _, err := c.Create(root, s.Root(), "x", nfs3.Exclusive, nfs3.SetAttr{}, 77)
	require.NoError(t, err)
	again, _, err := c.Create(root, s.Root(), "x", nfs3.Exclusive, nfs3.SetAttr{}, 77)
	require.NoError(t, err)
	require.Equal(t, first, again)
	_, _, err = c.Create(root, s.Root(), "x", nfs3.Exclusive, nfs3.SetAttr{}, 78)
	require.ErrorIs(t, err, nfs3.ErrExist)
}

func TestReaddirPlusPages(t *testing.T) {
	s, c := start(t)
	for i := range 300 {
		s.WriteFile(fmt.Sprintf("file%03d", i), nil)
	}
	seen := map[string]bool{}
	var page nfs3.Page
	var cookie uint64
	pages := 0
	for !page.EOF {
		var err error
		page, err = c.ReaddirPlus(root, s.Root(), cookie, page.Verifier, 4096)
		require.NoError(t, err)
		for _, e := range page.Entries {
			require.False(t, seen[e.Name], e.Name)
			seen[e.Name] = true
			cookie = e.Cookie
			require.NotEmpty(t, e.Handle)
		}
		pages++
	}
	require.Len(t, seen, 300)
	require.Greater(t, pages, 5)
}

func TestJukeboxIsTriedAgain(t *testing.T) {
	s, c := start(t)
	s.Intercept(func(x nfstest.Call) nfstest.Action {
		if x.Count < 3 {
			return nfstest.Action{Status: nfs3.ErrJukebox}
		}
		return nfstest.Action{}
	})
	_, err := c.GetAttr(root, s.Root())
	require.NoError(t, err)
	require.Equal(t, 3, s.Count(nfs3.ProcGetAttr))
}

func TestJukeboxPauseEndsWithTheCaller(t *testing.T) {
	s, c := start(t)
	s.Intercept(func(nfstest.Call) nfstest.Action { return nfstest.Action{Status: nfs3.ErrJukebox} })
	interrupt := make(chan struct{})
	done := make(chan error, 1)
	go func() {
		_, err := c.GetAttr(rpc.Caller{Interrupt: interrupt}, s.Root())
		done <- err
	}()
	require.Eventually(t, func() bool { return s.Count(nfs3.ProcGetAttr) > 0 }, 5*time.Second, time.Millisecond)
	close(interrupt)
	require.ErrorIs(t, <-done, rpc.ErrKilled)
}

func TestStaleHandle(t *testing.T) {
	s, c := start(t)
	s.WriteFile("f", []byte("x"))
	h, _, err := c.Lookup(root, s.Root(), "f")
	require.NoError(t, err)
	s.MakeStale("f")
	_, err = c.GetAttr(root, h)
	require.ErrorIs(t, err, nfs3.ErrStale)
	require.Equal(t, syscall.ESTALE, nfs3.Errno(err))
	fresh, _, err := c.Lookup(root, s.Root(), "f")
	require.NoError(t, err)
	require.NotEqual(t, h, fresh)
}

// TestBadResults cuts and bends the results of well-formed RPC replies, whose header is 28 bytes with the record mark.
func TestBadResults(t *testing.T) {
	s, c := start(t)
	s.WriteFile("f", []byte("content"))
	h, _, err := c.Lookup(root, s.Root(), "f")
	require.NoError(t, err)
	cut := func(n int) func([]byte) []byte {
		return func(b []byte) []byte {
			b = b[:len(b)-n]
			b[2], b[3] = byte((len(b)-4)>>8), byte(len(b)-4)
			return b
		}
	}
	poke := func(at int, v byte) func([]byte) []byte {
		return func(b []byte) []byte { b[at] = v; return b }
	}
	getattr := func() error { _, err := c.GetAttr(root, h); return err }
	read := func() error { _, err := c.Read(root, h, 0, 100); return err }
	look := func() error { _, _, err := c.Lookup(root, s.Root(), "f"); return err }
	list := func() error { _, err := c.ReaddirPlus(root, s.Root(), 0, 0, 4096); return err }
	write := func() error { _, err := c.Write(root, h, 0, []byte("content"), nfs3.FileSync); return err }
	tests := map[string]struct {
		edit func([]byte) []byte
		call func() error
		text string
	}{
		"attributes cut short":  {cut(8), getattr, "procedure 1: xdr: at byte 104 of 104: message too short: 4 bytes wanted, 0 left"},
		"status missing":        {cut(88), getattr, "procedure 1: xdr: at byte 24 of 24: message too short"},
		"impossible file type":  {poke(35, 9), getattr, "file type 9"},
		"handle too long":       {poke(34, 0xff), look, "item longer than its limit: 65292 bytes, at most 64"},
		"more data than asked":  {poke(28+4+4+84+4+4+2, 0x7f), read, "item longer than its limit"},
		"count without data":    {poke(28+4+4+84+3, 1), read, "READ's count is 1, its data 7 bytes"},
		"boolean 7":             {poke(35, 7), read, "boolean is neither 0 nor 1: 7"},
		"entry name with slash": {poke(28+4+4+84+8+4+8+4, '/'), list, `impossible name: "/"`},
		"wrote more than sent":  {poke(28+4+4+24+4+84+3, 200), write, "WRITE's count is 200 of 7 bytes"},
		"wrote nothing":         {poke(28+4+4+24+4+84+3, 0), write, "WRITE's count is 0 of 7 bytes"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			s.Intercept(func(nfstest.Call) nfstest.Action { return nfstest.Action{Edit: tc.edit} })
			err := tc.call()
			require.ErrorIs(t, err, nfs3.ErrBadReply)
			require.ErrorContains(t, err, tc.text)
			require.Equal(t, syscall.EIO, nfs3.Errno(err))
			s.Intercept(nil)
			require.NoError(t, tc.call(), "the next call is served")
		})
	}
}

func TestErrno(t *testing.T) {
	for err, want := range map[error]syscall.Errno{
		nil: 0, nfs3.ErrNoEnt: syscall.ENOENT, nfs3.ErrBadHandle: syscall.ESTALE, nfs3.Status(4711): syscall.EIO,
		rpc.ErrKilled: syscall.EINTR, rpc.ErrClosed: syscall.ENOTCONN, rpc.AuthError(5): syscall.EACCES, rpc.GarbageArgs: syscall.EIO,
		fmt.Errorf("%w: %w", rpc.ErrMajorTimeout, syscall.ETIMEDOUT): syscall.ETIMEDOUT,
	} {
		require.Equal(t, want, nfs3.Errno(err), "%v", err)
	}
}
