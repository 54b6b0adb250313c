package main

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// info gives a figure of `show info`.
func (d *director) info(name string) string {
	for _, line := range strings.Split(d.ask("stats", "show info"), "\n") {
		if v, ok := strings.CutPrefix(line, name+": "); ok {
			return v
		}
	}
	return ""
}

func TestDescriptorLimits(t *testing.T) {
	var l syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l))
	for _, c := range []struct {
		global, ulimit, said string // ulimit "": it does not start
	}{
		{"ulimit-n 500", "500", ""},
		{"fd-hard-limit 400", "", ""}, // as many as the derived maxconn needs: see below
		{"fd-hard-limit 300\n  maxconn 1000", "", "Cannot raise FD limit to {2022}, limit is 300."},
		{"ulimit-n 500\n  fd-hard-limit 400", "", "Cannot raise FD limit to 500, limit is 400."},
		{"fd-hard-limit 400\n  maxconn 50", "{122}", ""},
		{"maxpipes 100\n  maxconn 50", "{322}", ""},
		{"nosplice\n  maxconn 50", "{122}", ""},
	} {
		c.ulimit, c.said = withThreads(c.ulimit), withThreads(c.said)
		t.Run(strings.ReplaceAll(c.global, "\n  ", " and "), func(t *testing.T) {
			d := newDirector(t)
			d.start("-db", "-f", d.file(c.global))
			if c.said != "" {
				require.Equal(t, 1, d.wait())
				require.Contains(t, d.output(), c.said)
				return
			}
			d.eventually("it serves", d.serves)
			if c.ulimit != "" {
				require.Equal(t, c.ulimit, d.info("Ulimit-n"))
			} else {
				require.LessOrEqual(t, atoi(t, d.info("Maxsock")), 400)
				require.Greater(t, atoi(t, d.info("Maxconn")), 150)
			}
			var have syscall.Rlimit
			require.NoError(t, prlimit(d.cmd.Process.Pid, &have))
			require.GreaterOrEqual(t, have.Cur, min(l.Cur, have.Max), "what it had is not given back")
		})
	}
}

// withThreads adds the machine's three descriptors a thread to the number in braces.
func withThreads(text string) string {
	before, rest, ok := strings.Cut(text, "{")
	number, after, _ := strings.Cut(rest, "}")
	var n int
	if _, err := fmt.Sscan(number, &n); !ok || err != nil {
		return text
	}
	return fmt.Sprint(before, n+3*runtime.NumCPU(), after)
}

func atoi(t *testing.T, s string) (n int) {
	t.Helper()
	_, err := fmt.Sscan(s, &n)
	require.NoError(t, err, s)
	return n
}

// prlimit reads another process's limit of descriptors.
func prlimit(pid int, l *syscall.Rlimit) error {
	var have unix.Rlimit
	err := unix.Prlimit(pid, unix.RLIMIT_NOFILE, nil, &have)
	l.Cur, l.Max = have.Cur, have.Max
	return err
}
