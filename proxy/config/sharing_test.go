package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The tests here are about sections and lines that come from the same defaults, and must not get at each other's settings.

func TestUsersKeepTheirGroups(t *testing.T) {
	p := newParser(testOptions())
	p.file("c", "userlist l\n group a users u\n group b users u\n group c users u\n user u insecure-password x groups d\n"+
		" group d\n group e users u\n")
	require.True(t, p.linkUsers())
	require.ElementsMatch(t, []string{"a", "b", "c", "d", "e"}, p.users["l"].Users["u"].Groups)
}

func TestCapturesOfOneFrontendAreNotAnothers(t *testing.T) {
	cfg, rep := ParseText("c", `
defaults d
  mode http
  timeout client 1s
  http-request capture path len 1
  http-request capture path len 2
  http-request capture path len 3
frontend f from d
  bind :1
  declare capture request len 10
frontend g from d
  bind :2
  declare capture request len 20
`, testOptions())
	require.False(t, rep.Fatal, "%s", rep)
	require.Equal(t, 10, cfg.Proxies[0].Rules.Slots[0][3])
	require.Equal(t, 20, cfg.Proxies[1].Rules.Slots[0][3])
}

func TestSettingsOfTLSStayWithTheirServer(t *testing.T) {
	cfg, rep := ParseText("c", head+` default-server ssl verify none
backend a
  default-server ssl-max-ver TLSv1.2
  server s 127.0.0.1:1 alpn x
  server t 127.0.0.1:1
  server-template u 2 127.0.0.1:1
backend b
  server s 127.0.0.1:1
listen l
  bind :1
`, testOptions())
	require.False(t, rep.Fatal, "%s", rep)
	a, b := cfg.Proxies[0].Servers, cfg.Proxies[1].Servers[0]
	require.Equal(t, []string{"x"}, a[0].TLS.ALPN)
	require.Nil(t, a[1].TLS.ALPN)
	require.NotSame(t, a[2].TLS, a[3].TLS)
	require.Equal(t, tlsVersions["TLSv1.2"], a[1].TLS.MaxVer)
	require.Zero(t, b.TLS.MaxVer)
}

// TestSlowHashesAreNotTried would take days, or all memory, if a hash were made while the file is read.
func TestSlowHashesAreNotTried(t *testing.T) {
	for _, hash := range []string{"$6$rounds=999999999$x$x", "$2b$31$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuuabcdefghijklmnopqr"} {
		check, refused := passwordCheck(hash)
		require.NotNil(t, check, hash)
		require.Empty(t, refused, hash)
	}
	_, refused := passwordCheck("$7$HzzzzEzzzzEsalt$x")
	require.Equal(t, "$7$", refused)
}

// TestStatisticsOfDefaultsAreShared: a section that says nothing of the page shows that of the last line, wherever it stands. HAProxy
// 2.6 answers so, too.
func TestStatisticsOfDefaultsAreShared(t *testing.T) {
	cfg, rep := ParseText("c", "defaults a\n mode http\n timeout client 1s\n stats uri /a\ndefaults b from a\n stats uri /b\n"+
		"frontend f from a\n bind :1\nfrontend g from a\n bind :2\n stats uri /g\n", testOptions())
	require.False(t, rep.Fatal, "%s", rep)
	require.Equal(t, "/b", cfg.Proxies[0].Stats.URI)
	require.Equal(t, "/g", cfg.Proxies[1].Stats.URI)
}
