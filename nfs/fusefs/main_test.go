package fusefs

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"simulacro/nfs/nfs3"
	"simulacro/nfs/nfstest"
	"simulacro/nfs/rpc"
)

const inNamespace = "FUSEFS_TEST_NAMESPACE"

// TestMain runs the tests in a mount namespace of their own, so that no mount is seen outside or outlives them.
func TestMain(m *testing.M) {
	if os.Getenv(inNamespace) == "" && os.Geteuid() == 0 {
		cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
		cmd.Args[0] = os.Args[0]
		cmd.Env = append(os.Environ(), inNamespace+"=1")
		cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
		cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
		err := cmd.Run()
		var exit *exec.ExitError
		if err == nil {
			os.Exit(0)
		}
		if errors.As(err, &exit) {
			os.Exit(max(exit.ExitCode(), 1))
		}
		// Not allowed to make a namespace: run here; the tests that mount say why they skip.
	}
	goleak.VerifyTestMain(m)
}

// needFUSE skips a test that cannot mount here.
func needFUSE(t *testing.T) {
	t.Helper()
	switch {
	case os.Geteuid() != 0:
		t.Skip("mounting needs root")
	case os.Getenv(inNamespace) == "":
		t.Skip("mounting needs a mount namespace (CAP_SYS_ADMIN)")
	}
	f, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	if err != nil {
		t.Skip("mounting needs /dev/fuse:", err)
	}
	f.Close()
}

// mounted is a mounted test server.
type mounted struct {
	*nfstest.Server
	dir  string
	m    *Mount
	rpc  *rpc.Client
	wait func() // until the file system is gone

	mu    sync.Mutex
	lines []string
}

func (m *mounted) path(name string) string { return filepath.Join(m.dir, name) }

func (m *mounted) log(line string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lines = append(m.lines, line)
}

func (m *mounted) logs() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.lines...)
}

// mount starts a server and mounts it. The configuration may be changed before.
func mount(t *testing.T, change func(*Config, *rpc.Config)) *mounted {
	t.Helper()
	needFUSE(t)
	x := &mounted{Server: nfstest.Start(t)}
	x.WriteFile("probe", nil)
	x.dir = tempDir(t)
	transport := rpc.Config{Addr: x.Addr(), Server: "storage", Timeo: 200 * time.Millisecond, Retrans: 1, Log: x.log}
	cfg := Config{Dir: x.dir, Share: "storage:/export", Root: x.Root(), RSize: 64 << 10, WSize: 64 << 10, LookupCache: "all",
		RegMin: time.Minute, RegMax: time.Minute, DirMin: time.Minute, DirMax: time.Minute, Log: x.log}
	if change != nil {
		change(&cfg, &transport)
	}
	x.rpc = rpc.NewClient(transport)
	t.Cleanup(x.rpc.Close)
	cfg.Transport = x.rpc
	var err error
	cfg.RootAttr, err = nfs3.NewClient(x.rpc, nil).GetAttr(rpc.Caller{Cred: &rpc.Cred{}}, cfg.Root)
	require.NoError(t, err)
	x.m, err = New(cfg)
	require.NoError(t, err)
	x.wait = sync.OnceFunc(x.m.Wait)
	t.Cleanup(func() {
		x.m.Unmount()
		within(t, 10*time.Second, "the mount's end", x.wait)
	})
	noPoll(t, x.path("probe"))
	return x
}

// tempDir is a directory that other users can reach, unlike t.TempDir.
func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "fusefs")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0755))
	t.Cleanup(func() { os.Remove(dir) })
	return dir
}

// noPoll makes the kernel learn that the file system does not poll. Else package os, which polls what it opens without giving
// up its processor, could wait for a reply that this very process has to give.
func noPoll(t *testing.T, name string) {
	t.Helper()
	fd, err := unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	require.NoError(t, err)
	unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
	unix.Close(fd)
}

// within fails the test if f takes longer than limit.
func within(t *testing.T, limit time.Duration, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(limit):
		t.Errorf("%s took longer than %v", what, limit)
	}
}

// reader starts cat in a process of its own, which a test can kill.
func reader(t *testing.T, name string) (cmd *exec.Cmd, done <-chan error) {
	t.Helper()
	return process(t, "cat", name)
}

func process(t *testing.T, argv ...string) (cmd *exec.Cmd, done <-chan error) {
	t.Helper()
	cmd = exec.Command(argv[0], argv[1:]...)
	require.NoError(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() { cmd.Process.Kill() })
	return cmd, ended
}

// sleeping waits until a process waits for the file system.
func sleeping(t *testing.T, pid int) {
	t.Helper()
	require.Eventually(t, func() bool {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/wchan", pid))
		return err == nil && (string(b) == "request_wait_answer" || strings.Contains(string(b), "fuse"))
	}, 5*time.Second, 5*time.Millisecond)
}
