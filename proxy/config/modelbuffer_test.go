package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheBufferIsRoundedAndItsReserveIsHalfAtMost(t *testing.T) {
	for lines, want := range map[string][2]int{
		"": {16384, 1024}, "tune.bufsize 4090": {4096, 1024}, "tune.bufsize 2000": {2000, 1000}, "tune.bufsize 1": {16, 8}, "tune.maxrewrite 0": {16384, 0},
		"tune.maxrewrite 9000": {16384, 8192}, "tune.bufsize 40000\n tune.maxrewrite 3000": {40000, 3000},
	} {
		cfg, rep := ParseText("c", "global\n "+lines+"\n"+head+"frontend f\n bind :1\n", testOptions())
		require.False(t, rep.Fatal, rep)
		size, reserve := cfg.Global.Buffer()
		require.Equal(t, want, [2]int{size, reserve}, lines)
	}
}
