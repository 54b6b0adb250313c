package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"simulacro/nfs/mountd"
	"simulacro/nfs/nfs3"
	"simulacro/nfs/nfstest"
	"simulacro/nfs/options"
	"simulacro/nfs/rpc"
)

const (
	inNamespace = "MOUNT_NFS_TEST_NAMESPACE"
	asCommand   = "MOUNT_NFS_TEST_COMMAND"
)

// TestMain is the command itself when a test runs it, and else runs the tests in a mount namespace of their own.
func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	if os.Getenv(inNamespace) == "" && os.Geteuid() == 0 {
		cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
		cmd.Args[0] = os.Args[0]
		cmd.Env = append(os.Environ(), inNamespace+"=1")
		cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
		cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
		var exit *exec.ExitError
		if err := cmd.Run(); err == nil {
			os.Exit(0)
		} else if errors.As(err, &exit) {
			os.Exit(max(exit.ExitCode(), 1))
		}
	}
	os.Exit(m.Run())
}

// command returns the helper as mount(8) would start it.
func command(argv ...string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", argv...)
	// The race detector would let every process sleep a second before it exits.
	cmd.Env = append(os.Environ(), asCommand+"=1", "GORACE=atexit_sleep_ms=0")
	return cmd
}

// helper runs it and returns its exit code and what it wrote to standard error.
func helper(t *testing.T, argv ...string) (code int, stderr string) {
	t.Helper()
	cmd := command(argv...)
	var out bytes.Buffer
	cmd.Stderr = &out
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String()
}

func needFUSE(t *testing.T) {
	t.Helper()
	if os.Getenv(inNamespace) == "" {
		t.Skip("mounting needs root and a mount namespace")
	}
	f, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	if err != nil {
		t.Skip("mounting needs /dev/fuse:", err)
	}
	f.Close()
}

// fixture is a server and a mount point.
type fixture struct {
	*nfstest.Server
	dir, opts string
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	s := nfstest.Start(t)
	x := &fixture{s, t.TempDir(), fmt.Sprintf("client=fuse,retry=0,port=%s,mountport=%s", s.Port(), s.Port())}
	t.Cleanup(func() { unix.Unmount(x.dir, unix.MNT_DETACH) })
	return x
}

func (x *fixture) mountpoint() bool {
	b, _ := os.ReadFile("/proc/self/mounts")
	return strings.Contains(string(b), " "+x.dir+" fuse.nfs ")
}

// daemons returns the process ids of daemons for the fixture's directory.
func (x *fixture) daemons() (pids []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, f := range files {
		b, _ := os.ReadFile(f)
		if bytes.HasPrefix(b, []byte("mount.nfs\x00")) && bytes.Contains(b, []byte("\x00"+x.dir+"\x00")) {
			var pid int
			fmt.Sscanf(f, "/proc/%d/cmdline", &pid)
			pids = append(pids, pid)
		}
	}
	return pids
}

func (x *fixture) daemonEnds(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool { return len(x.daemons()) == 0 }, 10*time.Second, 10*time.Millisecond, "a daemon is left")
}

func TestUsage(t *testing.T) {
	for _, argv := range [][]string{{}, {"storage:/export"}, {"a:/b", "/mnt", "extra"}, {"-Q", "a:/b", "/mnt"}, {"a:/b", "/mnt", "-o"}} {
		code, stderr := helper(t, argv...)
		require.Equal(t, exitUsage, code, argv)
		require.Contains(t, stderr, "usage: mount.nfs remotetarget dir")
	}
	for _, flag := range []string{"-h", "--help", "-V", "--version"} {
		out, err := command(flag).Output()
		require.NoError(t, err)
		require.NotEmpty(t, out)
	}
}

func TestParseArgs(t *testing.T) {
	a, err := parseArgs([]string{"10.0.100.15:/export", "/mnt/web", "-sv", "-o", "rw,_netdev", "-ro", "soft", "-tnfs"})
	require.NoError(t, err)
	require.Equal(t, args{share: "10.0.100.15:/export", dir: "/mnt/web", options: []string{"rw,_netdev", "ro", "soft"}, verbose: true, sloppy: true}, a)
}

