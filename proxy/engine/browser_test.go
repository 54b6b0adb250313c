package engine

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// browser is a client's connection.
type browser struct {
	net.Conn
	t *testing.T
	r *bufio.Reader
}

func (d *director) dial() *browser {
	d.t.Helper()
	c, err := net.Dial("tcp", d.addr)
	require.NoError(d.t, err)
	require.NoError(d.t, c.SetDeadline(time.Now().Add(15*time.Second)))
	d.t.Cleanup(func() { c.Close() })
	return &browser{Conn: c, t: d.t, r: bufio.NewReader(c)}
}

func (b *browser) say(s string) *browser {
	b.t.Helper()
	_, err := io.WriteString(b, s)
	require.NoError(b.t, err)
	return b
}

// get sends a plain request and reads the answer.
func (b *browser) get(path string) (*http.Response, string) {
	b.t.Helper()
	b.say("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n")
	return b.answer("GET")
}

// answer reads a response with its body.
func (b *browser) answer(method string) (*http.Response, string) {
	b.t.Helper()
	r, err := http.ReadResponse(b.r, &http.Request{Method: method})
	require.NoError(b.t, err)
	body, err := io.ReadAll(r.Body)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		require.NoError(b.t, err)
	}
	return r, string(body)
}

// ended reads to the connection's end and gives what came.
func (b *browser) ended() string {
	b.t.Helper()
	rest, err := io.ReadAll(b.r)
	require.NoError(b.t, err)
	return string(rest)
}
