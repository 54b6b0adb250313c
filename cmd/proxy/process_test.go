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
	"sync/atomic"
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
	d.eventually("a failed reload", func() bool { return strings.Contains(d.ask("master", "show proc"), "3 [failed: 1]") })
	d.eventually("its message", func() bool { return strings.Contains(d.output(), "Loading failure!") })
	require.True(t, d.serves(), "the worker before goes on")
	d.signal(syscall.SIGINT)
	require.Equal(t, 130, d.wait())
}

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
