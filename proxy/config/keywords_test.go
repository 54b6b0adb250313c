package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// inSection wraps lines into a file that needs nothing else.
func inSection(kind, lines string) string {
	lines = " " + strings.ReplaceAll(lines, "; ", "\n ") + "\n"
	switch kind {
	case "global":
		return "global\n" + lines + head + "listen l\n bind 127.0.0.1:9\n server s 127.0.0.1:1\n"
	case "defaults":
		return head + lines + "listen l\n bind 127.0.0.1:9\n server s 127.0.0.1:1\n"
	case "frontend":
		return head + "frontend f\n bind 127.0.0.1:9\n" + lines
	case "backend":
		return head + "listen l\n bind 127.0.0.1:9\nbackend b\n server s 127.0.0.1:1\n" + lines
	}
	return head + "listen l\n bind 127.0.0.1:9\n server s 127.0.0.1:1\n" + lines
}

// TestKeywordsAgainstHAProxy compares what is said of right and wrong lines of sections 3 and 4.2.
func TestKeywordsAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	for _, c := range []struct {
		sections string
		lines    []string
	}{
		{"defaults frontend backend listen", []string{
			"rate-limit", "rate-limit x", "rate-limit sessions", "rate-limit sessions 5", "rate-limit sessions 5x", "rate-limit sessions 5 6",
			"rate-limit sessions 5; rate-limit sessions 6", "rate-limit sessions 0x10; rate-limit sessions 16", "rate-limit sessions 08",
			"rate-limit sessions -1", "no rate-limit sessions 5", "rate-limit sessions \" +5\"", "rate-limit sessions 4294967296; rate-limit sessions 1",
			"max-keep-alive-queue", "max-keep-alive-queue x", "max-keep-alive-queue -1", "max-keep-alive-queue 5; max-keep-alive-queue 6",
			"max-session-srv-conns", "max-session-srv-conns x", "max-session-srv-conns 5 6", "no max-session-srv-conns",
			"clitcpka-cnt", "clitcpka-cnt x", "clitcpka-cnt 5 6", "clitcpka-idle", "clitcpka-idle 5x", "clitcpka-idle 3000d", "clitcpka-idle 99999999999",
			"clitcpka-intvl", "clitcpka-intvl -1", "clitcpka-intvl 5ms", "srvtcpka-cnt", "srvtcpka-cnt 5x", "srvtcpka-idle", "srvtcpka-idle 1d 2",
			"srvtcpka-intvl", "srvtcpka-intvl x",
			"bind-process", "bind-process all", "bind-process odd 1", "bind-process 2", "bind-process 1-", "bind-process 1x", "no bind-process 1",
			"option http_proxy", "no option http_proxy x", "option accept-invalid-http-request", "mode tcp; option accept-invalid-http-request",
			"option accept-invalid-http-request x", "option socket-stats", "option socket-stats x", "no option socket-stats", "http-send-name-header",
			"http-send-name-header X-Name Y", "mode tcp; http-send-name-header X-Name", "option h1-case-adjust-bogus-client",
			"no option h1-case-adjust-bogus-server", "option h1-case-adjust-bogus-client x", "mode tcp; option h1-case-adjust-bogus-server", "no option accept-invalid-http-response", "mode tcp; option accept-invalid-http-response",
		}},
		{"backend", []string{
			"cookie", "cookie A rewrite insert", "cookie A preserve", "cookie A indirect preserve", "cookie A foo", "cookie A insert domain",
			"cookie A insert domain x", "cookie A insert domain .a;b", "cookie A insert domain .a domain .b", `cookie A insert domain .a\ b`,
			`cookie A insert domain .a\x01b`, "cookie A insert maxidle", "cookie A insert maxidle x", "cookie A insert maxidle 3000000d",
			"cookie A insert maxlife", "cookie A insert maxlife 99999999999", "cookie A insert attr", "cookie A insert attr a;b",
			`cookie A insert attr a\tb`, `cookie A insert attr \x7f`, `cookie A insert attr \x80`,
		}},
		{"listen", []string{
			"option originalto if-none", "option forwardfor if-none", "default option httpclose", "default option http-keep-alive",
			"option mysql-check user a b", "option pgsql-check foo", "option pgsql-check foo a", "http-check send uri-lf %[path]",
			"http-check send hdr A %[path]", "http-check send body-lf %[foo]", "http-check expect on-error %[ string x",
			"http-check expect string-lf %[path]", "http-check expect status-code path string x", "http-check connect port path",
			"http-check connect port foo", "http-check set-var(check.x) path", "http-check set-var-fmt(check.x) %[path]",
			"http-check set-var(check.x", "http-check set-var(check.x)y int(1)", "http-check set-var(check.x) int(1) x",
			"http-check unset-var(check.x) x", "http-check expect status-code nbsrv(nosuch) string x", "tcp-check send-lf %[path]",
			"tcp-check expect on-error %[foo] string x", "option tcp-check; tcp-check send-lf %[nbsrv(nosuch)]",
			"option tcp-check; tcp-check set-var(check.x) nbsrv(nosuch)",
			"bind :1-2 id", "bind :1,:2 id x", "bind :9 id 5; bind :10 id 5", "bind :9 id 3000000000", "bind :9 id -99999999999999999999",
			"bind :9 id 5x", "bind :9-10 nice x", "bind :9,:10 foo", "bind :9-11 process 1", "bind :9 process 2",
		}},
		{"global", []string{
			"cpu-map 1 1024", "cpu-map 1 0-1024", "cpu-map 1 0,1024", "cpu-map 1 x,0", "cpu-map 1 2147483648-5", "cpu-map auto:1/1-4 0-3",
			"cpu-map auto:1 0-", "cpu-map 1 3-1 x", "nbthread 99999999999999999999", "thread-groups x", "thread-group 99999999999999999999",
			"thread-group 1 +1-64", "ssl-default-bind-options no-ca-names", "ssl-default-bind-options no-tlsv14",
			"ssl-default-bind-options no-tlsv10 no-sslv3", "ssl-default-server-options force-tlsv12", "ssl-default-server-options no-tlsv1",
			"stats socket /tmp/a,/tmp/b id 3", "stats socket /tmp/a process odd/1-2", "stats socket /tmp/a,/tmp/b process 1",
			"stats socket /tmp/a process 2", "stats socket /tmp/a,:x level", "stats socket :1-2 id 3",
			"tune.vars.proc-max-size 5k", "tune.vars.proc-max-size -5", "tune.vars.proc-max-size", "tune.ssl.lifetime", "tune.ssl.lifetime x",
			"tune.ssl.lifetime 99999999999", "tune.ssl.lifetime 1us", "tune.ssl.lifetime 5 6", "tune.ssl.cachesize -1", "tune.ssl.cachesize",
			"tune.ssl.maxrecord -5", "tune.ssl.ssl-ctx-cache-size -1", "stats bind-process 2", "stats bind-process 1 x", "set-var sess.x int(3)",
			"set-var a.b int(3)", "set-var-fmt a x", "set-var proc.a/b int(3)", "set-var proc.x",
			"h1-case-adjust", "h1-case-adjust x", "h1-case-adjust x-a X-B", "h1-case-adjust x-a X-A b", "h1-case-adjust x-a X-A; h1-case-adjust x-a x-a",
			"h1-case-adjust X-A x-a; h1-case-adjust x-a X-A", "no h1-case-adjust x X", "h1-case-adjust-file", "h1-case-adjust-file /nosuch",
			"h1-case-adjust-file testdata/spellings x", "h1-case-adjust-file /dev/null", "h1-case-adjust-file /", "thread-group", "thread-group x", "thread-group 2", "thread-group 1 1-2 3", "thread-group 1 65", "thread-group 1 1-", "thread-group 1 2-1",
			"cpu-map 65 0", "tune.rcvbuf.client", "tune.rcvbuf.client 1 2", "tune.rcvbuf.client 1; tune.rcvbuf.client 2", "tune.sndbuf.client x",
			"tune.rcvbuf.server", "tune.sndbuf.server 1; tune.sndbuf.server", "tune.h2.max-frame-size", "tune.h2.max-frame-size 16383",
			"tune.h2.max-frame-size 16384 1", "tune.peers.max-updates-at-once", "tune.peers.max-updates-at-once 0", "tune.peers.max-updates-at-once 5x",
			"tune.lua.forced-yield 5x", "tune.lua.forced-yield", "tune.lua.maxmem", "tune.lua.maxmem 5x", "tune.lua.session-timeout",
			"tune.lua.service-timeout 3000d", "tune.lua.task-timeout 5s 6", "tune.ssl.keylog", "tune.ssl.keylog x", "tune.ssl.capture-buffer-size",
			"tune.ssl.capture-buffer-size -1", "tune.ssl.capture-buffer-size 5; tune.ssl.capture-cipherlist-size 5", "tune.ssl.capture-cipherlist-size",
			"tune.ssl.hard-maxrecord", "tune.ssl.hard-maxrecord -1", "tune.ssl.hard-maxrecord 100", "tune.fd.edge-triggered on",
			"expose-experimental-directives; tune.fd.edge-triggered x", "expose-experimental-directives; tune.fd.edge-triggered on x",
			"ssl-mode-async x", "h2-workaround-bogus-websocket-clients x", "httpclient.resolvers.id", "httpclient.resolvers.id x",
			"httpclient.resolvers.id default y", "httpclient.resolvers.prefer", "httpclient.resolvers.prefer ipv6", "httpclient.ssl.verify",
			"httpclient.ssl.verify none x", "httpclient.ssl.ca-file /nosuch", "httpclient.ssl.ca-file @system-ca",
		}},
	} {
		for _, kind := range strings.Fields(c.sections) {
			for _, lines := range c.lines {
				text := inSection(kind, lines)
				if got, want := verdict(text), ask(text); got != want {
					t.Errorf("%s: %s:\n got %s\nwant %s", kind, lines, got, want)
				}
			}
		}
	}
}

