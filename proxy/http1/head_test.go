package http1

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// rewrite parses a request and writes it as it goes out.
func rewrite(t *testing.T, s string) (string, error) {
	t.Helper()
	var h Head
	b := []byte(s)
	if err := h.ParseRequest(b); err != nil {
		return "", err
	}
	require.NotZero(t, h.End, "incomplete: %q", s)
	out := h.AppendStart(nil, b)
	return string(append(h.AppendFields(out, b), '\r', '\n')), nil
}

func TestRequestsThatPass(t *testing.T) {
	for _, c := range []struct{ rfc, in, out string }{
		{"RFC 9112, 3", "GET / HTTP/1.1\r\nHost: A\r\n\r\n", "GET / HTTP/1.1\r\nhost: A\r\n\r\n"},
		{"RFC 9112, 2.2 (empty lines)", "\r\n\n\r\nGET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"},
		{"RFC 9112, 2.2 (bare LF)", "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nhost: a\r\n\r\n"},
		{"RFC 9112, 3 (blanks)", "GET  /\tHTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"},
		{"RFC 9112, 2.3 (higher version)", "GET / HTTP/1.2\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"},
		{"RFC 9112, 2.3 (HTTP/1.0)", "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"},
		{"RFC 9112, 5.1 (blanks)", "GET / HTTP/1.1\r\nX:\t a b \t\r\nY:\r\n\r\n", "GET / HTTP/1.1\r\nx: a b\r\ny: \r\n\r\n"},
		{"RFC 9112, 5.2 (obs-fold)", "GET / HTTP/1.1\r\nX: a\r\n  b\r\n\r\n", "GET / HTTP/1.1\r\nx: a    b\r\n\r\n"},
		{"RFC 9110, 7.6.1", "GET / HTTP/1.1\r\nConnection: keep-alive, X-y\r\n\r\n", "GET / HTTP/1.1\r\nconnection: X-y\r\n\r\n"},
		{"RFC 9110, 7.6.1 (nothing left)", "GET / HTTP/1.1\r\nConnection: Close\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"},
		{"RFC 9110, 10.1.4", "GET / HTTP/1.1\r\nTE: trailers, x\r\n\r\n", "GET / HTTP/1.1\r\nte: trailers\r\n\r\n"},
		{"RFC 9112, 6.3, 5 (equal lengths)", "GET / HTTP/1.1\r\nContent-Length: 3, 3\r\nContent-Length: 3\r\n\r\n", "GET / HTTP/1.1\r\ncontent-length: 3\r\n\r\n"},
		{"RFC 9112, 6.3, 3", "GET / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: Chunked\r\n\r\n", "GET / HTTP/1.1\r\ntransfer-encoding: Chunked\r\n\r\n"},
		{"RFC 9112, 3.2 (equal hosts)", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\n\r\n"},
		{"RFC 9112, 3.2.2", "GET http://b:80/x HTTP/1.1\r\nHost: b\r\n\r\n", "GET http://b/x HTTP/1.1\r\nhost: b\r\n\r\n"},
		{"RFC 9112, 3.2.3", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT a:80 HTTP/1.1\r\nhost: a\r\n\r\n"},
		{"RFC 9112, 3.2.4", "OPTIONS * HTTP/1.1\r\n\r\n", "OPTIONS * HTTP/1.1\r\n\r\n"},
		{"RFC 9110, 7.8 (not with a body)", "POST / HTTP/1.1\r\nUpgrade: x\r\nConnection: upgrade\r\nContent-Length: 1\r\n\r\n", "POST / HTTP/1.1\r\nconnection: upgrade\r\ncontent-length: 1\r\n\r\n"},
		{"RFC 9110, 5.5 (obs-text)", "GET / HTTP/1.1\r\nX: a\x01\xe9\r\n\r\n", "GET / HTTP/1.1\r\nx: a\x01\xe9\r\n\r\n"},
		{"100 fields", "GET / HTTP/1.1\r\n" + strings.Repeat("a: b\r\n", MaxFields) + "\r\n", "GET / HTTP/1.1\r\n" + strings.Repeat("a: b\r\n", MaxFields) + "\r\n"},
	} {
		out, err := rewrite(t, c.in)
		require.NoError(t, err, c.rfc)
		require.Equal(t, c.out, out, c.rfc)
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	for _, c := range []struct{ rfc, in string }{
		{"RFC 9112, 3", "GET /\r\n\r\n"},
		{"RFC 9112, 3", "FOO\r\n\r\n"},
		{"RFC 9112, 3", " GET / HTTP/1.1\r\n\r\n"},
		{"RFC 9112, 3", "GET / HTTP/1.1 \r\n\r\n"},
		{"RFC 9112, 3.1", "G@T / HTTP/1.1\r\n\r\n"},
		{"RFC 9112, 3.2", "GET foo HTTP/1.1\r\nHost: a\r\n\r\n"},
		{"RFC 9112, 3.2", "GET /\xe9 HTTP/1.1\r\n\r\n"},
		{"RFC 9112, 3.2", "GET /#x HTTP/1.1\r\n\r\n"},
		{"RFC 9112, 3.2", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
		{"RFC 9112, 3.2.2", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"},
		{"RFC 9112, 2.3", "GET / http/1.1\r\n\r\n"},
		{"RFC 9112, 2.3", "GET / HTTP/1.10\r\n\r\n"},
		{"RFC 9112, 2.2", "\rGET / HTTP/1.1\r\n\r\n"},
		{"RFC 9112, 2.2", "GET / HTTP/1.1\r\nX: a\rb\r\n\r\n"},
		{"RFC 9112, 2.2", "GET / HTTP/1.1\r\nHost: a\r\n\rX"},
		{"RFC 9112, 2.2 (whatever follows)", "GET / HTTP/1.1\r\nX: a\r\r\n"},
		{"RFC 9112, 2.2", "GET / HTTP/1.1\r\n x: y\r\n\r\n"},
		{"RFC 9112, 5", "GET / HTTP/1.1\r\n: a\r\n\r\n"},
		{"RFC 9112, 5", "GET / HTTP/1.1\r\nfoo\r\n\r\n"},
		{"RFC 9112, 5.1", "GET / HTTP/1.1\r\nX : a\r\n\r\n"},
		{"RFC 9112, 6.1", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked, chunked\r\n\r\n"},
		{"RFC 9112, 6.1", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"},
		{"RFC 9112, 6.1", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked, gzip\r\n\r\n"},
		{"RFC 9112, 6.3, 4", "POST / HTTP/1.1\r\nTransfer-Encoding: identity\r\n\r\n"},
		{"RFC 9112, 6.3, 4", "POST / HTTP/1.1\r\nTransfer-Encoding:\r\n\r\n"},
		{"RFC 9112, 6.3, 5", "POST / HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n"},
		{"RFC 9112, 6.3, 5", "POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n"},
		{"RFC 9112, 6.3, 5", "POST / HTTP/1.1\r\nContent-Length:\r\n\r\n"},
		{"RFC 9112, 6.3, 5", "POST / HTTP/1.1\r\nContent-Length: 0,\r\n\r\n"},
		{"RFC 9112, 6.3, 5", "POST / HTTP/1.1\r\nContent-Length: 0 0\r\n\r\n"},
		{"RFC 9112, 6.3, 5", "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n"},
		{"RFC 6455, 4.1", "GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"},
		{"101 fields", "GET / HTTP/1.1\r\n" + strings.Repeat("a: b\r\n", MaxFields+1) + "\r\n"},
	} {
		_, err := rewrite(t, c.in)
		require.Equal(t, BadRequest, err, "%s: %q", c.rfc, c.in)
	}
	_, err := rewrite(t, "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")
	require.Equal(t, Unprocessable, err)
}

func TestResponses(t *testing.T) {
	for _, c := range []struct {
		in, out string
		status  int
		err     error
	}{
		{"HTTP/1.1 200 OK\r\nX: y\r\n\r\n", "HTTP/1.1 200 OK\r\nx: y\r\n\r\n", 200, nil},
		{"HTTP/1.1 200\r\n\r\n", "HTTP/1.1 200 \r\n\r\n", 200, nil},
		{"HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", 200, nil},
		{"HTTP/1.1 204 No\r\nContent-Length: 9\r\n\r\n", "HTTP/1.1 204 No\r\n\r\n", 204, nil},
		{"HTTP/1.1 304 NM\r\nContent-Length: 9\r\n\r\n", "HTTP/1.1 304 NM\r\ncontent-length: 9\r\n\r\n", 304, nil},
		{"nonsense\r\n\r\n", "", 0, BadRequest},
		{"HTTP/1.1 2x0 OK\r\n\r\n", "", 0, BadRequest},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "", 0, BadRequest},
		{"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "", 0, BadRequest},
	} {
		var h Head
		b := []byte(c.in)
		require.Equal(t, c.err, h.ParseResponse(b), c.in)
		if c.err != nil {
			continue
		}
		require.Equal(t, c.status, h.Status)
		require.Equal(t, c.out, string(append(h.AppendFields(h.AppendStart(nil, b), b), '\r', '\n')))
	}
}

func TestSizeCountsAsHAProxyDoes(t *testing.T) {
	// Taken from logs of HAProxy 2.6: these heads, with their bodies of 2 and 0 bytes, were logged with 99 and 49 bytes.
	for in, want := range map[string]int64{
		"HTTP/1.1 200 OK\r\nServer: T\r\nContent-Type: text/plain\r\nKeep-Alive: timeout=5\r\nContent-Length: 2\r\n\r\n": 97,
		"HTTP/1.1 204 No\r\nContent-Length: 9\r\n\r\n":                                                                   49,
	} {
		var h Head
		require.NoError(t, h.ParseResponse([]byte(in)))
		require.Equal(t, want, h.Size())
	}
}

func TestPartsOfAHeadAreNoHead(t *testing.T) {
	whole := "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n"
	var h Head
	for i := range len(whole) {
		require.NoError(t, h.ParseRequest([]byte(whole[:i])), whole[:i])
		require.Zero(t, h.End, whole[:i])
	}
}

func FuzzRequest(f *testing.F) {
	for _, s := range []string{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST http://a:80/ HTTP/1.0\r\nContent-Length: 3\r\nConnection: close, x\r\n\r\nabc",
		"CONNECT a:1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", "GET / HTTP/1.1\r\nTE: trailers\r\nX: a\r\n b\r\n\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var h, again Head
		err := h.ParseRequest(b)
		var e Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%v is not of this package", err)
		}
		if err != nil || h.End == 0 {
			return
		}
		out := append(h.AppendFields(h.AppendStart(nil, b), b), '\r', '\n')
		// What goes out must mean the same to the next program, and be stable.
		if err := again.ParseRequest(out); err != nil || again.End != len(out) {
			t.Fatalf("%q became %q: %v", b, out, err)
		}
		if again.Length != h.Length || again.Chunked != h.Chunked {
			t.Fatalf("%q and %q end differently", b, out)
		}
		if twice := append(again.AppendFields(again.AppendStart(nil, out), out), '\r', '\n'); string(twice) != string(out) {
			t.Fatalf("%q became %q at last", out, twice)
		}
	})
}

func FuzzResponse(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"))
	f.Add([]byte("HTTP/1.0 304\nTransfer-Encoding: chunked\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var h, again Head
		if h.ParseResponse(b) != nil || h.End == 0 {
			return
		}
		out := append(h.AppendFields(h.AppendStart(nil, b), b), '\r', '\n')
		lost := h.Status < 200 || h.Status == 204 // these go without their length, since they have no body
		if err := again.ParseResponse(out); err != nil || again.End != len(out) || !lost && again.Length != h.Length {
			t.Fatalf("%q became %q: %v", b, out, err)
		}
	})
}

func BenchmarkRequest(b *testing.B) {
	const s = "GET /index.php?a=1 HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: Mozilla/5.0\r\nAccept: text/html\r\n" +
		"Accept-Encoding: gzip\r\nConnection: keep-alive\r\nCookie: a=b; c=d\r\n\r\n"
	var h Head
	in, out := []byte(s), make([]byte, 0, 4096)
	b.ReportAllocs()
	for b.Loop() {
		if h.ParseRequest(in) != nil || h.End == 0 {
			b.Fatal("refused")
		}
		out = h.AppendFields(h.AppendStart(out[:0], in), in)
	}
}