func TestFailures(t *testing.T) {
	x := newFixture(t)
	file := filepath.Join(x.dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0600))
	tests := map[string]struct {
		share, dir, opts string
		root             bool
		want             string
	}{
		"unknown option":  {"127.0.0.1:/export", x.dir, "rw,bogus=7", false, "mount.nfs: an incorrect mount option was specified: bogus=7: unknown option\n"},
		"share":           {"/export", x.dir, "", false, "mount.nfs: remote share not in 'host:dir' format\n"},
		"no mount point":  {"127.0.0.1:/export", x.dir + "/none", "", false, "mount.nfs: mount point " + x.dir + "/none does not exist\n"},
		"file":            {"127.0.0.1:/export", file, "", false, "mount.nfs: mount point " + file + " is not a directory\n"},
		"version 4":       {"127.0.0.1:/export", x.dir, "vers=4.2", false, "mount.nfs: requested NFS version or transport protocol is not supported: vers=4.2: the FUSE client speaks NFS version 3 over TCP with sec=sys\n"},
		"udp":             {"127.0.0.1:/export", x.dir, "udp", false, "mount.nfs: requested NFS version or transport protocol is not supported: proto=udp: the FUSE client speaks NFS version 3 over TCP with sec=sys\n"},
		"denied":          {"127.0.0.1:/private", x.dir, "", true, "mount.nfs: access denied by server while mounting 127.0.0.1:/private\n"},
		"no such export":  {"127.0.0.1:/nothing", x.dir, "", true, "mount.nfs: mounting 127.0.0.1:/nothing failed, reason given by server: No such file or directory\n"},
		"nobody listens":  {"127.0.0.1:/export", x.dir, "port=1,mountport=1", true, "mount.nfs: Connection refused\n"},
		"name of no host": {"nobody.invalid:/export", x.dir, "", true, "mount.nfs: Failed to resolve server nobody.invalid: Name or service not known\n"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			if tc.root {
				needFUSE(t)
			}
			code, stderr := helper(t, tc.share, tc.dir, "-o", x.opts+","+tc.opts)
			require.Equal(t, tc.want, stderr)
			require.Equal(t, exitFail, code)
			require.False(t, x.mountpoint())
		})
	}
	x.daemonEnds(t)
}

func TestMountAndUmount(t *testing.T) {
	needFUSE(t)
	x := newFixture(t)
	x.WriteFile("index.html", []byte("hello"))
	code, stderr := helper(t, "127.0.0.1:"+nfstest.Export, x.dir, "-o", "rw,_netdev,nosuid,"+x.opts)
	require.Empty(t, stderr)
	require.Equal(t, exitOK, code)
	require.True(t, x.mountpoint())
	got, err := exec.Command("cat", filepath.Join(x.dir, "index.html")).Output()
	require.NoError(t, err)
	require.Equal(t, "hello", string(got))
	mounts, err := os.ReadFile("/proc/self/mounts")
	require.NoError(t, err)
	require.Regexp(t, `127\.0\.0\.1:/export `+x.dir+` fuse\.nfs rw,nosuid,relatime`, string(mounts))
	require.Len(t, x.daemons(), 1)
	comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", x.daemons()[0]))
	require.NoError(t, err)
	require.Equal(t, "mount.nfs\n", string(comm))
	require.NoError(t, unix.Unmount(x.dir, 0))
	x.daemonEnds(t)
	require.Equal(t, 1, x.Farewells())
}

func TestMountingTwiceIsRefused(t *testing.T) {
	needFUSE(t)
	x := newFixture(t)
	for _, want := range []struct {
		code   int
		stderr string
	}{{exitOK, ""}, {exitFail, "mount.nfs: " + x.dir + " is busy or already mounted\n"}} {
		code, stderr := helper(t, "127.0.0.1:"+nfstest.Export, x.dir, "-o", x.opts)
		require.Equal(t, want.stderr, stderr)
		require.Equal(t, want.code, code)
	}
	require.Len(t, x.daemons(), 1)
}

func TestAlreadyMounted(t *testing.T) {
	const mounts = "/dev/vda / ext4 rw 0 0\n10.0.100.15:/export /mnt/web fuse.nfs rw 0 0\nstorage:/a /mnt/with\\040space fuse.nfs rw 0 0\ntmpfs /mnt/b tmpfs rw 0 0\n"
	require.True(t, alreadyMounted(mounts, "10.0.100.15:/export", "/mnt/web"))
	require.True(t, alreadyMounted(mounts, "storage:/a", "/mnt/with space"))
	require.False(t, alreadyMounted(mounts, "10.0.100.15:/other", "/mnt/web"))
	require.False(t, alreadyMounted(mounts, "10.0.100.15:/export", "/mnt/b"))
	require.False(t, alreadyMounted(mounts+"tmpfs /mnt/web tmpfs rw 0 0\n", "10.0.100.15:/export", "/mnt/web"), "hidden by another")
}

