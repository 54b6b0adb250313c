package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDynamicCookie compares with the values that HAProxy 2.6 shows.
func TestDynamicCookie(t *testing.T) {
	cfg, report := ParseText("test.cfg", `
backend b
    mode http
    cookie S insert dynamic
    dynamic-cookie-key secret
    server a 127.0.0.1:8081
    server b 127.0.0.1:8082 cookie x
    server c [::1]:80
    server d 127.0.0.1:8081
    server e /tmp/socket
`, Options{})
	require.False(t, report.Fatal, report)
	b := cfg.Proxies[0]
	require.True(t, b.Cookie.Dynamic)
	for i, want := range []string{"003ab72baa924eb7", "", "acb2c8fe37035824", "003ab72baa924eb7", ""} {
		if s := b.Servers[i]; s.Cookie == "" {
			require.Equal(t, want, DynamicCookie(b.CookieKey, s.Addr), s.Name)
		}
	}
	require.Empty(t, DynamicCookie("", b.Servers[0].Addr), "there is no secret")
	require.Contains(t, report.String(), "We generated two equal cookies for two different servers.\nPlease change the secret key for 'b'.")
}
