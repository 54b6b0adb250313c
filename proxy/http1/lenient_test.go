package http1

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLenientMessages has what HAProxy 2.6 lets pass under accept-invalid-http-request and -response: as it writes them anew, and where
// `show errors` says that the first oddity is (-1: it does not).
func TestLenientMessages(t *testing.T) {
	for _, c := range []struct {
		name, in, out string
		odd           int
	}{
		{"fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a#b HTTP/1.1\r\nhost: a\r\n", 6},
		{"bytes beyond ASCII", "GET /\xc3\xa9 HTTP/1.1\r\n\r\n", "GET /\xc3\xa9 HTTP/1.1\r\n", 5},
		{"HTTP/0.9", "GET /\r\n", "GET / HTTP/1.0\r\n", -1},
		{"HTTP/0.9 by chance", "GET  HTTP/1.1\r\nHost: a\r\n\r\n", "GET HTTP/1.1 HTTP/1.0\r\n", -1},
		{"another protocol", "OPTIONS / RTSP/1.0\r\n\r\n", "OPTIONS / RTSP/1.0\r\n", -1},
		{"of eight characters", "GET / HTTX/1.1\r\n\r\n", "GET / HTTP/1.1\r\n", -1},
		{"a letter for a digit", "GET / HTTP/1.X\r\n\r\n", "GET / HTTP/1.1\r\n", -1},
		{"more digits", "GET / HTTP/1.10\r\n\r\n", "GET / HTTP/1.10\r\n", -1},
		{"a word", "GET / HTTP\r\n\r\n", "GET / HTTP\r\n", -1},
		{"names", "GET / HTTP/1.1\r\na b(\x01\xff: c\r\nX : d\r\n\r\n", "GET / HTTP/1.1\r\na b(\x01\xff: c\r\nx : d\r\n", 17},
		{"a blank before the first name", "GET / HTTP/1.1\r\n x: y\r\n\r\n", "GET / HTTP/1.1\r\n x: y\r\n", 16},
		{"another host", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://b/ HTTP/1.1\r\nhost: a\r\n", 30},
		{"no authority", "GET foo HTTP/1.1\r\nHost: a\r\n\r\n", "GET foo HTTP/1.1\r\nhost: a\r\n", 24},
		{"CONNECT without a port", "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT a HTTP/1.1\r\nhost: a\r\n", 8},
	} {
		h := Head{Lenient: true}
		b := []byte(c.in)
		require.NoError(t, h.ParseRequest(b), c.name)
		require.NotZero(t, h.End, c.name)
		require.Equal(t, c.out, string(h.AppendFields(h.AppendStart(nil, b), b)), c.name)
		require.Equal(t, c.odd >= 0, h.Odd, c.name)
		if f := (Message{Lenient: true}).Odd([]byte(c.in)); h.Odd {
			require.Equal(t, c.odd, f.At, c.name)
			require.Equal(t, inDone, f.State, c.name)
		}
		strict := Head{}
		require.Error(t, strict.ParseRequest([]byte(c.in)), c.name)
	}
	for _, in := range []string{
		"G{T / HTTP/1.1\r\n\r\n", "GET / http/1.1\r\n\r\n", "POST /\r\n\r\n", "GET /a\x01 HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nx\r\n\r\n",
		"GET / HTTP/1.1\r\n: x\r\n\r\n", "GET / HTTP/1.1\r\na\rb: x\r\n\r\n", "GET /a b HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
	} {
		h := Head{Lenient: true}
		require.Error(t, h.ParseRequest([]byte(in)), in)
	}
	for in, out := range map[string]string{
		"ICY 200 OK\r\n\r\n":                    "ICY 200 OK\r\n",
		"HTTP/1.10 200 OK\r\n\r\n":              "HTTP/1.10 200 OK\r\n",
		"HTTP/1.1 200 OK\r\nx(y): z\r\n\r\n":    "HTTP/1.1 200 OK\r\nx(y): z\r\n",
		"HTTP/1.1 200 OK\r\nServer : z\r\n\r\n": "HTTP/1.1 200 OK\r\nserver : z\r\n",
	} {
		h := Head{Lenient: true}
		b := []byte(in)
		require.NoError(t, h.ParseResponse(b), in)
		require.Equal(t, out, string(h.AppendFields(h.AppendStart(nil, b), b)), in)
		strict := Head{}
		require.Error(t, strict.ParseResponse([]byte(in)), in)
	}
}
