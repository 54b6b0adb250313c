package engine

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"simulacro/proxy/config"
	"simulacro/proxy/http1"
)

// A head is measured by what HAProxy's buffer would hold of it; blanks count only until they are read.
func TestAHeadMayFillItsPartOfTheBuffer(t *testing.T) {
	m := newHeadLimit(&config.Global{})
	require.Equal(t, headLimit{16320, 15360}, m)
	exceeded := func(text string) bool {
		var h http1.Head
		p := []byte(text)
		require.NoError(t, h.ParseRequest(p))
		return m.exceeded(&h, p)
	}
	const begin = "GET / HTTP/1.1\r\nHost: a\r\nX: "
	longest := m.stored - 48 - 21 - 4*8 - len("GET/HTTP/1.1hostax")
	require.False(t, exceeded(begin+strings.Repeat("a", longest)+"\r\n\r\n"))
	require.True(t, exceeded(begin+strings.Repeat("a", longest+1)+"\r\n\r\n"))
	require.False(t, exceeded(begin+strings.Repeat(" ", m.raw-len(begin)-5)+"a\r\n\r\n"))
	require.True(t, exceeded(begin+strings.Repeat(" ", m.raw-len(begin)-4)+"a\r\n\r\n"))
	require.False(t, exceeded((begin + strings.Repeat("a", m.raw))[:m.raw-1]))
	require.True(t, exceeded((begin + strings.Repeat("a", m.raw))[:m.raw]))
}