func TestRemount(t *testing.T) {
	needFUSE(t)
	x := newFixture(t)
	code, stderr := helper(t, "127.0.0.1:"+nfstest.Export, x.dir, "-o", x.opts)
	require.Equal(t, exitOK, code, stderr)
	code, stderr = helper(t, "127.0.0.1:"+nfstest.Export, x.dir, "-o", "remount,ro,"+x.opts)
	require.Equal(t, exitOK, code, stderr)
	require.ErrorIs(t, unix.Mkdir(filepath.Join(x.dir, "d"), 0700), syscall.EROFS)
}

func TestDaemonUnmountsOnSIGTERM(t *testing.T) {
	needFUSE(t)
	x := newFixture(t)
	code, _ := helper(t, "127.0.0.1:"+nfstest.Export, x.dir, "-o", x.opts)
	require.Equal(t, exitOK, code)
	x.Pause() // also when the server is silent
	require.NoError(t, syscall.Kill(x.daemons()[0], syscall.SIGTERM))
	x.daemonEnds(t)
	require.False(t, x.mountpoint())
}

func TestRetryFindsALateServer(t *testing.T) {
	needFUSE(t)
	x := newFixture(t)
	x.Stop()
	cmd := command("127.0.0.1:"+nfstest.Export, x.dir, "-o", x.opts+",retry=1")
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return len(x.daemons()) == 1 }, 5*time.Second, 5*time.Millisecond)
	x.Restart()
	require.NoError(t, cmd.Wait())
	require.True(t, x.mountpoint())
}

func TestBackground(t *testing.T) {
	needFUSE(t)
	x := newFixture(t)
	x.Stop()
	code, stderr := helper(t, "127.0.0.1:"+nfstest.Export, x.dir, "-o", x.opts+",bg,retry=1")
	require.Equal(t, exitOK, code)
	require.Equal(t, "mount.nfs: backgrounding \"127.0.0.1:/export\"\n", stderr)
	require.False(t, x.mountpoint())
	x.Restart()
	require.Eventually(t, x.mountpoint, 10*time.Second, 10*time.Millisecond)
}

func TestKilledCommandLeavesNoDaemon(t *testing.T) {
	needFUSE(t)
	x := newFixture(t)
	x.Stop()
	cmd := command("127.0.0.1:"+nfstest.Export, x.dir, "-o", x.opts+",retry=10")
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return len(x.daemons()) == 1 }, 5*time.Second, 5*time.Millisecond)
	require.NoError(t, cmd.Process.Kill())
	cmd.Wait()
	x.daemonEnds(t)
}

func TestCalledAsMountNFS4(t *testing.T) {
	x := newFixture(t)
	cmd := command("127.0.0.1:"+nfstest.Export, x.dir, "-o", x.opts)
	cmd.Args[0] = "/sbin/mount.nfs4"
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "protocol is not supported: vers=4:")
}

func TestFake(t *testing.T) {
	x := newFixture(t)
	code, stderr := helper(t, "-f", "127.0.0.1:"+nfstest.Export, x.dir, "-o", x.opts)
	require.Equal(t, exitOK, code, stderr)
	require.False(t, x.mountpoint())
}

func TestMessage(t *testing.T) {
	tests := map[string]error{
		"Connection refused":   fmt.Errorf("mount: %w", &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}),
		"Connection timed out": fmt.Errorf("mount: %w: %w", rpc.ErrMajorTimeout, syscall.ETIMEDOUT),
		"No route to host":     os.NewSyscallError("connect", syscall.EHOSTUNREACH),
		"access denied by server while mounting storage:/export":                                    rpc.AuthError(5),
		"mounting storage:/export failed, reason given by server: Not a directory":                  mountd.Status(20),
		"mounting storage:/export failed, reason given by server: Stale file handle":                nfs3.ErrStale,
		"/mnt/web is busy or already mounted":                                                       syscall.EBUSY,
		"Connection reset by peer":                                                                  io.EOF,
		"Operation not permitted":                                                                   fmt.Errorf("mount(2): %w", syscall.EPERM),
		"requested NFS version or transport protocol is not supported: RPC: program not registered": rpc.ProgUnavail,
		"remote share not in 'host:dir' format":                                                     options.ErrShare,
	}
	for want, err := range tests {
		require.Equal(t, want, message(err, "storage:/export", "/mnt/web"))
	}
}

func TestTemporary(t *testing.T) {
	for _, err := range []error{syscall.ECONNREFUSED, rpc.ErrMajorTimeout, syscall.EHOSTUNREACH, io.EOF} {
		require.True(t, temporary(err), err)
	}
	for _, err := range []error{mountd.Status(13), errNotSupported, errResolve, syscall.EPERM} {
		require.False(t, temporary(err), err)
	}
}
