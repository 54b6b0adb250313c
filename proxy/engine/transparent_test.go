package engine

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A backend with option transparent connects where a rule says that the client has, and shows no server.
func TestTransparentBackend(t *testing.T) {
	one, two := serve(t, named("one")), serve(t, named("two"))
	d := start(t, parsed(t, "bind 127.0.0.1:1; http-request set-dst-port hdr(host)", "option transparent"))
	for s, want := range map[string]string{port(one.addr): "one", port(two.addr): "two"} {
		_, body := d.dial().say("GET / HTTP/1.1\r\nHost: " + s + "\r\n\r\n").answer("GET")
		require.Equal(t, want, body)
	}
	p := d.Snapshot().Proxies[1]
	require.Empty(t, p.Servers)
	require.Equal(t, "UP", p.Back.Status)
	require.Zero(t, p.Back.Act)
	require.Zero(t, p.Back.Lbtot)
}
