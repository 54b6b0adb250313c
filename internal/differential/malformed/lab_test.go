package malformed

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// modes are the ways of a message through the director that differ: connections to servers kept, closed, and with rules that
// write the heads anew.
var modes = []string{
	"",
	"  option http-server-close\n",
	"  http-request set-header x-ruled 1\n  http-response set-header x-ruled 2\n",
}

// program is one of the two under test, with lanes by mode.
type program struct {
	name  string
	lanes [][]*lane
}

// newProgram runs argv with a configuration of n lanes a mode until the test's end.
func newProgram(t *testing.T, name string, n int, argv ...string) *program {
	t.Helper()
	p := &program{name: name, lanes: make([][]*lane, len(modes))}
	var text strings.Builder
	text.WriteString("defaults\n  mode http\n  timeout connect 10s\n  timeout client 60s\n  timeout server 60s\n")
	var files []*os.File
	for m, option := range modes {
		for k := range n {
			l, front, err := newLane()
			require.NoError(t, err)
			t.Cleanup(l.close)
			p.lanes[m] = append(p.lanes[m], l)
			fmt.Fprintf(&text, "listen m%dk%d\n  bind fd@%d\n%s  server s %s\n", m, k, 3+len(files), option, l.server.Addr())
			files = append(files, front)
		}
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "haproxy.cfg")
	require.NoError(t, os.WriteFile(file, []byte(text.String()), 0o600))
	cmd := exec.Command(argv[0], append(argv[1:], "-db", "-f", file)...)
	cmd.ExtraFiles = files
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	require.NoError(t, cmd.Start())
	for _, f := range files {
		f.Close()
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() && said.Len() > 0 {
			t.Logf("%s said:\n%s", name, said.String())
		}
	})
	return p
}

// both starts HAProxy and the director built from this tree, or skips the test.
func both(t *testing.T, lanes int) (theirs, ours *program) {
	t.Helper()
	path, err := exec.LookPath("haproxy")
	if err != nil {
		t.Skip("haproxy is not installed: nothing to compare with")
	}
	if version, _ := exec.Command(path, "-v").Output(); !bytes.HasPrefix(version, []byte("HAProxy version 2.6.")) {
		t.Skipf("haproxy is not HAProxy 2.6: %s", version)
	}
	bin := filepath.Join(t.TempDir(), "proxy")
	out, err := exec.Command("go", "build", "-o", bin, "simulacro/cmd/proxy").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return newProgram(t, "haproxy", lanes, path), newProgram(t, "director", lanes, bin)
}

// What a chunk holds may look like the end of the body.
func TestWholeGoesByTheChunksSizes(t *testing.T) {
	head := "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n"
	for body, want := range map[string]bool{
		"0\r\n\r\n":                         true,
		"3\r\nabc\r\n0\r\n\r\n":             true,
		"3;x=y\r\nabc\r\n0\r\na: b\r\n\r\n": true,
		"9\r\n\r\n0\r\n\r\n":                false,
		"7\r\n\r\n0\r\n\r\n\r\n":            false,
		"7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n":   true,
		"0123456789\r\n0\r\n\r\n":           false,
		"3\r\nabc\r\n0\r\n":                 false,
	} {
		n := whole([]byte(head + body))
		require.Equal(t, want, n > 0, "%q", body)
		if want {
			require.Equal(t, len(head)+len(body), n, "%q", body)
		}
	}
}
