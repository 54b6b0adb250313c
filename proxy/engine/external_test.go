package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simulacro/proxy/config"
	"simulacro/proxy/health"
)

// commanded is an engine with one server, which a script with that end checks.
func commanded(t *testing.T, end string) (d *director, dir string) {
	t.Helper()
	dir = t.TempDir()
	script := "#!/bin/sh\necho $$ >\"$0.new\"; mv \"$0.new\" \"$0.pid\"\n" + end + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "check"), []byte(script), 0o700))
	cfg := practical("127.0.0.1:1")
	p := cfg.Proxies[1]
	p.External = &config.External{Command: filepath.Join(dir, "check"), Path: os.Getenv("PATH")}
	s := p.Servers[0]
	s.Check, s.Inter = true, 5*time.Second
	return start(t, cfg), dir
}

func (d *director) checkedAs(s health.Status) {
	d.t.Helper()
	require.Eventually(d.t, func() bool { return d.Snapshot().Proxies[1].Servers[0].Check.Status == s }, 10*time.Second, time.Millisecond,
		"never %s", s)
}

// running gives the command's number once it has said it.
func running(t *testing.T, dir string) (pid int) {
	t.Helper()
	require.Eventually(t, func() bool {
		text, err := os.ReadFile(filepath.Join(dir, "check.pid"))
		pid, _ = strconv.Atoi(strings.TrimSpace(string(text)))
		return err == nil && pid > 0
	}, 10*time.Second, time.Millisecond)
	return pid
}

func gone(t *testing.T, pid int) {
	t.Helper()
	require.Eventually(t, func() bool { return syscall.Kill(pid, 0) == syscall.ESRCH }, 10*time.Second, time.Millisecond, "process %d is left", pid)
}

func TestACommandsEndIsTheServersState(t *testing.T) {
	for end, want := range map[string]health.Status{"exit 0": health.ProcOK, "exit 7": health.ProcErr, "kill -9 $$": health.ProcErr} {
		t.Run(end, func(t *testing.T) {
			d, _ := commanded(t, end)
			d.checkedAs(want)
		})
	}
}

// TestACommandIsEndedWithTheEngine: one that still runs is asked to end, and nothing waits for it.
func TestACommandIsEndedWithTheEngine(t *testing.T) {
	d, dir := commanded(t, "exec sleep 60")
	pid := running(t, dir)
	d.HardStop()
	gone(t, pid)
}

func TestACommandThatTakesTooLongIsEnded(t *testing.T) {
	d, dir := commanded(t, "exec sleep 60")
	pid := running(t, dir)
	d.checkedAs(health.ProcTout)
	gone(t, pid)
	require.Contains(t, d.logs.told(), fmt.Sprintf("kill %d", pid))
}

func TestACommandIsLookedForInThePath(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tool"), nil, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "text"), nil, 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder"), 0o700))
	for name, want := range map[string]string{"tool": filepath.Join(dir, "tool"), "text": "", "folder": "", "none": "", "./x": "./x"} {
		file, err := findCommand(&config.External{Command: name, Path: "/nowhere:" + dir})
		require.Equal(t, want, file, name)
		require.Equal(t, want == "", err != nil, name)
	}
}
