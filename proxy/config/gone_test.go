package config

import (
	"strings"
	"testing"
)

// TestOldFilesAgainstHAProxy compares what is said of files that were written for HAProxy 1, or for the name service of containers.
func TestOldFilesAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	texts := []string{}
	for name := range goneKeywords {
		texts = append(texts, head+"frontend f\n bind :80\n "+name+" ^Host: x\n", "defaults\n "+name+"\n")
	}
	for _, setting := range []string{
		"resolve-prefer", "resolve-prefer ipv5", "resolve-prefer ipv6 resolve-opts allow-dup-ip", "resolve-opts", "resolve-opts x",
		"resolve-opts prevent-dup-ip,ignore-weight", "resolve-opts ,", "resolve-net", "resolve-net x", "resolve-net 10.0.0.0/8,::1/8,",
		"resolve-net 10.0.0.0/255.0.0.0", "resolve-net 10.0.0.0/33", "resolve-net 10.0.0.0/x",
	} {
		texts = append(texts, head+"listen f\n bind :80\n server s 127.0.0.1:1 "+setting+"\n")
	}
	for _, text := range texts {
		if got, want := verdict(text), ask(text); got != want {
			t.Errorf("%s:\n got %s\nwant %s", strings.TrimPrefix(text, head), got, want)
		}
	}
}
