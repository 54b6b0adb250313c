package http1

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func chunked() Body { return Body{st: size} }

func TestChunks(t *testing.T) {
	for _, c := range []struct {
		rfc, in, out string // out: in the form that everyone reads alike
		rest         string
		loose        bool
	}{
		{"RFC 9112, 7.1", "5\r\nhello\r\n0\r\n\r\nGET", "5\r\nhello\r\n0\r\n\r\n", "GET", false},
		{"RFC 9112, 7.1", "A\r\n0123456789\r\n00\r\n\r\n", "A\r\n0123456789\r\n00\r\n\r\n", "", false},
		{"RFC 9112, 7.1.1", "5;a=b;c\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "", true},
		{"RFC 9112, 7.1.1", "5 \t;a\r\nhello\r\n0 \r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "", true},
		{"RFC 9112, 2.2", "5\nhello\n0\n\n", "5\r\nhello\r\n0\r\n\r\n", "", true},
		{"RFC 9112, 7.1.2", "0\r\nTrail-Er: X y\r\nb:c\n\r\n", "0\r\ntrail-er: X y\r\nb:c\r\n\r\n", "", true},
	} {
		d := chunked()
		n := d.Take([]byte(c.in))
		require.False(t, d.Bad, c.in)
		require.True(t, d.Done(), c.in)
		require.Equal(t, c.rest, c.in[n:])
		require.Equal(t, c.loose, d.Loose, c.in)
		d = chunked()
		out, k := d.Filter(nil, []byte(c.in))
		require.Equal(t, n, k)
		require.Equal(t, c.out, string(out), c.rfc)
	}
}

func TestBrokenChunks(t *testing.T) {
	for _, in := range []string{"\r\n", ";a\r\n", "x\r\n", "5\rhello", "5 5\r\n", "3\r\nabcd", "3\r\nabc\rx", "fffffffffffffffff\r\n",
		"0\r\n bad: x\r\n\r\n", "0\r\nbad name: x\r\n\r\n", "0\r\nnocolon\r\n\r\n", "0\r\na: b\rc", "-1\r\n", "0x5\r\n"} {
		d := chunked()
		d.Take([]byte(in))
		require.True(t, d.Bad, "%q", in)
	}
}

func TestOtherBodies(t *testing.T) {
	d := (&Head{Length: 3}).RequestBody()
	require.Equal(t, 2, d.Take([]byte("ab")))
	require.False(t, d.Done())
	require.Equal(t, 1, d.Take([]byte("cGET")))
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
	for _, s := range []string{"5\r\nhello\r\n0\r\n\r\n", "5;x\nhello\n0\na: b\n\n", "ffffffffff\r\n"} {
		f.Add([]byte(s), 3)
	}
	f.Fuzz(func(t *testing.T, in []byte, cut int) {
		// Cut anywhere, it must come to the same; and its filtered form must be read alike and need no filter.
		whole, parts := chunked(), chunked()
		out, n := whole.Filter(nil, in)
		cut = min(max(cut, 0), len(in))
		a, i := parts.Filter(nil, in[:cut])
		k := i
		if i == cut {
			var j int
			a, j = parts.Filter(a, in[cut:])
			k += j
		}
		if whole.Bad != parts.Bad || !whole.Bad && (n != k || string(out) != string(a)) {
			t.Fatalf("cut at %d: %q %q", cut, out, a)
		}
		if whole.Bad {
			return
		}
		again := chunked()
		if m := again.Take(out); m != len(out) || again.Bad || again.Done() != whole.Done() || again.Payload != whole.Payload {
			t.Fatalf("%q became %q", in, out)
		}
	})
}
