package differential

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// all are the cases, by topic.
func all() []Case {
	return slices.Concat(retryCases, checkCases, balanceCases, httpCases, logCases, persistCases, replyCases, errorFileCases, tunnelCases(), uploadCases(), runtimeCases, cliCases, stateCases(), addrCases, masterCases, redirectCases, captureCases, exporterCases, fieldCases, tcpRuleCases(), spliceCases(), []Case{backendRules}, wordCases, pageCases, sessionCases, momentCases, counterCases, []Case{paused}, optionCases(), laxCases, nameCases, socketCases, queueCases(), leaveCases(), rareCases(), sampleCases, agentCases, agentStates(), leavingCases(), dynamicCookieCases, afterMaster(), []Case{muxCase}, []Case{verified()}, savedCases(), []Case{external}, endCases, unixCases, []Case{otherMethod}, notFirstCases, []Case{setServerTLS}, expectCases, refusedCases)
}

// TestCases plays every case on both programs.
func TestCases(t *testing.T) { Run(t, all()) }

// TestListedCasesExist finds listed differences of cases that are no more, and names that two cases share.
func TestListedCasesExist(t *testing.T) {
	require.Empty(t, Stale(Listed(t), all()), "docs/differences.md lists cases that do not exist")
	seen := map[string]bool{}
	for _, c := range all() {
		require.False(t, seen[c.Name], "two cases are called %s", c.Name)
		seen[c.Name] = true
	}
}

func TestDiff(t *testing.T) {
	require.Empty(t, Diff([]string{"a", "b"}, []string{"a", "b"}))
	require.Equal(t, []string{"- b", "+ x", "+ d"}, Diff([]string{"a", "b", "c"}, []string{"a", "x", "c", "d"}))
	require.Equal(t, []string{"- a"}, Diff([]string{"a"}, nil))
}

func TestListedDifferences(t *testing.T) {
	got := parseListed("# Title\n\n    not one\n\n## one\n\nWhy.\n\n    - a\n    + b\n\n## two\n\n    + c\n")
	require.Equal(t, map[string][]string{"one": {"- a", "+ b"}, "two": {"+ c"}}, got)
	require.Equal(t, []string{"two"}, Stale(got, []Case{{Name: "one"}}))
}

func TestNormal(t *testing.T) {
	s := &Side{dir: "/tmp/diff1", addrs: map[string]string{"web": "127.0.0.1:80"}}
	require.Equal(t, "{web} 127.0.0.1:(port) {dir}/sock", s.normal("127.0.0.1:80 127.0.0.1:8080 /tmp/diff1/sock"))
	require.Equal(t, `<134>haproxy: 127.0.0.1:(port) [(time)] web web/a t/-1/t/t/+t 200`,
		s.normalLog(`<134>Nov  5 01:02:03 haproxy[12]: 127.0.0.1:99 [05/Nov/2026:01:02:03.004] web web/a 0/-1/3/4/+5 200`))
}
