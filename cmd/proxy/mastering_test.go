package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMasterTellsSystemdAndEnds(t *testing.T) {
	d := newDirector(t)
	notify, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(d.dir, "notify"), Net: "unixgram"})
	require.NoError(t, err)
	defer notify.Close()
	d.start("-Ws", "-f", d.file("daemon"), "-p", filepath.Join(d.dir, "pid"), "-S", filepath.Join(d.dir, "master"))
	message := make([]byte, 200)
	told := func() string {
		require.NoError(t, notify.SetReadDeadline(time.Now().Add(10*time.Second)))
		n, err := notify.Read(message)
		require.NoError(t, err, d.output())
		return string(message[:n])
	}
	require.Equal(t, "RELOADING=1", told())
	require.Equal(t, fmt.Sprintf("READY=1\nMAINPID=%d\nSTATUS=Ready.", d.cmd.Process.Pid), told())
	require.Equal(t, d.cmd.Process.Pid, readPID(t, filepath.Join(d.dir, "pid")))
	require.True(t, d.serves())
	require.Contains(t, d.ask("master", "@1 show info"), "Name: HAProxy")
	require.Contains(t, d.ask("master", "@!1 show info"), "Can't find the target PID matching the prefix '@!1'")
	require.Contains(t, d.ask("master", "show proc"), "0 [failed: 0]")
	require.Equal(t, "master> ", d.ask("master", "prompt"))
	d.signal(syscall.SIGTERM)
	require.Equal(t, "STOPPING=1", told())
	require.Zero(t, d.wait())
	require.Equal(t, "[NOTICE]   (N) : New worker (N) forked\n[NOTICE]   (N) : Loading success.\n"+
		"[WARNING]  (N) : Exiting Master process...\n[ALERT]    (N) : Current worker (N) exited with code (N) (Terminated)\n"+
		"[WARNING]  (N) : All workers exited. Exiting... (0)\n", strings.Replace(plain(d.output()), "code 143", "code (N)", 1))
}

func TestMasterEndsWithItsWorker(t *testing.T) {
	d := newDirector(t)
	d.start("-W", "-db", "-f", d.file(""), "-S", filepath.Join(d.dir, "master"))
	d.eventually("it serves", d.serves)
	require.NoError(t, syscall.Kill(d.worker(), syscall.SIGKILL))
	require.Equal(t, 137, d.wait())
	require.Contains(t, plain(d.output()), "exited with code 137 (Killed)\n[ALERT]    (N) : exit-on-failure: killing every processes with SIGTERM\n")
}

// worker is the current worker's number, by the master's own account.
func (d *director) worker() int {
	_, rest, _ := strings.Cut(d.ask("master", "show proc"), "# workers\n")
	pid, err := strconv.Atoi(strings.Fields(rest + " x")[0])
	require.NoError(d.t, err)
	return pid
}

func TestWorkersEndWithTheirMaster(t *testing.T) {
	d := newDirector(t)
	d.start("-W", "-db", "-f", d.file(""), "-S", filepath.Join(d.dir, "master"))
	d.eventually("it serves", d.serves)
	worker := d.worker()
	d.signal(syscall.SIGKILL)
	d.wait()
	d.eventually("the worker ends", func() bool { return ended(worker) })
}

func TestReloadLosesNoRequest(t *testing.T) {
	d := newDirector(t)
	file := d.file("")
	d.start("-W", "-db", "-f", file, "-S", filepath.Join(d.dir, "master"))
	d.eventually("it serves", d.serves)
	var stop atomic.Bool
	var served, lost atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for !stop.Load() {
				if d.serves() {
					served.Add(1)
				} else {
					lost.Add(1)
				}
			}
		}()
	}
	for n := 1; n <= 3; n++ {
		before := served.Load()
		d.eventually("requests flow", func() bool { return served.Load() > before+20 })
		d.signal(syscall.SIGUSR2)
		d.eventually("a reload", func() bool { return strings.Contains(d.ask("master", "show proc"), fmt.Sprintf("%d [failed: 0]", n)) })
	}
	stop.Store(true)
	wg.Wait()
	require.Zero(t, lost.Load(), "of %d", served.Load())

	require.NoError(t, os.WriteFile(file, []byte("nonsense\n"), 0o600))
	d.signal(syscall.SIGUSR2)
	d.eventually("a failed reload", func() bool { return strings.Contains(d.ask("master", "show proc"), "4 [failed: 1]") })
	d.eventually("its message", func() bool { return strings.Contains(d.output(), "Loading failure!") })
	require.True(t, d.serves(), "the worker before goes on")
	require.Equal(t, "master[ReloadFailed]> ", d.ask("master", "prompt"))
	d.signal(syscall.SIGINT)
	require.Equal(t, 130, d.wait())
}
