package config

import (
	"strings"
	"testing"
)

// TestRareLinesAgainstHAProxy compares what is said of right and wrong lines that few files have.
func TestRareLinesAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	for sections, lines := range map[string][]string{
		"defaults frontend backend listen": {
			"persist", "persist foo", "persist rdp-cookie", "persist rdp-cookie(", "persist rdp-cookie()", "persist rdp-cookie(a)b", "persist rdp-cookiex x",
			"balance rdp-cookie", "balance rdp-cookie(", "balance rdp-cookie()", "balance rdp-cookie(a)b", "balance rdp-cookiex", "balance rdp-cookie x",
			"mode tcp; balance rdp-cookie; persist rdp-cookie",
			"grace", "grace 5s x", "no grace 5s", "monitor-net", "monitor-net 10.0.0.0/8", "monitor-net 10.0.0.0/8 x",
			"unique-id-format", "unique-id-format %ci x", "unique-id-format %ci", "unique-id-format %[foo]", "unique-id-format %[foo",
			"unique-id-header", "unique-id-header X-ID y", "unique-id-format %[path]; mode tcp", "unique-id-header X-ID",
			"capture cookie a len 64", "capture cookie a len 100; mode tcp", "capture cookie a len 63; capture cookie a len x",
			"http-error status 404 errorfiles", "http-error status 404 errorfiles nosuch", "http-error status 404 errorfiles nosuch content-type a/b",
		},
		"global": {
			"tune.http.maxhdr", "tune.http.maxhdr 0", "tune.http.maxhdr 32768", "tune.http.maxhdr x", "tune.http.maxhdr 10 x",
			"tune.http.maxhdr 10; tune.http.maxhdr 11", "tune.http.logurilen", "tune.http.logurilen 10; tune.http.logurilen -1",
			"tune.http.logurilen 10 x", "tune.http.cookielen", "tune.http.cookielen 5; tune.http.cookielen x", "tune.http.cookielen 5 x",
			"h1-accept-payload-with-any-method", "h1-accept-payload-with-any-method x", "no h1-accept-payload-with-any-method",
			"ssl-load-extra-files", "ssl-load-extra-files x", "ssl-load-extra-files all none", "ssl-load-extra-files sctl all",
			"ssl-load-extra-files bundle sctl ocsp issuer key", "ssl-load-extra-files key x", "ssl-load-extra-del-ext", "ssl-load-extra-del-ext x",
			"quiet", "quiet x", "quiet; foo", "foo; quiet; foo", "foo; quiet x",
		},
	} {
		for _, kind := range strings.Fields(sections) {
			for _, l := range lines {
				text := inSection(kind, l)
				if got, want := verdict(text), ask(text); got != want {
					t.Errorf("%s: %s:\n got %s\nwant %s", kind, l, got, want)
				}
			}
		}
	}
}