// TestSectionsAgainstHAProxy has sections that depend on others.
func TestSectionsAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	const two = "defaults a\n timeout client 1s\n rate-limit sessions 1\ndefaults b\n timeout client 2s\n rate-limit sessions 2\nfrontend f from a\n bind :9\n"
	for _, text := range []string{
		two + " timeout client 3s\n rate-limit sessions 3\n", two + " timeout client 2s\n timeout client 3s\n", two + " timeout client 1s\n timeout client 3s\n",
		"userlist a\nuserlist b\nuserlist a\n user x insecure-password y\nuserlist b\n user x insecure-password z\n", "userlist\n user\n",
		"userlist a/b\n group g\n foo\n", "http-errors a/b\n errorfile 1 x\n foo\n", "http-errors x\n errorfile\n errorfile 503 /nosuch\n", "http-errors\n",
	} {
		if got, want := verdict(text), ask(text); got != want {
			t.Errorf("%s:\n got %s\nwant %s", text, got, want)
		}
	}
}

// TestFilesOfSpellings has what HAProxy says of files of names, and what it makes of right ones.
func TestFilesOfSpellings(t *testing.T) {
	for text, want := range map[string]string{
		"# c\n\n\t x-foo \t X-Foo \r\nhost HOST\n": "",
		"x-foo\n":            "h1-headers-case-adjust-file '/names' : expect <to> at line 1.",
		"x-foo X-Foo # c\n":  "h1-headers-case-adjust-file '/names' : <from> and <to> must not differ execpt the case at line 1.",
		"a A\nb B\na A\nc\n": "h1-headers-case-adjust-file '/names' : duplicate entry 'a' at line 3.",
	} {
		o := testOptions()
		o.ReadFile = func(string) ([]byte, error) { return []byte(text), nil }
		cfg, rep := ParseText("haproxy.cfg", inSection("global", "h1-case-adjust-file /names"), o)
		if want == "" {
			require.Empty(t, rep.Messages)
			require.Equal(t, map[string]string{"x-foo": "X-Foo", "host": "HOST"}, cfg.Global.CaseAdjust)
			continue
		}
		require.Equal(t, want, rep.Messages[0].Text)
	}
}
