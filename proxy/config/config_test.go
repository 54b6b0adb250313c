package config

import (
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func parsePractical(t *testing.T) *Config {
	t.Helper()
	cfg, rep := ParseText("haproxy.cfg", readFile(t, "testdata/practical.cfg"), testOptions())
	require.Empty(t, rep.Messages)
	return cfg
}

func TestEveryLineOfThePracticalHasItsEffect(t *testing.T) {
	cfg := parsePractical(t)
	g := cfg.Global
	require.True(t, g.Daemon)
	require.Equal(t, "/var/lib/haproxy", g.Chroot)
	require.Equal(t, "/var/run/haproxy.pid", g.Pidfile)
	require.Equal(t, 3000, g.Maxconn)
	require.Equal(t, 106, g.UID)
	require.Equal(t, 106, g.GID)
	require.Equal(t, 30*time.Second, g.StatsTimeout)
	require.Len(t, g.Sockets, 1)
	require.Equal(t, "/var/lib/haproxy/stats", g.Sockets[0].Addr.Unix)
	require.Equal(t, LevelOperator, g.Sockets[0].Level)
	require.Equal(t, "127.0.0.1:514", g.Logs[0].Addr.Text)
	require.Equal(t, 18, g.Logs[0].Facility)

	require.Len(t, cfg.Proxies, 2)
	front, back := cfg.Proxies[0], cfg.Proxies[1]
	require.Equal(t, []int{2, 3}, []int{front.ID, back.ID})
	for _, x := range cfg.Proxies {
		require.Equal(t, ModeHTTP, x.Mode)
		require.Equal(t, LogHTTP, x.LogFormat)
		require.Equal(t, ServerClose, x.ConnMode)
		require.True(t, x.DontLogNull)
		require.Equal(t, netip.MustParsePrefix("127.0.0.0/8"), x.ForwardFor.Except)
		require.Equal(t, -1, x.Redispatch)
		require.Equal(t, 3, x.Retries)
		require.Equal(t, Timeouts{
			HTTPRequest: 10 * time.Second, Queue: time.Minute, Connect: 10 * time.Second, Client: time.Minute,
			Server: time.Minute, HTTPKeepAlive: 10 * time.Second, Check: 10 * time.Second, Tarpit: 10 * time.Second,
		}, x.Timeouts)
		require.Len(t, x.Logs, 1)
		require.True(t, x.Logs[0].Global)
	}
	require.Equal(t, "192.168.1.101:80", front.Binds[0].Addr.Text)
	require.Equal(t, "/haproxy_stats", front.Stats.URI)
	require.Equal(t, []credential{{"admin", "haproxy"}}, front.Stats.auth)
	require.Nil(t, back.Stats)
	require.Same(t, back, front.DefaultBackend)
	require.Equal(t, "roundrobin", back.Balance.Algorithm)
	require.Len(t, back.Servers, 3)
	for i, s := range back.Servers {
		require.Equal(t, fmt.Sprintf("cluster%d", i+2), s.Name)
		require.Equal(t, fmt.Sprintf("10.0.100.1%d:80", i+2), s.Addr.Text)
		require.Equal(t, []int{i + 1, 1, 1000, 2, 3}, []int{s.ID, s.Weight, s.Maxconn, s.Rise, s.Fall})
		require.True(t, s.Check)
		require.Equal(t, 2*time.Second, s.Inter)
	}
}

func TestSplit(t *testing.T) {
	env := func(name string) (string, bool) {
		v, ok := map[string]string{"X": "a b", "E": ""}[name]
		return v, ok
	}
	for _, c := range []struct {
		line  string
		want  words
		fault string
		at    int
	}{
		{line: `a  b	c # d`, want: words{"a", "b", "c"}},
		{line: `"a b" 'c "d' e\ f \# \"`, want: words{"a b", `c "d`, "e f", "#", `"`}},
		{line: `"$X" "${X}" '$X' $X`, want: words{"a b", "a b", "$X", "$X"}},
		{line: `"${NO-default}" "${E-x}" "${X[*]}"`, want: words{"default", "", "a", "b"}},
		{line: `a\tb \x41 \q "\$X"`, want: words{"a\tb", "A", `\q`, "$X"}},
		{line: `a "b`, fault: faultQuote, at: 2},
		{line: `"${X"`, fault: faultBrace, at: 2},
		{line: `"$1"`, fault: faultVarName, at: 2},
		{line: `\x4`, fault: faultHex, at: 0},
	} {
		got, fault := split(c.line, env)
		if c.fault != "" {
			require.NotNil(t, fault, c.line)
			require.Equal(t, lexFault{text: c.fault, at: c.at}, *fault, c.line)
			continue
		}
		require.Nil(t, fault, c.line)
		require.Equal(t, c.want, got, c.line)
	}
}

func TestConditions(t *testing.T) {
	opt := testOptions()
	opt.Getenv = func(n string) (string, bool) { return "yes", n == "SET" }
	for text, want := range map[string]bool{
		"":                          false,
		"1":                         true,
		"!1 || 1 && (0 || 2)":       true,
		"defined(SET)":              true,
		"defined(UNSET)":            false,
		"streq(a,a) && strneq(a,b)": true,
		"version_atleast(2.4)":      true,
		"version_before(2.6.12)":    false,
		"version_atleast(2.7-dev0)": false,
		"feature(EPOLL)":            true,
		"feature(QUIC)":             false,
		`streq("$SET",yes)`:         true,
	} {
		got, err := EvalCondition(text, opt)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"nonsense", "feature(", "what(is)", "1 )", "true"} {
		_, err := EvalCondition(text, opt)
		require.Error(t, err, text)
	}
}

func TestConditionalBlocksChooseTheirLines(t *testing.T) {
	cfg, rep := ParseText("c", strings.Join([]string{
		"global", ".if version_atleast(9)", " maxconn 1", ".elif 1", " maxconn 2", ".else", " nonsense", ".endif", "",
	}, "\n"), testOptions())
	require.False(t, rep.Fatal, rep)
	require.Equal(t, 2, cfg.Global.Maxconn)
}

// head is what a proxy needs so as not to be warned of.
const head = "defaults\n mode http\n timeout client 1s\n timeout server 1s\n timeout connect 1s\n"

func TestProxySettings(t *testing.T) {
	file := t.TempDir() + "/503.http"
	require.NoError(t, os.WriteFile(file, []byte("HTTP/1.0 503 Gone\r\n\r\n"), 0o600))
	cfg, rep := ParseText("c", head+`
listen web
  bind 127.0.0.1:8001-8003 name ports maxconn 7
  bind /tmp/sock mode 600 user haproxy
  balance random(3)
  option httpchk GET /index.php
  http-check expect rstatus ^2
  http-check disable-on-404
  retries 0
  option redispatch 2
  default-server inter 1s fall 5 weight 10
  errorfile 503 `+file+`
  stats admin if TRUE
  stats refresh 5
  server a 127.0.0.1:81 check port 82 weight 5
  server b localhost:83 backup disabled
`, testOptions())
	require.False(t, rep.Fatal, rep)
	require.Empty(t, rep.Messages)
	x := cfg.Proxies[0]
	require.Equal(t, 1, x.ID, "without a stats socket the first proxy is number 1")
	require.Len(t, x.Binds, 4)
	require.Equal(t, "127.0.0.1:8003", x.Binds[2].Addr.Text)
	require.Equal(t, []int{3, 7}, []int{x.Binds[2].ID, x.Binds[2].Maxconn})
	require.Equal(t, uint32(0o600), x.Binds[3].Mode)
	require.Equal(t, Balance{"random", []string{"3"}}, x.Balance)
	require.Len(t, x.Check.Steps, 3, "connect, send, expect")
	ask := x.Check.Steps[1].Ask
	require.Equal(t, []string{"GET", "/index.php", "HTTP/1.0"}, []string{ask.Method, ask.URI.Text(nil), ask.Version})
	require.Equal(t, "^2", x.Check.Steps[2].Expect.Pattern)
	require.True(t, x.DisableOn404)
	require.Equal(t, []int{0, 2}, []int{x.Retries, x.Redispatch})
	require.Equal(t, "HTTP/1.0 503 Gone\r\n\r\n", string(x.ErrorFiles[503]))
	require.Len(t, x.Stats.Admins, 1)
	require.Equal(t, 5*time.Second, x.Stats.Refresh)
	a, b := x.Servers[0], x.Servers[1]
	require.Equal(t, "127.0.0.1:82", a.CheckAddr.Text)
	require.Equal(t, []int{5, 5}, []int{a.Weight, a.Fall})
	require.Equal(t, "127.0.0.1:83", b.Addr.Text)
	require.True(t, b.Backup && b.Disabled)
}

func TestNamedDefaults(t *testing.T) {
	cfg, rep := ParseText("c", `
defaults one
  mode http
  timeout client 1s
defaults two from one
  timeout connect 3s
frontend f from two
  bind :1
frontend g from one
  bind :2
`, testOptions())
	require.False(t, rep.Fatal, rep)
	require.Equal(t, 3*time.Second, cfg.Proxies[0].Timeouts.Connect)
	require.Equal(t, time.Second, cfg.Proxies[0].Timeouts.Client)
	require.Zero(t, cfg.Proxies[1].Timeouts.Connect)
}

func TestWhatIsNotSupportedIsRefusedByName(t *testing.T) {
	for _, line := range []string{"stick-table type ip", "filter trace"} {
		_, rep := ParseText("c", head+"backend b\n "+line+"\n", testOptions())
		require.True(t, rep.Fatal, line)
		require.Equal(t, "parsing [c:7] : '"+strings.Fields(line)[0]+"' is not supported by this director", rep.Messages[0].Text)
	}
	for line, what := range map[string]string{
		"retry-on conn-failure 0rtt-rejected": "retry-on 0rtt-rejected", "server s 127.0.0.1:1 tfo": "tfo", "bind :2 npn http/1.1": "npn", "server s 127.0.0.1:1 npn http/1.1": "npn", "default-server tfo": "tfo",
		"server s 127.0.0.1:1 stick": "stick", "default-server non-stick": "non-stick",
		"server s 127.0.0.1:1 ssl verify none ciphersuites TLS_AES_128_GCM_SHA256": "ciphersuites TLS_AES_128_GCM_SHA256",
	} {
		_, rep := ParseText("c", head+"listen b\n bind :1\n "+line+"\n", testOptions())
		require.True(t, rep.Fatal, line)
		require.Contains(t, rep.Messages[0].Text, "'"+what+"' is not supported by this director")
	}
	for line, what := range map[string]string{
		"acl a path_reg (?!x)": "regex (?!", "acl a path_reg (a)\\\\1": "regex \\1", "acl a path,aes_gcm_dec(128,a,b,c) -m found": "aes_gcm_dec", "acl a path,digest(sha3-256) -m found": "digest sha3-256",
		"use_backend b if { path,debug -m found }": "debug", "redirect prefix / if { sc0_conn_rate gt 5 }": "sc0_conn_rate", "http-request replace-path (?<=x) y": "regex (?<=",
		"http-request set-header x %[path,regsub((?=a),b)]": "regex (?=", "monitor fail if { src_conn_rate gt 5 }": "src_conn_rate",
	} {
		_, rep := ParseText("c", head+"listen b\n bind :1\n "+line+"\n", testOptions())
		require.Equal(t, "parsing [c:8] : '"+what+"' is not supported by this director", rep.Messages[0].Text, line)
	}
	for hash, what := range map[string]string{"ab01FAX.bQRSU": "of DES", "_J9..abcd/H6HLCcf7nw": "_", "$gy$j9T$x$y": "$gy$", "$3$$x": "$3$", "$md5$x$$y": "$md5",
		"$2x$05$x": "$2x$", "$y$zzz$x": "$y$", "$7$zz": "$7$"} {
		_, rep := ParseText("c", "userlist u\n user a password "+hash+"\n", testOptions())
		require.Equal(t, "parsing [c:2] : 'password "+what+"' is not supported by this director", rep.Messages[0].Text)
	}
}

func TestWhatIsOffMayBeSaidToBe(t *testing.T) {
	_, rep := ParseText("c", head+"listen b\n bind :1\n no option independent-streams\n no option socket-stats\n server s 127.0.0.1:1 no-tfo\n", testOptions())
	require.Empty(t, rep.Messages)
}

func TestAllCiphersuitesOfCryptoTLSMayBeAskedFor(t *testing.T) {
	for _, list := range []string{"TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_256_GCM_SHA384 ssl-max-ver TLSv1.2"} {
		_, rep := ParseText("c", head+"listen b\n bind :1\n server s 127.0.0.1:1 ssl verify none ciphersuites "+list+"\n", testOptions())
		require.False(t, rep.Fatal, "%s: %s", list, rep)
	}
}

func TestDisabledSectionsHaveNothing(t *testing.T) {
	cfg, rep := ParseText("c", head+"frontend f\n bind :1\n default_backend b\nbackend b\n disabled\n server s 127.0.0.1:1\nfrontend g\n disabled\n bind :2\n",
		testOptions())
	require.False(t, rep.Fatal, "%s", rep)
	require.Len(t, cfg.Proxies, 3)
	require.Len(t, cfg.Proxies[0].Binds, 1)
	require.Same(t, cfg.Proxies[1], cfg.Proxies[0].DefaultBackend)
	require.Empty(t, cfg.Proxies[1].Servers)
	require.Empty(t, cfg.Proxies[2].Binds)
}

func TestNamesInUserlistsMustExist(t *testing.T) {
	for lines, want := range map[string]string{
		"group g users a,none\n user a insecure-password x":                                  "no such user 'none' specified in group 'g'",
		"user a insecure-password x groups y,z\n user b insecure-password x groups w":        "no such group 'w' specified in user 'b'",
		"user a insecure-password x groups y,z":                                              "no such group 'y' specified in user 'a'",
		"group g users a\n user a insecure-password x\n user b insecure-password x groups g": "",
	} {
		_, rep := ParseText("c", head+"userlist u\n "+lines+"\n", testOptions())
		if want == "" {
			require.False(t, rep.Fatal, lines)
			continue
		}
		require.Equal(t, "userlist 'u': "+want, rep.Messages[0].Text, lines)
	}
}
