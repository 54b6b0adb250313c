package http1

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func chunked() Body { return Body{st: size} }

func TestChunks(t *testing.T) {
	for _, c := range []struct {
		rfc, in, out, rest string
		copied             bool // out is not what came
	}{
		{"RFC 9112, 7.1", "5\r\nhello\r\n0\r\n\r\nGET", "5\r\nhello\r\n0\r\n\r\n", "GET", false},
		{"RFC 9112, 7.1", "10\r\n0123456789abcdef\r\n0\r\n\r\n", "10\r\n0123456789abcdef\r\n0\r\n\r\n", "", false},
		{"RFC 9112, 7.1", "A\r\n0123456789\r\n00\r\n\r\n", "A\r\n0123456789\r\n0\r\n\r\n", "", true},
		{"two become one", "3\r\nabc\r\na\r\n0123456789\r\n0\r\n\r\n", "D\r\nabc0123456789\r\n0\r\n\r\n", "", true},
		{"RFC 9112, 7.1.1", "5;a=b;c\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "", true},
		{"RFC 9112, 7.1.1", "5 \t;a\r\nhello\r\n0 \r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "", true},
		{"RFC 9112, 2.2", "5\nhello\n0\n\n", "5\r\nhello\r\n0\r\n\r\n", "", true},
		{"RFC 9112, 7.1.2", "0\r\nTrail-Er: X y\r\nb:c\n\r\n", "0\r\ntrail-er: X y\r\nb: c\r\n\r\n", "", true},
		{"a length no longer means anything", "0\r\nContent-Length: 5\r\n\r\n", "0\r\n\r\n", "", true},
	} {
		d := chunked()
		out, n, copied := d.Pass(nil, []byte(c.in))
		require.False(t, d.Bad, c.in)
		require.True(t, d.Done(), c.in)
		require.Equal(t, c.rest, c.in[n:])
		require.Equal(t, c.copied, copied, c.in)
		require.Equal(t, c.out, string(out), c.rfc)
	}
}

// TestPartsOfChunks holds that what has come of a chunk goes on at once, as a chunk of its own, and a trailer section only whole.
func TestPartsOfChunks(t *testing.T) {
	d := chunked()
	for _, c := range []struct{ in, out string }{
		{"5\r\nhe", "2\r\nhe\r\n"}, {"ll", "2\r\nll\r\n"}, {"o\r", "1\r\no\r\n"}, {"\n0\r", ""}, {"\nX:", ""}, {" y\r\n\r\n", "0\r\nx: y\r\n\r\n"},
	} {
		out, n, _ := d.Pass(nil, []byte(c.in))
		require.Equal(t, len(c.in), n)
		require.Equal(t, c.out, string(out), c.in)
	}
	require.True(t, d.Done())
}

func TestBrokenChunks(t *testing.T) {
	for _, in := range []string{"\r\n", ";a\r\n", "x\r\n", "5\rhello", "5 5\r\n", "3\r\nabcd", "3\r\nabc\rx", "fffffffffffffffff\r\n",
		"0\r\n bad: x\r\n\r\n", "0\r\nbad name: x\r\n\r\n", "0\r\nnocolon\r\n\r\n", "0\r\na: b\rc", "-1\r\n", "0x5\r\n"} {
		d := chunked()
		d.Pass(nil, []byte(in))
		require.True(t, d.Bad, "%q", in)
	}
}

func TestOtherBodies(t *testing.T) {
	d := (&Head{Length: 3}).RequestBody()
	_, n, _ := d.Pass(nil, []byte("ab"))
	require.Equal(t, 2, n)
	require.False(t, d.Done())
	_, n, _ = d.Pass(nil, []byte("cGET"))
	require.Equal(t, 1, n)
	require.True(t, d.Done())
	d = (&Head{Length: -1}).RequestBody()
	require.True(t, d.Done(), "a request without length has no body")
	d = (&Head{Length: -1, Status: 200}).ResponseBody(false)
	require.True(t, d.UntilEnd(), "a response without length ends with the connection")
	for _, status := range []int{100, 204, 304} {
		d = (&Head{Length: 5, Status: status}).ResponseBody(false)
		require.True(t, d.Done())
	}
	d = (&Head{Length: 5, Status: 200}).ResponseBody(true)
	require.True(t, d.Done(), "HEAD")
}

func FuzzChunks(f *testing.F) {
	for _, s := range []string{"5\r\nhello\r\n0\r\n\r\n", "5;x\nhello\n0\na: b\n\n", "ffffffffff\r\n", "2\r\nab\r\n3\r\nabc\r\n0\r\nA: b\r\n c\r\n\r\nGET"} {
		f.Add([]byte(s), 3)
	}
	f.Fuzz(func(t *testing.T, in []byte, cut int) {
		// Cut anywhere, the content must be the same; and what goes on must be read alike, and go on as it is.
		whole, parts, content := chunked(), chunked(), chunked()
		out, n, _ := whole.Pass(nil, in)
		cut = min(max(cut, 0), len(in))
		a, i, _ := parts.Pass(nil, in[:cut])
		a = bytes.Clone(a)
		if i == cut {
			b, j, _ := parts.Pass(nil, in[cut:])
			a, i = append(a, b...), i+j
		}
		text := content.Content(nil, in)
		if whole.Bad != parts.Bad || !whole.Bad && (n != i || whole.Payload != parts.Payload) {
			t.Fatalf("%q cut at %d: %q %q", in, cut, out, a)
		}
		if whole.Bad {
			return
		}
		for _, x := range [][]byte{out, a} {
			again := chunked()
			got := again.Content(nil, x)
			if again.Bad || again.Done() != whole.Done() || again.Payload != whole.Payload || !bytes.Equal(got, text) {
				t.Fatalf("%q became %q", in, x)
			}
		}
		again := chunked()
		if same, m, _ := again.Pass(nil, out); m != len(out) || !bytes.Equal(same, out) {
			t.Fatalf("%q became %q, and that %q", in, out, same)
		}
	})
}

// TestSkippedBytesCount: what passes elsewhere counts and ends the body as what is passed here. Chunks have to be seen.
func TestSkippedBytesCount(t *testing.T) {
	b := Body{st: counted, left: 10}
	_, _, _ = b.Pass(nil, []byte("abc"))
	require.EqualValues(t, 7, b.Left())
	b.Skip(6)
	require.False(t, b.Done())
	b.Skip(1)
	require.True(t, b.Done())
	require.EqualValues(t, 10, b.Payload)
	require.Zero(t, b.Left())
	b = Tunnel()
	b.Skip(5)
	require.EqualValues(t, math.MaxInt64, b.Left())
	require.EqualValues(t, 5, b.Payload)
	b = Body{st: size}
	require.Zero(t, b.Left())
}
