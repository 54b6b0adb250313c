package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestGraceComesBeforeTheListenersEnd(t *testing.T) {
	d := newDirector(t)
	d.start("-db", "-f", d.file("grace 400ms"))
	d.eventually("it serves", d.serves)
	began := time.Now()
	d.signal(syscall.SIGUSR1)
	require.True(t, d.serves(), "within its grace it accepts")
	require.Zero(t, d.wait())
	require.GreaterOrEqual(t, time.Since(began), 400*time.Millisecond)
}

func TestTakingOverFromNobody(t *testing.T) {
	d := newDirector(t)
	d.start("-db", "-f", d.file(""), "-x", filepath.Join(d.dir, "nobody"))
	require.Equal(t, 1, d.wait())
	require.Equal(t, "[ALERT]    (N) : Failed to get the sockets from the old process!\n", plain(d.output()))
}

// Without SO_REUSEPORT the process before pauses, and goes on if the next one cannot start.
func TestTheOldProcessPausesForTheNext(t *testing.T) {
	d := newDirector(t)
	file := d.file("noreuseport")
	d.start("-db", "-f", file)
	d.eventually("it serves", d.serves)
	next := &director{t: t, dir: d.dir, addr: d.addr}
	next.start("-db", "-f", file, "-sf", fmt.Sprint(d.cmd.Process.Pid))
	require.Zero(t, d.wait())
	require.Contains(t, d.output(), "Paused frontend f.")
	next.eventually("the next one serves", next.serves)
	next.signal(syscall.SIGUSR1)
	require.Zero(t, next.wait())
}

func TestSIGHUPTellsStates(t *testing.T) {
	d := newDirector(t)
	d.start("-db", "-f", d.file(""))
	d.eventually("it serves", d.serves)
	d.signal(syscall.SIGHUP)
	d.eventually("states are told", func() bool { return strings.Contains(d.output(), "Proxy b has") })
	require.Regexp(t, `(?s)^\[WARNING\]  \(N\) : SIGHUP received, dumping servers states.
\[WARNING\]  \(N\) : SIGHUP: Proxy f has no servers. Conn: act\(FE\+BE\): \d\+0, 0 pend \(0 unass\), tot\(FE\+BE\): \d\+0.
\[WARNING\]  \(N\) : SIGHUP: Server b/s is UP. Conn: \d act, 0 pend, \d tot.
\[WARNING\]  \(N\) : SIGHUP: Proxy b has 1 active servers and 0 backup servers available. Conn: act\(FE\+BE\): 0\+\d, 0 pend \(0 unass\), tot\(FE\+BE\): 0\+\d.
$`, plain(d.output()))
	d.signal(syscall.SIGUSR1)
	require.Zero(t, d.wait())
}
