package proxy

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"simulacro/proxy/config"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// realServer answers with its name. hold, if set, is called before each answer.
func realServer(t *testing.T, name string, hold func()) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if hold != nil {
			hold()
		}
		_, _ = io.WriteString(w, name)
	}))
	t.Cleanup(s.Close)
	return s
}

func addr(s *httptest.Server) string { return s.Listener.Addr().String() }

// freeAddr gives an address of loopback that nothing listens on.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

// gone gives an address that refuses connections until the test ends: it is taken, so that no other process can listen there.
func gone(t *testing.T) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = syscall.Close(fd) })
	require.NoError(t, syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	name, err := syscall.Getsockname(fd)
	require.NoError(t, err)
	return fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
}

// practical is the practical's file with this test's addresses and without what needs root.
func practical(t *testing.T, front, socket string, servers ...string) string {
	t.Helper()
	text, err := os.ReadFile("config/testdata/practical.cfg")
	require.NoError(t, err)
	var lines []string
	for _, line := range strings.Split(string(text), "\n") {
		switch word := append(strings.Fields(line), "")[0]; word {
		case "chroot", "user", "group", "pidfile", "daemon":
			continue
		}
		lines = append(lines, line)
	}
	r := []string{"192.168.1.101:80", front, "/var/lib/haproxy/stats", socket + " level admin"}
	for i, s := range servers {
		r = append(r, fmt.Sprintf("10.0.100.1%d:80", i+2), s)
	}
	return strings.NewReplacer(r...).Replace(strings.Join(lines, "\n"))
}

func parse(t *testing.T, text string) *config.Config {
	t.Helper()
	cfg, report := config.ParseText("test.cfg", text, config.Options{})
	require.False(t, report.Fatal, report)
	return cfg
}

// start runs a director until the test's end.
func start(t *testing.T, text string, inherited ...Listener) *Director {
	t.Helper()
	d, err := New(parse(t, text), Options{})
	require.NoError(t, err)
	require.NoError(t, d.Listen(inherited))
	done := make(chan error, 1)
	go func() { done <- d.Run() }()
	t.Cleanup(func() {
		d.HardStop()
		select {
		case err := <-done:
			require.NoError(t, err)
		case <-time.After(10 * time.Second):
			t.Error("the director did not stop")
		}
	})
	return d
}

// client opens a connection for each request, as w3m does.
func client(t *testing.T) *http.Client {
	t.Helper()
	tr := &http.Transport{DisableKeepAlives: true}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: 10 * time.Second}
}

func get(c *http.Client, url string) (int, string, error) {
	r, err := c.Get(url)
	if err != nil {
		return 0, "", err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	return r.StatusCode, string(body), err
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	require.Eventually(t, ok, 10*time.Second, 5*time.Millisecond, what)
}

// ask sends one command to a runtime socket.
func ask(t *testing.T, socket, command string) string {
	t.Helper()
	c, err := net.Dial("unix", socket)
	require.NoError(t, err)
	defer c.Close()
	_, err = io.WriteString(c, command+"\n")
	require.NoError(t, err)
	require.NoError(t, c.(*net.UnixConn).CloseWrite())
	answer, err := io.ReadAll(c)
	require.NoError(t, err)
	return string(answer)
}

// row gives the fields of one line of `show stat`, by column.
func row(t *testing.T, csv, proxy, name string) map[string]string {
	t.Helper()
	lines := strings.Split(csv, "\n")
	columns := strings.Split(strings.TrimPrefix(lines[0], "# "), ",")
	for _, line := range lines[1:] {
		fields := strings.Split(line, ",")
		if len(fields) > 1 && fields[0] == proxy && fields[1] == name {
			m := map[string]string{}
			for i, f := range fields {
				m[columns[min(i, len(columns)-1)]] = f
			}
			return m
		}
	}
	t.Fatalf("no line %s/%s in %s", proxy, name, csv)
	return nil
}
