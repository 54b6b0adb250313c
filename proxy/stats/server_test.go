package stats

import (
	"bufio"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"simulacro/proxy/config"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serving starts a server on a unix socket of its own, and ends it with the test.
func serving(t *testing.T, o ServerOptions) (path string, s *SocketServer) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "stats")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	f := newFake()
	s = NewServer(NewCLI(f, f, nil), o)
	served := make(chan error, 1)
	go func() { served <- s.Serve(l, config.LevelAdmin) }()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := <-served; !errors.Is(err, ErrServerClosed) {
			t.Error(err)
		}
	})
	return path, s
}

func dial(t *testing.T, path string) net.Conn {
	t.Helper()
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestServerAnswersAndCloses(t *testing.T) {
	path, _ := serving(t, ServerOptions{})
	c := dial(t, path)
	if _, err := io.WriteString(c, "show version\n"); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(c)
	if err != nil || string(got) != "2.6.12-simulacro\n\n" {
		t.Errorf("%q %v", got, err)
	}
}

func TestServerEndsSilentSessions(t *testing.T) {
	path, _ := serving(t, ServerOptions{Timeout: 20 * time.Millisecond})
	c := dial(t, path)
	if got, err := io.ReadAll(c); err != nil || len(got) != 0 { // ends by the server's timeout, long before ours
		t.Errorf("%q %v", got, err)
	}
}

func TestServerBoundsItsSessions(t *testing.T) {
	path, _ := serving(t, ServerOptions{Sessions: 1})
	first, second := dial(t, path), dial(t, path)
	if _, err := io.WriteString(first, "prompt\n"); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(first).ReadString('>'); err != nil {
		t.Fatal(line, err)
	}
	if _, err := io.WriteString(second, "show version\n"); err != nil {
		t.Fatal(err)
	}
	if err := second.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, err := second.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Fatal("the second session did not wait for the first")
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := second.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(second); err != nil || !strings.HasPrefix(string(got), "2.6.12") {
		t.Errorf("%q %v", got, err)
	}
}

func TestCloseEndsOpenSessions(t *testing.T) {
	path, s := serving(t, ServerOptions{Timeout: time.Hour})
	c := dial(t, path)
	if _, err := io.WriteString(c, "prompt\n"); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(c)
	if _, err := r.ReadString('>'); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(r); err != nil {
		t.Error(err)
	}
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "late"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(l, config.LevelUser); !errors.Is(err, ErrServerClosed) {
		t.Error(err)
	}
}

// TestListenersShareTheSessions: one that waits for peers takes none of the sessions away from another.
func TestListenersShareTheSessions(t *testing.T) {
	path, s := serving(t, ServerOptions{Sessions: 1})
	other := filepath.Join(t.TempDir(), "other")
	l, err := net.Listen("unix", other)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l, config.LevelUser) }()
	for range 3 {
		for _, p := range []string{path, other} {
			c := dial(t, p)
			if _, err := io.WriteString(c, "show version\n"); err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(c); err != nil || string(got) != "2.6.12-simulacro\n\n" {
				t.Fatalf("%q %v", got, err)
			}
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-served; !errors.Is(err, ErrServerClosed) {
		t.Error(err)
	}
}

// scarce refuses as a system does that has no descriptors left, and then accepts.
type scarce struct {
	net.Listener
	refusals []error
}

func (l *scarce) Accept() (net.Conn, error) {
	if len(l.refusals) == 0 {
		return nil, net.ErrClosed
	}
	err := l.refusals[0]
	l.refusals = l.refusals[1:]
	return nil, &net.OpError{Op: "accept", Err: os.NewSyscallError("accept4", err)}
}

func TestAcceptOutlastsAShortage(t *testing.T) {
	l := &scarce{refusals: []error{syscall.EMFILE, syscall.ENFILE}}
	if _, err := Accept(l); !errors.Is(err, net.ErrClosed) || len(l.refusals) > 0 {
		t.Error(err, l.refusals)
	}
	l = &scarce{refusals: []error{syscall.EINVAL}}
	if _, err := Accept(l); !errors.Is(err, syscall.EINVAL) {
		t.Error(err)
	}
}
