package fusefs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"simulacro/nfs/nfs3"
	"simulacro/nfs/nfstest"
	"simulacro/nfs/rpc"
)

func TestFiles(t *testing.T) {
	x := mount(t, nil)
	big := bytes.Repeat([]byte("0123456789abcdef"), 40<<10) // 640 KiB: many READs and WRITEs
	require.NoError(t, os.WriteFile(x.path("big"), big, 0640))
	got, err := os.ReadFile(x.path("big"))
	require.NoError(t, err)
	require.True(t, bytes.Equal(big, got))
	onServer, _ := x.ReadFile("big")
	require.True(t, bytes.Equal(big, onServer))

	info, err := os.Stat(x.path("big"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0640), info.Mode())
	require.Equal(t, int64(len(big)), info.Size())
	require.NoError(t, os.Truncate(x.path("big"), 5))
	require.NoError(t, os.Chmod(x.path("big"), 0600))
	require.NoError(t, os.Chtimes(x.path("big"), time.Unix(5, 0), time.Unix(7, 0)))
	info, err = os.Stat(x.path("big"))
	require.NoError(t, err)
	require.Equal(t, int64(5), info.Size())
	require.Equal(t, time.Unix(7, 0), info.ModTime())

	_, err = os.OpenFile(x.path("big"), os.O_CREATE|os.O_EXCL, 0600)
	require.ErrorIs(t, err, os.ErrExist)
	f, err := os.OpenFile(x.path("new"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0604)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	info, err = os.Stat(x.path("new"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0604), info.Mode())
	_, err = os.ReadFile(x.path("missing"))
	require.ErrorIs(t, err, os.ErrNotExist)
	var st unix.Statfs_t
	require.NoError(t, unix.Statfs(x.dir, &st))
	require.Equal(t, uint64(1<<30), st.Blocks*uint64(st.Bsize))
}

func TestNames(t *testing.T) {
	x := mount(t, nil)
	require.NoError(t, os.Mkdir(x.path("d"), 0750))
	require.NoError(t, os.WriteFile(x.path("d/a"), []byte("a"), 0644))
	require.NoError(t, os.Rename(x.path("d/a"), x.path("b")))
	require.NoError(t, os.Symlink("b", x.path("l")))
	require.NoError(t, os.Link(x.path("b"), x.path("h")))
	got, err := os.ReadFile(x.path("l"))
	require.NoError(t, err)
	require.Equal(t, "a", string(got))
	require.NoError(t, os.Remove(x.path("b")))
	require.ElementsMatch(t, []string{"probe", "d", "l", "h"}, x.Names("/"))
	require.NoError(t, os.WriteFile(x.path("d/c"), nil, 0644))
	require.ErrorIs(t, unix.Rmdir(x.path("d")), syscall.ENOTEMPTY)
	require.NoError(t, os.Remove(x.path("d/c")))
	require.NoError(t, os.Remove(x.path("d")))
	require.NoError(t, unix.Mknod(x.path("plain"), unix.S_IFREG|0600, 0))
	require.ErrorIs(t, unix.Mknod(x.path("fifo"), unix.S_IFIFO|0600, 0), syscall.EOPNOTSUPP)
	require.ErrorIs(t, unix.Renameat2(unix.AT_FDCWD, x.path("h"), unix.AT_FDCWD, x.path("l"), unix.RENAME_EXCHANGE), syscall.EINVAL)
}

func TestReaddirPages(t *testing.T) {
	x := mount(t, nil)
	x.Mkdir("many")
	want := map[string]bool{}
	for i := range 1500 {
		name := fmt.Sprintf("file-with-a-longer-name-%04d", i)
		want[name] = true
		x.WriteFile("many/"+name, nil)
	}
	d, err := os.Open(x.path("many"))
	require.NoError(t, err)
	defer d.Close()
	for range 2 { // the second time after a rewind
		names, err := d.Readdirnames(-1)
		require.NoError(t, err)
		require.Len(t, names, len(want))
		for _, n := range names {
			require.True(t, want[n], n)
		}
		_, err = d.Seek(0, io.SeekStart)
		require.NoError(t, err)
	}
	require.Greater(t, x.Count(nfs3.ProcReaddirPlus), 5)
}

func TestReaddirGoesOnAfterServerForgotTheCookie(t *testing.T) {
	x := mount(t, nil)
	x.Mkdir("many")
	for i := range 600 {
		x.WriteFile(fmt.Sprintf("many/%0100d", i), nil)
	}
	d, err := os.Open(x.path("many"))
	require.NoError(t, err)
	defer d.Close()
	first, err := d.Readdirnames(10)
	require.NoError(t, err)
	x.Restart() // another cookie verifier
	rest, err := d.Readdirnames(-1)
	require.NoError(t, err)
	require.Len(t, append(first, rest...), 600)
}

func TestCloseToOpen(t *testing.T) {
	x := mount(t, nil)
	x.WriteFile("f", []byte("old"))
	for range 3 {
		got, err := os.ReadFile(x.path("f"))
		require.NoError(t, err)
		require.Equal(t, "old", string(got))
	}
	require.Equal(t, 1, x.Count(nfs3.ProcRead), "unchanged pages stay")
	x.WriteFile("f", []byte("newer")) // by another client; our attributes are good for a minute
	got, err := os.ReadFile(x.path("f"))
	require.NoError(t, err)
	require.Equal(t, "newer", string(got))
	info, err := os.Stat(x.path("f"))
	require.NoError(t, err)
	require.Equal(t, int64(5), info.Size())
}

func TestOwnWritesKeepPages(t *testing.T) {
	x := mount(t, nil)
	require.NoError(t, os.WriteFile(x.path("f"), []byte("mine"), 0644))
	before := x.Count(nfs3.ProcRead)
	got, err := os.ReadFile(x.path("f"))
	require.NoError(t, err)
	require.Equal(t, "mine", string(got))
	require.LessOrEqual(t, x.Count(nfs3.ProcRead)-before, 1)
	f, err := os.OpenFile(x.path("f"), os.O_RDWR, 0)
	require.NoError(t, err)
	defer f.Close()
	_, err = f.WriteAt([]byte("MI"), 0)
	require.NoError(t, err)
	got, err = os.ReadFile(x.path("f"))
	require.NoError(t, err)
	require.Equal(t, "MIne", string(got))
}

func TestAttributesAreCached(t *testing.T) {
	stats := func(x *mounted) int {
		x.WriteFile("f", nil)
		before := x.Count(nfs3.ProcGetAttr) + x.Count(nfs3.ProcLookup)
		for range 5 {
			_, err := os.Stat(x.path("f"))
			require.NoError(t, err)
		}
		return x.Count(nfs3.ProcGetAttr) + x.Count(nfs3.ProcLookup) - before
	}
	require.Equal(t, 1, stats(mount(t, nil)))
	noac := mount(t, func(c *Config, _ *rpc.Config) { c.RegMin, c.RegMax, c.DirMin, c.DirMax = 0, 0, 0, 0 })
	require.GreaterOrEqual(t, stats(noac), 5)
}

func TestRestartedServerGetsUncommittedDataAgain(t *testing.T) {
	x := mount(t, nil)
	f, err := os.Create(x.path("f"))
	require.NoError(t, err)
	_, err = f.Write([]byte("one "))
	require.NoError(t, err)
	x.Restart()
	lost, _ := x.ReadFile("f")
	require.Empty(t, lost, "the server must have lost it, else this shows nothing")
	_, err = f.Write([]byte("two"))
	require.NoError(t, err)
	require.NoError(t, f.Close())
	got, _ := x.ReadFile("f")
	require.Equal(t, "one two", string(got))
	x.Restart()
	got, _ = x.ReadFile("f")
	require.Equal(t, "one two", string(got), "stable after close")
}

func TestTruncateComesAfterUncommittedData(t *testing.T) {
	x := mount(t, nil)
	f, err := os.Create(x.path("f"))
	require.NoError(t, err)
	_, err = f.Write([]byte("abcdef"))
	require.NoError(t, err)
	x.Restart()
	require.NoError(t, f.Truncate(3))
	require.NoError(t, f.Close())
	got, _ := x.ReadFile("f")
	require.Equal(t, "abc", string(got))
}

func TestUncommittedDataIsBounded(t *testing.T) {
	x := mount(t, nil)
	f, err := os.Create(x.path("f"))
	require.NoError(t, err)
	block := bytes.Repeat([]byte("x"), 1<<20)
	for range maxUncommitted>>20 + 1 {
		_, err = f.Write(block)
		require.NoError(t, err)
	}
	require.Equal(t, 1, x.Count(nfs3.ProcCommit), "committed on the way")
	require.NoError(t, f.Close())
	require.Equal(t, 2, x.Count(nfs3.ProcCommit))
}

func TestRefusedCommitIsClosesError(t *testing.T) {
	x := mount(t, nil)
	f, err := os.Create(x.path("f"))
	require.NoError(t, err)
	_, err = f.Write([]byte("data"))
	require.NoError(t, err)
	x.Intercept(func(c nfstest.Call) nfstest.Action {
		if c.Proc.Number == nfs3.ProcCommit {
			return nfstest.Action{Status: nfs3.ErrNoSpc}
		}
		return nfstest.Action{}
	})
	require.ErrorIs(t, f.Close(), syscall.ENOSPC)
}

func TestRemovedWhileOpen(t *testing.T) {
	x := mount(t, nil)
	require.NoError(t, os.WriteFile(x.path("f"), []byte("still here"), 0644))
	f, err := os.Open(x.path("f"))
	require.NoError(t, err)
	require.NoError(t, os.Remove(x.path("f")))
	_, err = os.Stat(x.path("f"))
	require.ErrorIs(t, err, os.ErrNotExist)
	names := strings.Join(x.Names("/"), " ")
	require.Contains(t, names, ".nfs")
	got, err := io.ReadAll(f)
	require.NoError(t, err)
	require.Equal(t, "still here", string(got))
	require.NoError(t, f.Close())
	require.Eventually(t, func() bool { return len(x.Names("/")) == 1 }, 5*time.Second, 5*time.Millisecond, "removed at the last close")
}

func TestReplacedWhileOpen(t *testing.T) {
	x := mount(t, nil)
	x.WriteFile("f", []byte("old"))
	x.WriteFile("g", []byte("new"))
	f, err := os.Open(x.path("f"))
	require.NoError(t, err)
	require.NoError(t, os.Rename(x.path("g"), x.path("f")))
	got, err := io.ReadAll(f)
	require.NoError(t, err)
	require.Equal(t, "old", string(got))
	require.NoError(t, f.Close())
	now, err := os.ReadFile(x.path("f"))
	require.NoError(t, err)
	require.Equal(t, "new", string(now))
}

func TestStaleHandleIsLookedUpAgain(t *testing.T) {
	x := mount(t, nil)
	x.WriteFile("f", []byte("content"))
	_, err := os.ReadFile(x.path("f"))
	require.NoError(t, err)
	x.MakeStale("f")
	got, err := os.ReadFile(x.path("f"))
	require.NoError(t, err)
	require.Equal(t, "content", string(got))
}

func TestCallersGroupsReachTheServer(t *testing.T) {
	x := mount(t, nil)
	x.WriteFile("f", []byte("for group 1234"))
	x.Chown("f", 1, 1234, 0640)
	run := func(groups ...uint32) error {
		cmd := exec.Command("cat", x.path("f"))
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 4848, Gid: 4848, Groups: groups}}
		return cmd.Run()
	}
	require.NoError(t, run(5, 1234))
	var seen bool
	for _, c := range x.Calls() {
		seen = seen || c.Cred != nil && c.Cred.UID == 4848 && len(c.Cred.Groups) == 2
	}
	require.True(t, seen)
	require.Error(t, run(5))
}

