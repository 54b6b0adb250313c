package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// asProgram makes the test binary the program itself: the tests start it as an operator would.
const asProgram = "SIMULACRO_PROXY_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// director is one run of the program.
type director struct {
	t    *testing.T
	cmd  *exec.Cmd
	dir  string
	addr string // of its frontend

	mu  sync.Mutex
	out bytes.Buffer
}

// Write collects both outputs.
func (d *director) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.out.Write(p)
}

func (d *director) output() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.out.String()
}

// file writes a configuration whose frontend asks one real server; global is put into its global section.
func (d *director) file(global string) string {
	name := filepath.Join(d.dir, "haproxy.cfg")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "served") }))
	d.t.Cleanup(server.Close)
	text := fmt.Sprintf(`global
  stats socket %s/stats level admin
  %s
defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 1s
frontend f
  bind %s
  default_backend b
backend b
  server s %s
`, d.dir, global, d.addr, server.Listener.Addr())
	require.NoError(d.t, os.WriteFile(name, []byte(text), 0o600))
	return name
}

func newDirector(t *testing.T) *director {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return &director{t: t, dir: t.TempDir(), addr: l.Addr().String()}
}

// start runs the program; it is killed at the test's end if it still runs.
func (d *director) start(args ...string) {
	d.t.Helper()
	d.cmd = exec.Command(os.Args[0], args...)
	d.cmd.Env = append(os.Environ(), asProgram+"=1", "NOTIFY_SOCKET="+filepath.Join(d.dir, "notify"))
	d.cmd.Stdout, d.cmd.Stderr = d, d
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(d.t, d.cmd.Start())
	pid := d.cmd.Process.Pid
	d.t.Cleanup(func() { _ = syscall.Kill(-pid, syscall.SIGKILL) }) // its workers are in its group
}

// wait gives the exit code, or 128 and the signal.
func (d *director) wait() int {
	d.t.Helper()
	timer := time.AfterFunc(20*time.Second, func() { _ = d.cmd.Process.Kill() })
	defer timer.Stop()
	_ = d.cmd.Wait() // the code says it all
	code, _ := exitCode(d.cmd.ProcessState.Sys().(syscall.WaitStatus))
	return code
}

func (d *director) signal(s syscall.Signal) { require.NoError(d.t, d.cmd.Process.Signal(s)) }

func (d *director) eventually(what string, ok func() bool) {
	d.t.Helper()
	require.Eventually(d.t, ok, 15*time.Second, 10*time.Millisecond, "%s; said:\n%s", what, lazy(d.output))
}

// lazy is a text that is asked for only when it is printed.
type lazy func() string

func (l lazy) String() string { return l() }

// get asks the frontend, with a connection of its own.
func (d *director) get() (string, error) {
	c := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}
	r, err := c.Get("http://" + d.addr + "/")
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	return string(body), err
}

func (d *director) serves() bool {
	body, err := d.get()
	return err == nil && body == "served"
}

// ask sends a command to one of its sockets.
func (d *director) ask(socket, command string) string {
	c, err := net.Dial("unix", filepath.Join(d.dir, socket))
	if err != nil {
		return err.Error()
	}
	defer c.Close()
	_, _ = io.WriteString(c, command+"\n")
	_ = c.(*net.UnixConn).CloseWrite()
	answer, _ := io.ReadAll(c)
	return string(answer)
}

// plain takes process numbers and the preamble from what was said.
func plain(text string) string {
	text = regexp.MustCompile(`(?m)^\[NOTICE\] .*(haproxy version is|path to executable is).*\n`).ReplaceAllString(text, "")
	return regexp.MustCompile(`\(\d{2,}\)`).ReplaceAllString(text, "(N)")
}

func TestForegroundEndsBySignal(t *testing.T) {
	for s, code := range map[syscall.Signal]int{syscall.SIGTERM: 143, syscall.SIGINT: 130, syscall.SIGUSR1: 0} {
		d := newDirector(t)
		d.start("-d", "-dM", "-f", d.file("daemon"))
		d.eventually("it serves", d.serves)
		d.signal(s)
		require.Equal(t, code, d.wait(), "%v: %s", s, d.output())
	}
}

func TestSoftStopSaysWhatItStopped(t *testing.T) {
	d := newDirector(t)
	d.start("-db", "-f", d.file(""))
	d.eventually("it serves", d.serves)
	d.signal(syscall.SIGUSR1)
	require.Zero(t, d.wait())
	require.Regexp(t, `\[WARNING\]  \(\d+\) : Proxy f stopped \(cumulated conns: FE: [1-9]\d*, BE: 0\)\.\n`, d.output())
}

func TestServersGoingDownAreSaid(t *testing.T) {
	d := newDirector(t)
	file := d.file("")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	gone := newDirector(t).addr
	require.NoError(t, os.WriteFile(file, append(text, []byte("backend c\n  server x "+gone+" check inter 50 fall 1\n")...), 0o600))
	d.start("-db", "-f", file)
	d.eventually("the last server is said to be down", func() bool { return strings.Contains(d.output(), "available!") })
	require.Regexp(t, `^\[WARNING\]  \(N\) : Server c/x is DOWN, reason: Layer4 connection problem, info: "Connection refused", `+
		`check duration: \d+ms. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.\n`+
		`\[ALERT\]    \(N\) : backend 'c' has no server available!\n$`, plain(d.output()))
	d.signal(syscall.SIGUSR1)
	require.Zero(t, d.wait())
}

func TestPortClash(t *testing.T) {
	for _, mode := range []string{"-db", "-D", "-W", "-Ws"} {
		d := newDirector(t)
		l, err := net.Listen("tcp", d.addr)
		require.NoError(t, err)
		d.start(mode, "-f", d.file(""))
		require.Equal(t, 1, d.wait(), mode)
		require.NoError(t, l.Close())
		require.Equal(t, "[ALERT]    (N) : Binding ["+d.dir+"/haproxy.cfg:10] for frontend f: cannot bind socket (Address already in use) for ["+d.addr+"]\n"+
			"[ALERT]    (N) : ["+os.Args[0]+".main()] Some protocols failed to start their listeners! Exiting.\n", plain(d.output()), mode)
	}
}

func TestDaemon(t *testing.T) {
	d := newDirector(t)
	pidfile := filepath.Join(d.dir, "pid")
	file := d.file("daemon")
	d.start("-f", file, "-p", pidfile)
	require.Zero(t, d.wait(), d.output())
	require.True(t, d.serves(), "it serves as soon as its starter has left")
	first := readPID(t, pidfile)
	t.Cleanup(func() { _ = syscall.Kill(first, syscall.SIGKILL) })

	next := &director{t: t, dir: d.dir, addr: d.addr}
	next.start("-f", file, "-p", pidfile, "-sf", strconv.Itoa(first))
	require.Zero(t, next.wait(), next.output())
	second := readPID(t, pidfile)
	require.NotEqual(t, first, second)
	t.Cleanup(func() { _ = syscall.Kill(second, syscall.SIGKILL) })
	d.eventually("the old one ends", func() bool { return ended(first) })
	require.True(t, d.serves())
	require.NoError(t, syscall.Kill(second, syscall.SIGTERM))
	d.eventually("the daemon ends", func() bool { return ended(second) })
}

func readPID(t *testing.T, name string) int {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	require.NoError(t, err)
	return pid
}

// ended tells whether a process has gone, or waits for a parent that does not look.
func ended(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(stat), ") Z ")
}
