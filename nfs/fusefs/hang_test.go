package fusefs

import (
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"simulacro/nfs/rpc"
)

func logged(t *testing.T, x *mounted, line string) {
	t.Helper()
	require.Eventually(t, func() bool { return slices.Contains(x.logs(), line) }, 10*time.Second, 5*time.Millisecond, line)
}

func TestHardHangsAndRecovers(t *testing.T) {
	x := mount(t, nil)
	for _, name := range []string{"f", "g", "h"} { // one each: the kernel lets one process look a name up, the others wait for it
		x.WriteFile(name, []byte("content\n"))
	}
	x.Pause()
	// A program that handles SIGTERM: for one that does not, the signal is as fatal as SIGKILL, here as on a kernel's mount.
	shell, done := process(t, "sh", "-c", `trap : TERM; read line <"$0"; test "$line" = content`, x.path("f"))
	sleeping(t, shell.Process.Pid)
	logged(t, x, "nfs: server storage not responding, still trying")
	require.NoError(t, shell.Process.Signal(syscall.SIGTERM))
	select {
	case err := <-done:
		require.NoError(t, err, "SIGTERM ended the wait")
		t.Fatal("the read ended while the server was silent")
	case <-time.After(500 * time.Millisecond): // five times as long as the client takes to look at a signal
	}
	killed, killedDone := reader(t, x.path("g"))
	sleeping(t, killed.Process.Pid)
	require.NoError(t, killed.Process.Kill())
	within(t, 5*time.Second, "dying by SIGKILL", func() { <-killedDone })

	third, thirdDone := reader(t, x.path("h"))
	sleeping(t, third.Process.Pid)
	x.Resume()
	require.NoError(t, <-thirdDone)
	require.NoError(t, <-done)
	logged(t, x, "nfs: server storage OK")
}

func TestHardSurvivesARestart(t *testing.T) {
	x := mount(t, nil)
	x.WriteFile("f", []byte("content"))
	x.Stop()
	cat, done := reader(t, x.path("f"))
	sleeping(t, cat.Process.Pid)
	x.Restart()
	require.NoError(t, <-done)
}

func TestSoftFailsInTime(t *testing.T) {
	for name, tc := range map[string]struct {
		recovery rpc.Recovery
		errno    syscall.Errno
	}{"soft": {rpc.Soft, syscall.EIO}, "softerr": {rpc.SoftErr, syscall.ETIMEDOUT}} {
		t.Run(name, func(t *testing.T) {
			x := mount(t, func(_ *Config, r *rpc.Config) { r.Recovery, r.Timeo, r.Retrans = tc.recovery, 200*time.Millisecond, 2 })
			x.WriteFile("f", []byte("content"))
			x.Pause()
			start := time.Now()
			_, err := os.ReadFile(x.path("f"))
			took := time.Since(start)
			require.ErrorIs(t, err, tc.errno)
			require.GreaterOrEqual(t, took, 600*time.Millisecond, "timeo x (retrans+1)")
			require.Less(t, took, 5*time.Second)
			logged(t, x, "nfs: server storage not responding, timed out")
			x.Resume()
			got, err := os.ReadFile(x.path("f"))
			require.NoError(t, err)
			require.Equal(t, "content", string(got))
		})
	}
}

func TestForcedUnmountWhileHung(t *testing.T) {
	x := mount(t, nil)
	x.WriteFile("f", []byte("content"))
	x.Pause()
	cat, done := reader(t, x.path("f"))
	sleeping(t, cat.Process.Pid)
	within(t, 5*time.Second, "umount -f", func() {
		for unix.Unmount(x.dir, unix.MNT_FORCE) == unix.EBUSY { // the reader needs a moment to let go
			time.Sleep(time.Millisecond)
		}
	})
	within(t, 5*time.Second, "the reader's end", func() { require.Error(t, <-done) })
	within(t, 5*time.Second, "the daemon's end", x.wait)
}

func TestLazyUnmountWhileHung(t *testing.T) {
	x := mount(t, nil)
	x.WriteFile("f", []byte("content"))
	x.Pause()
	cat, done := reader(t, x.path("f"))
	sleeping(t, cat.Process.Pid)
	within(t, 5*time.Second, "umount -l", func() { require.NoError(t, unix.Unmount(x.dir, unix.MNT_DETACH)) })
	require.NoError(t, cat.Process.Kill())
	within(t, 5*time.Second, "the reader's end", func() { <-done })
	within(t, 5*time.Second, "the daemon's end", x.wait)
}

// TestUmountCommandOfADeadServer: umount(8) looks at the mount point first, which must not wait for the server.
func TestUmountCommandOfADeadServer(t *testing.T) {
	umount, err := exec.LookPath("umount")
	if err != nil {
		t.Skip("no umount here")
	}
	x := mount(t, func(c *Config, _ *rpc.Config) { c.RegMin, c.RegMax, c.DirMin, c.DirMax = 0, 0, 0, 0 })
	x.Stop()
	cmd := exec.Command(umount, x.dir)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill() })
	within(t, 5*time.Second, "umount", func() { require.NoError(t, cmd.Wait()) })
	within(t, 5*time.Second, "the daemon's end", x.wait)
}

func TestToldToStopWhileHung(t *testing.T) {
	x := mount(t, nil)
	x.WriteFile("f", []byte("content"))
	x.Pause()
	cat, done := reader(t, x.path("f"))
	sleeping(t, cat.Process.Pid)
	within(t, 5*time.Second, "Unmount", func() { require.NoError(t, x.m.Unmount()) })
	within(t, 5*time.Second, "the reader's end", func() { require.Error(t, <-done) })
	within(t, 5*time.Second, "the daemon's end", x.wait)
}
