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
			"grace", "grace 5s x", "no grace 5s", "monitor-net", "monitor-net 10.0.0.0/8", "monitor-net 10.0.0.0/8 x",
			"unique-id-format", "unique-id-format %ci x", "unique-id-format %ci", "unique-id-format %[foo]", "unique-id-format %[foo",
			"unique-id-header", "unique-id-header X-ID y", "unique-id-format %[path]; mode tcp", "unique-id-header X-ID",
			"http-error status 404 errorfiles", "http-error status 404 errorfiles nosuch", "http-error status 404 errorfiles nosuch content-type a/b",
		},
		"global": {"quiet", "quiet x", "quiet; foo", "foo; quiet; foo", "foo; quiet x"},
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
