package config

import (
	"strings"
	"testing"
)

// TestTrackingAgainstHAProxy has chains of tracking servers that end badly.
func TestTrackingAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	for _, lines := range []string{
		"b track c; c track b", "b track b", "b track c; c track d; d", "b track c; c track d; d track e; e track b", "c track d; d; b track c",
		"d; c track d; b track c", "d track x; c track d; b track c", "d track x/c", "d check; c track d check; b track c", "a track b; b track c; c track b",
		"d check; c track d check; b track c inter x", "d check; c track d; b track c",
	} {
		text := head + "listen l\n bind :8001\n"
		for _, s := range strings.Split(lines, "; ") {
			name, rest, _ := strings.Cut(s, " ")
			text += " server " + name + " 127.0.0.1:1 " + rest + "\n"
		}
		if got, want := verdict(text), ask(text); got != want {
			t.Errorf("%s:\n got %s\nwant %s", lines, got, want)
		}
	}
	for _, text := range []string{
		"listen l\n bind :8001\n server-template c 2 127.0.0.1:1 track d check\n",
		"listen l\n bind :8001\n default-server check\n server c 127.0.0.1:1 track d\n server d 127.0.0.1:1\n",
		"backend a\n server c 127.0.0.1:1 check\nbackend b\n option httpchk\n http-check disable-on-404\n server c 127.0.0.1:1 track a/c\n",
		"backend b\n server c 127.0.0.1:1 track a/c\nbackend a\n server c 127.0.0.1:1 track b/c\n",
		"backend b\n disabled\n server c 127.0.0.1:1 track a/c\nbackend a\n server c 127.0.0.1:1 track b/c\n",
	} {
		if got, want := verdict(head+text), ask(head+text); got != want {
			t.Errorf("%s:\n got %s\nwant %s", text, got, want)
		}
	}
}
