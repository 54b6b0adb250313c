package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCheckPortsAgainstHAProxy asks of which servers without a port HAProxy wants one for the checks: those that have an address of
// their own before names are resolved.
func TestCheckPortsAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	for _, words := range []string{
		"127.0.0.1", "127.0.0.1:0", "0.0.0.0", "0.0.0.0:+0", "*:0", ":", ":+5", "[::]", "[::]:0", "::1", "localhost", "localhost:+1", "localhost addr 127.0.0.2",
		"localhost addr 0.0.0.0", "127.0.0.1 addr 0.0.0.0", "0.0.0.0 addr 127.0.0.1", "[::]:0 addr 127.0.0.1:0", "127.0.0.1 addr 127.0.0.2:7", "127.0.0.1 port 7",
		"${UNSET}:${UNSET}", "/tmp/sock addr 127.0.0.1",
	} {
		file := head + "listen f\n bind :80\n server s " + words + " check\n"
		require.Equal(t, ask(file), verdict(file), words)
	}
}
