package differential

import (
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

// Both plays a case on both programs at once, and gives their transcripts. It fails the test where a side got stuck.
func Both(t testing.TB, p Programs, c Case) (theirs, ours []string) {
	t.Helper()
	done := make(chan *Side, 2)
	sides := []*Side{newSide(t, p.Theirs, &c), newSide(t, p.Ours, &c)}
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
			t.Errorf("%s got stuck: %s\n%s\nit said:\n%s", name, s.stuck, strings.Join(s.notes, "\n"), s.out.String())
		}
	}
	if t.Failed() {
		t.Fatalf("haproxy's transcript:\n%s", strings.Join(sides[0].notes, "\n"))
	}
	return sides[0].notes, sides[1].notes
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
			theirs, ours := Both(t, p, c)
			Compare(t, listed[c.Name], theirs, ours)
			t.Logf("%d lines compared", len(theirs))
		})
	}
}
