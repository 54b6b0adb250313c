package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBindSettingsAgainstHAProxy compares what is said of the settings of bind lines.
func TestBindSettingsAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	crt, text := certificate(t), filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(text, []byte("hello\n"), 0o600))
	for _, words := range []string{
		"process", "process 1", "process 1/1", "process 1/all", "process 2", "process 1-2", "process foo", "process 0", "process all/all", "process 1/x",
		"thread", "thread 0", "thread 65", "thread 2/1", "thread 1,2", "thread 1/1,1/2", "thread -1", "thread 1-65", "thread 1-", "thread 1/odd", "ss", "no-ssl",
		"alpn ,", "alpn http/1.1,", "alpn " + strings.Repeat("a", 256), "ssl crt " + crt + " ssl-max-ver TLSv1.1", "ssl crt " + crt + " ssl-max-ver SSLv3",
		"ssl crt " + crt + " curves x25519:X448", "ssl crt " + crt + " curves foo",
		"crl-file", "crl-file /nonexistent", "crl-file " + text, "crl-file " + crt, "ca-verify-file", "ca-verify-file " + crt, "ca-verify-file /nonexistent",
		"crt-list", "crt-list /nonexistent", "transparent", "transparent foo", "ssl crt " + crt + " verify required ca-verify-file " + crt,
	} {
		file := head + "frontend f\n bind 127.0.0.1:8443 " + words + "\n http-request return status 200\n"
		require.Equal(t, ask(file), verdict(file), words)
	}
}

// TestCrtListAgainstHAProxy compares what is said of the lines of a crt-list.
func TestCrtListAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	crt := certificate(t)
	list := filepath.Join(t.TempDir(), "list")
	for _, text := range []string{
		"", "CRT\n", "CRT", "# one\n\n\t\n CRT\n", "CRT a.test !b.a.test *\n", "CRT []\n", "CRT [\n", "CRT ]\n", "CRT [verify\n", "CRT [verify]\n", "CRT [verify foo]\n",
		"[verify none] CRT\n", "CRT [verify none] [alpn x]\n", "CRT [verify none]] x\n", "CRT a [verify none]\n", "CRT [verify none alpn] x\n", "CRT [foo]\n",
		"CRT [\"foo\"]\n", "CRT [crt /x]\n", "CRT [ca-ignore-err all]\n", "CRT [crl-file /x]\n", "CRT [ca-file /x]\n", "CRT [verify required]\n",
		"CRT [verify required ca-file CRT]\n", "CRT [ciphers foo]\n", "/nonexistent\n", "CRT\nCRT x\n", strings.Repeat("x", 70000) + "\n", "CRT\n/x",
		"CRT [ssl-min-ver TLSv1.3 no-ca-names alpn http/1.1 curves X25519]a.test\n",
	} {
		require.NoError(t, os.WriteFile(list, []byte(strings.ReplaceAll(text, "CRT", crt)), 0o600))
		file := head + "frontend f\n bind 127.0.0.1:8443 ssl crt-list " + list + "\n http-request return status 200\n"
		require.Equal(t, ask(file), verdict(file), "%.80q", text)
	}
}

// TestServerSettingsAgainstHAProxy compares what is said of the settings of server, default-server and server-template lines.
func TestServerSettingsAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	crt, text := certificate(t), filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(text, []byte("hello\n"), 0o600))
	for _, words := range []string{
		"slowstart", "slowstart 99999999999", "slowstart 100d", "slowstart 10x", "init-addr *",
		"log-proto", "log-proto legacy", "log-proto octet-count", "log-proto foo", "usesrc", "usesrc clientip",
		"source 1.2.3.4:2000-1000", "source 1.2.3.4:99999", "source foo", "socks4 foo:1", "socks4 1.2.3.4", "alpn ,", "check-alpn ,",
		"crl-file", "crl-file " + crt, "crl-file /nonexistent", "crl-file " + text, "crt /nonexistent", "crt " + text, "ssl verify none crt /nonexistent",
		"ssl verify none crt " + text, "ssl verify none crt " + filepath.Dir(text), "check-ssl verify none crt /nonexistent", "observe layer7",
		"no-sslv3", "no-tlsv12 no-tlsv12", "no-tlsv13 foo", "id 7", "sni foo", "sni str(", "sni res.hdr(x)", "sni str(a),foo", "sni", "weight -1", "inter 10x",
	} {
		for _, line := range []string{"server s 127.0.0.1:80 WORDS", "default-server WORDS\n server s 127.0.0.1:80", "server-template s 2 127.0.0.1:80 WORDS"} {
			for _, mode := range []string{"http", "tcp"} {
				file := head + "listen f\n mode " + mode + "\n bind :80\n " + strings.ReplaceAll(line, "WORDS", words) + "\n"
				require.Equal(t, ask(file), verdict(file), "%s, mode %s: %s", words, mode, line)
			}
		}
	}
}

// TestDHFileAgainstHAProxy compares what is said of ssl-dh-param-file.
func TestDHFileAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	crt, dir := certificate(t), t.TempDir()
	good, bad := filepath.Join(dir, "dh"), filepath.Join(dir, "text")
	require.NoError(t, os.WriteFile(good, []byte(ffdhe2048), 0o600))
	require.NoError(t, os.WriteFile(bad, []byte("hello\n"), 0o600))
	for _, words := range []string{"", good, bad, "/nonexistent", crt, good + " x"} {
		file := "global\n ssl-dh-param-file " + words + "\n" + head + "listen f\n bind :443 ssl crt " + crt + "\n server s 127.0.0.1:1\n"
		require.Equal(t, ask(file), verdict(file), words)
	}
}

// ffdhe2048 is the group of RFC 7919, appendix A.1.
const ffdhe2048 = `-----BEGIN DH PARAMETERS-----
MIIBCAKCAQEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz
+8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a
87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7
YdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi
7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD
ssbzSibBsu/6iGtCOGEoXJf//////////wIBAg==
-----END DH PARAMETERS-----
`
