package differential

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Head is what most cases' configurations begin with: a runtime socket, logs, HTTP, and times that fit a test.
const Head = `
global
    nbthread 1
    stats socket {sock} level admin
    log {log} local0
defaults
    log global
    mode http
    option httplog
    timeout connect 2s
    timeout client 10s
    timeout server 10s
    timeout check 2s
    retries 2
`

// Case is one configuration, and what is done with it.
type Case struct {
	Name   string
	Config string        // with addresses in braces, as the package's comment says
	Args   []string      // before -f; none: -db
	Timed  bool          // its times are short: where the machine was too slow for them it is played again with longer ones
	Fails  bool          // the program does not come up: its exit code and its messages are compared
	Before func(s *Side) // prepares the servers before the program starts
	Play   func(s *Side)
}

// Programs are the two that are compared: paths of executables.
type Programs struct{ Theirs, Ours string }

// Find gives both programs, or fails the test with what to do.
func Find(t testing.TB) Programs {
	t.Helper()
	theirs, err := exec.LookPath("haproxy")
	require.NoError(t, err, "Debian's HAProxy is what is compared with: apt-get install haproxy")
	version, err := exec.Command(theirs, "-v").Output()
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(version), "HAProxy version 2.6."), "HAProxy 2.6 is what is compared with, not %s", version)
	_, file, _, _ := runtime.Caller(0)
	ours := filepath.Join(filepath.Dir(file), "..", "..", "bin", "proxy")
	_, err = os.Stat(ours)
	require.NoError(t, err, "the director has to be built before: make build")
	return Programs{theirs, ours}
}

// Both plays a case on both programs at once, with its times as much longer as slower says, and gives their transcripts. stuck tells of a
// side that could not go on; "": both could.
func Both(t testing.TB, p Programs, c Case, slower int) (theirs, ours []string, stuck string) {
	t.Helper()
	done := make(chan *Side, 2)
	sides := []*Side{newSide(t, p.Theirs, &c, slower), newSide(t, p.Ours, &c, slower)}
	for _, s := range sides {
		go func() {
			s.play()
			done <- s
		}()
	}
	<-done
	<-done
	for i, name := range []string{"haproxy", "proxy"} {
		if s := sides[i]; s.stuck != "" {
			stuck += fmt.Sprintf("%s got stuck: %s\n%s\nit said:\n%s\n", name, s.stuck, strings.Join(s.notes, "\n"), s.out.String())
		}
	}
	return sides[0].notes, sides[1].notes, stuck
}

// slower are how much longer than they are given a Timed case's times may become, try by try: what differs then, too, is no matter of time.
var slower = []int{1, 3, 9}

// try plays a case until its sides agree, as often as it may be played; fault is what was wrong the last time.
func (c Case) try(t testing.TB, p Programs, listed []string) (lines int, fault string) {
	t.Helper()
	for _, n := range slower {
		theirs, ours, stuck := Both(t, p, c, n)
		if fault = stuck; stuck == "" {
			fault = Differing(listed, theirs, ours)
		} else {
			fault += "haproxy's transcript:\n" + strings.Join(theirs, "\n")
		}
		if lines = len(theirs); fault == "" || !c.Timed {
			break
		}
		t.Logf("with times %d times as long: %s", n, fault)
	}
	return lines, fault
}

// atOnce bounds how many cases run at the same time: most of them wait, but they time what they see.
const atOnce = 6

// Run plays every case in a subtest of its name, and compares. docs/differences.md lists what may differ.
func Run(t *testing.T, cases []Case) {
	p := Find(t)
	listed := Listed(t)
	room := make(chan struct{}, atOnce)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			room <- struct{}{}
			defer func() { <-room }()
			lines, fault := c.try(t, p, listed[c.Name])
			if fault != "" {
				t.Fatal(fault)
			}
			t.Logf("%d lines compared", lines)
		})
	}
}
