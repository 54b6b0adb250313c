package engine

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simulacro/proxy/config"
)

// TestPipes: the limits are what HAProxy 2.6.12 shows as Maxpipes with `maxconn 1000`.
func TestPipes(t *testing.T) {
	for _, k := range []struct {
		global, defaults string
		limit, pipes     int
	}{
		{"", "", 0, ownPipes},
		{"", "option splice-auto", 250, 250},
		{"", "option splice-response\n maxconn 30\n fullconn 44", 11, 11},
		{"", "option splice-request\n maxconn 3000", 250, 250},
		{"maxpipes 50", "", 50, 50},
		{"maxpipes 50", "option splice-auto", 50, 50},
		{"nosplice", "option splice-auto", 250, 0},
		{"nosplice", "", 0, 0},
	} {
		text := "global\n " + k.global + "\ndefaults\n mode http\n timeout client 1s\n timeout server 1s\n timeout connect 1s\n " + k.defaults +
			"\nfrontend f\n bind 127.0.0.1:80\n default_backend b\nbackend b\n server s 127.0.0.1:81\n"
		cfg, report := config.ParseText("test.cfg", text, config.Options{})
		require.False(t, report.Fatal, "%s\n%s", report, text)
		require.Equal(t, k.limit, LimitPipes(cfg, 1000), text)
		require.Equal(t, k.pipes, Pipes(cfg, 1000), text)
	}
}
