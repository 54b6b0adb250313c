package syslog

import (
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func listen(t *testing.T, path string) *net.UnixConn {
	t.Helper()
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	require.NoError(t, err)
	c.SetReadDeadline(time.Now().Add(5 * time.Second))
	return c
}

func read(t *testing.T, c *net.UnixConn) string {
	t.Helper()
	b := make([]byte, 4096)
	n, err := c.Read(b)
	require.NoError(t, err)
	return string(b[:n])
}

func TestPrintSurvivesTheLogDaemonsRestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l := New(path, "mount.nfs")
	defer l.Close()
	l.Print(Warning, "nobody listens: must not block or fail")

	c := listen(t, path)
	l.Print(Warning, "nfs: server 10.0.100.15 not responding,\nstill trying")
	require.Regexp(t, `^<28>\w{3} [ \d]\d \d\d:\d\d:\d\d mount\.nfs\[\d+\]: nfs: server 10\.0\.100\.15 not responding, still trying$`, read(t, c))
	c.Close()

	c = listen(t, path+"2")
	defer c.Close()
	l.path = path + "2"
	l.Print(Notice, "OK")
	require.Contains(t, read(t, c), "<29>")
}
