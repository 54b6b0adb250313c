package proxy

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
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// startHAProxy runs Debian's haproxy until the test's end, or skips the test.
func startHAProxy(t *testing.T, text, front string) {
	t.Helper()
	path, err := exec.LookPath("haproxy")
	if err != nil {
		t.Skip("haproxy is not installed: nothing to compare with")
	}
	if version, _ := exec.Command(path, "-v").Output(); !bytes.HasPrefix(version, []byte("HAProxy version 2.6.")) {
		t.Skipf("haproxy is not HAProxy 2.6: %s", version)
	}
	file := filepath.Join(t.TempDir(), "haproxy.cfg")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	cmd := exec.Command(path, "-db", "-f", file)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	eventually(t, "haproxy listens", func() bool {
		c, err := net.Dial("tcp", front)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
}

// exchange sends bytes and reads all that comes back.
func exchange(t *testing.T, front, request string) string {
	t.Helper()
	c, err := net.Dial("tcp", front)
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = io.WriteString(c, request)
	require.NoError(t, err)
	answer, err := io.ReadAll(c)
	require.NoError(t, err)
	return string(answer)
}

// varying is what differs between two runs of one program: dates, and the order of fields where no standard gives one.
var varying = regexp.MustCompile(`(?mi)^date: .*\r\n`)

// sorted brings the fields of a head into order: the two programs add theirs in orders of their own.
func sorted(answer string) string {
	head, body, _ := strings.Cut(varying.ReplaceAllString(answer, ""), "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	for i := 1; i < len(lines); i++ {
		for j := i; j > 1 && lines[j] < lines[j-1]; j-- {
			lines[j], lines[j-1] = lines[j-1], lines[j]
		}
	}
	return strings.Join(lines, "\n") + "\n\n" + body
}

// TestSideBySideWithHAProxy gives both programs the practical's file and the same requests, and compares the answers to the
// byte, the choice of servers among them.
func TestSideBySideWithHAProxy(t *testing.T) {
	var servers []string
	for _, n := range []string{"cluster2", "cluster3", "cluster4"} {
		servers = append(servers, addr(echo(t, n)))
	}
	theirs, ours := freeAddr(t), freeAddr(t)
	startHAProxy(t, practical(t, theirs, t.TempDir()+"/stats", servers...), theirs)
	start(t, practical(t, ours, t.TempDir()+"/stats", servers...))
	const host = "Host: x\r\nConnection: close\r\n\r\n"
	for _, request := range []string{
		"GET / HTTP/1.1\r\n" + host,
		"GET /index.php?a=b HTTP/1.0\r\n\r\n",
		"HEAD / HTTP/1.1\r\n" + host,
		"GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\n" + host,
		"OPTIONS * HTTP/1.1\r\n" + host,
		"POST / HTTP/1.1\r\nContent-Length: 2\r\n" + host + "ab",
		"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + host + "2\r\nab\r\n0\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n" + host + "0\r\n\r\n",
		"GET / HTTP/1.1\r\nX-Forwarded-For: 1.2.3.4\r\nX-Two:  a  \r\n" + host,
		"GET /haproxy_stats HTTP/1.1\r\n" + host,
		"GET /haproxy_stats HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\n" + host, // closed although it does not say so
		"GET / HTTP/9\r\n\r\n",
		"GE\x01T / HTTP/1.1\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length: 5x\r\n" + host,
		"GET / HTTP/1.1\r\nBad Name: x\r\n" + host,
		"nonsense\r\n\r\n",
	} {
		require.Equal(t, sorted(exchange(t, theirs, request)), sorted(exchange(t, ours, request)), "%q", request)
	}
}

// echo answers with its name and what reached it: method, target, fields and body.
func echo(t *testing.T, name string) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s %q ", name, r.Method, r.RequestURI, body)
		_ = r.Header.Write(w)
	}))
	t.Cleanup(s.Close)
	return s
}

// TestRedispatchCountsAsHAProxy compares the counters after requests to a backend one of whose servers is not there.
func TestRedispatchCountsAsHAProxy(t *testing.T) {
	there, none := addr(realServer(t, "there", nil)), gone(t)
	rules := "  retries 1\n  option redispatch\n  server gone " + none + "\n  server there " + there + "\n"
	dir := t.TempDir()
	theirs, ours := freeAddr(t), freeAddr(t)
	startHAProxy(t, fmt.Sprintf(short, dir+"/theirs", theirs)+rules, theirs)
	start(t, fmt.Sprintf(short, dir+"/ours", ours)+rules)
	for _, front := range []string{theirs, ours} {
		for range 4 {
			require.Contains(t, exchange(t, front, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), "there")
		}
	}
	counts := func(socket string) (list []string) {
		csv := ask(t, dir+socket, "show stat")
		for _, name := range []string{"gone", "there", "BACKEND"} {
			for _, column := range []string{"stot", "econ", "wretr", "wredis", "lbtot", "hrsp_2xx", "status"} {
				list = append(list, name+" "+column+" "+row(t, csv, "b", name)[column])
			}
		}
		return list
	}
	// The last request may have its answer before it is counted.
	eventually(t, "the counters agree", func() bool { return slices.Equal(counts("/theirs"), counts("/ours")) })
}

// TestLogOfAMissingPassword compares the lines that both programs write of the statistics page without its password.
func TestLogOfAMissingPassword(t *testing.T) {
	collector, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	defer collector.Close()
	require.NoError(t, collector.SetReadDeadline(time.Now().Add(10*time.Second)))
	line := func(front string) string {
		exchange(t, front, "GET /haproxy_stats HTTP/1.1\r\nHost: x\r\n\r\n")
		b := make([]byte, 2048)
		n, _, err := collector.ReadFrom(b)
		require.NoError(t, err)
		_, text, _ := strings.Cut(string(b[:n]), "] http_front ")
		// How long it took is the machine's affair; a connection that only tried the port may still be counted.
		text = regexp.MustCompile(`-1/\d+ `).ReplaceAllString(text, "-1/N ")
		return regexp.MustCompile(` \d+/\d+/0/0/0 `).ReplaceAllString(text, " N/N/0/0/0 ")
	}
	text := func(front, socket string) string {
		s := practical(t, front, socket, "127.0.0.1:9", "127.0.0.1:9", "127.0.0.1:9")
		s = strings.ReplaceAll(s, " check\n", "\n") // no lines of theirs
		return strings.Replace(s, "127.0.0.1 local2", collector.LocalAddr().String()+" local2", 1)
	}
	theirs, ours := freeAddr(t), freeAddr(t)
	startHAProxy(t, text(theirs, t.TempDir()+"/stats"), theirs)
	start(t, text(ours, t.TempDir()+"/stats"))
	want := line(theirs)
	require.Contains(t, want, " 400 469 - - LR-- ")
	require.Equal(t, want, line(ours))
}
