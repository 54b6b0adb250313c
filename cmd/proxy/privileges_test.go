package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestInheritedListener(t *testing.T) {
	d := newDirector(t)
	l, err := net.Listen("tcp", d.addr)
	require.NoError(t, err)
	f, err := l.(*net.TCPListener).File()
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, l.Close())
	name := d.file("")
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	text = bytes.Replace(text, []byte("bind "+d.addr), []byte(`bind "fd@${fe1}"`), 1)
	require.NoError(t, os.WriteFile(name, text, 0o600))
	for _, mode := range []string{"-d", "-W"} {
		d.cmd = exec.Command(os.Args[0], "-db", mode, "-f", name)
		d.cmd.Env = append(os.Environ(), asProgram+"=1", "fe1=3")
		d.cmd.ExtraFiles = []*os.File{f}
		d.cmd.Stdout, d.cmd.Stderr = d, d
		require.NoError(t, d.cmd.Start())
		d.eventually("it serves", d.serves)
		d.signal(syscall.SIGINT)
		require.Equal(t, 130, d.wait(), mode)
	}
}

func TestPrivilegesAreDroppedAfterBinding(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give up root")
	}
	d := newDirector(t)
	jail := filepath.Join(d.dir, "jail")
	require.NoError(t, os.Mkdir(jail, 0o755))
	pidfile := filepath.Join(d.dir, "pid")
	d.start("-D", "-f", d.file("chroot "+jail+"\n  uid 65534\n  gid 65534\n  maxconn 100"), "-p", pidfile)
	require.Zero(t, d.wait(), d.output())
	pid := readPID(t, pidfile)
	t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGKILL) })
	require.True(t, d.serves())
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(t, err)
	require.Regexp(t, `(?m)^Uid:\s+65534\s+65534\s+65534\s+65534$`, string(status))
	require.Regexp(t, `(?m)^Groups:\s*$`, string(status))
	root, err := os.Readlink(fmt.Sprintf("/proc/%d/root", pid))
	require.NoError(t, err)
	require.Equal(t, jail, root)
	require.Contains(t, d.ask("stats", "show info"), "Maxconn: 100")
}

// TestProcessesHaveTheNameOfTheProgram: an operator looks for the daemon by the name by which it was started, not by that
// of the link that it is started again through.
func TestProcessesHaveTheNameOfTheProgram(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	link := filepath.Join(t.TempDir(), "director")
	require.NoError(t, os.Symlink(self, link))
	d := newDirector(t)
	d.cmd = exec.Command(link, "-W", "-db", "-f", d.file(""))
	d.cmd.Env = append(os.Environ(), asProgram+"=1")
	d.cmd.Stdout, d.cmd.Stderr = d, d
	require.NoError(t, d.cmd.Start())
	defer d.wait()
	defer d.signal(syscall.SIGTERM)
	worker := 0
	d.eventually("the worker serves", func() bool {
		_, err := fmt.Sscanf(regexp.MustCompile(`New worker \(\d+\)`).FindString(d.output()), "New worker (%d)", &worker)
		return err == nil && strings.Contains(d.output(), "Loading success.")
	})
	for _, pid := range []int{d.cmd.Process.Pid, worker} {
		comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		require.NoError(t, err)
		require.Equal(t, "director\n", string(comm))
	}
	out, _ := exec.Command("env", asProgram+"=1", link, "-c", "-f", filepath.Join(d.dir, "nothing")).CombinedOutput()
	require.Contains(t, string(out), ": path to executable is "+link+"\n")
}
