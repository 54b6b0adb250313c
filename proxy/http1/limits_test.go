package http1

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLimits parses heads, trailers and bodies at the edge of what a configuration allows, and looks for the fault beyond it.
func TestLimits(t *testing.T) {
	fields := func(n int) string { return strings.Repeat("a: b\r\n", n) + "\r\n" }
	for lines, most := range map[int]int{0: MaxFields, 1: 0, 6: 5, 300: 299} {
		h := Head{Limits: Limits{Lines: lines}}
		for n := max(0, most-1); n <= most+1; n++ {
			request := "GET / HTTP/1.1\r\n" + fields(n)
			require.Equal(t, n > most, h.ParseRequest([]byte(request)) != nil, "%d lines, %d fields", lines, n)
			require.Equal(t, n > most, h.ParseResponse([]byte("HTTP/1.1 200 OK\r\n"+fields(n))) != nil, "%d lines, %d fields", lines, n)
			if n > most {
				at := Message{Limits: h.Limits}.Diagnose([]byte(request)).At
				require.Greater(t, at, len("GET / HTTP/1.1\r\n"))
				require.LessOrEqual(t, at, len(request))
			}
		}
	}
	for _, any := range []bool{false, true} {
		h := Head{Limits: Limits{AnyBody: any}}
		err := h.ParseRequest([]byte("GET / HTTP/1.0\r\ncontent-length: 2\r\n\r\nok"))
		require.Equal(t, any, err == nil)
	}
}

// TestCopyTo changes a copy, and the original after it, and looks at the other.
func TestCopyTo(t *testing.T) {
	var h, o Head
	b := []byte("GET / HTTP/1.1\r\na: b\r\nc: d\r\n\r\n")
	require.NoError(t, h.ParseRequest(b))
	h.CopyTo(&o)
	o.Drop(0)
	require.Equal(t, "b", string(h.Get(b, "a")))
	require.NoError(t, h.ParseRequest([]byte("GET / HTTP/1.1\r\nx: y\r\n\r\n")))
	require.Equal(t, "d", string(o.Get(b, "c")))
}