func TestReadOnly(t *testing.T) {
	x := mount(t, func(c *Config, _ *rpc.Config) { c.Flags = unix.MS_RDONLY })
	require.ErrorIs(t, os.WriteFile(x.path("f"), nil, 0644), syscall.EROFS)
}

func TestBadRepliesAreErrorsAndLogged(t *testing.T) {
	x := mount(t, nil)
	x.WriteFile("f", []byte("content"))
	x.Intercept(func(c nfstest.Call) nfstest.Action {
		if c.Proc.Number != nfs3.ProcRead && c.Proc.Number != nfs3.ProcReaddirPlus {
			return nfstest.Action{}
		}
		return nfstest.Action{Edit: func(b []byte) []byte { b[35] = 9; return b }}
	})
	_, err := os.ReadFile(x.path("f"))
	require.ErrorIs(t, err, syscall.EIO)
	_, err = os.ReadDir(x.dir)
	require.ErrorIs(t, err, syscall.EIO)
	require.Contains(t, strings.Join(x.logs(), "\n"), "nfs: server of storage:/export: bad NFS reply to procedure 6: xdr: at byte")
	x.Intercept(nil)
	_, err = os.ReadFile(x.path("f"))
	require.NoError(t, err)
	var path *os.PathError
	require.False(t, errors.As(err, &path))
}
