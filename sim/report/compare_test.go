package report_test

import (
	"strings"
	"testing"
	"time"

	"simulacro/sim"
	"simulacro/sim/report"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func compared(kind sim.DirectorKind, outcome sim.Outcome, detection time.Duration) report.Compared {
	c := report.Compared{Scenario: "kill", Director: kind, Outcome: outcome, Figures: sim.Figures{Requests: 1000, Availability: 1,
		P50: 2 * time.Millisecond, P99: 9 * time.Millisecond, Interval: 2 * time.Second,
		Recovery: map[string]time.Duration{"k": 3 * time.Second}}}
	if detection > 0 {
		c.Detection = map[string]time.Duration{"k": detection}
	}
	return c
}

// unsure does not know when the fault began.
func unsure(c report.Compared, d time.Duration) report.Compared {
	c.Unsure = map[string]time.Duration{"k": d}
	return c
}

// inTurn was given counted requests in turn.
func inTurn(c report.Compared, cluster2, cluster3 int) report.Compared {
	c.Exact = map[string]int{"cluster2": cluster2, "cluster3": cluster3}
	return c
}

func TestCompareMarksWhatIsMoreThanChance(t *testing.T) {
	for _, c := range []struct {
		name  string
		other report.Compared
		want  []string
	}{
		{"the same", compared(sim.HAProxy, sim.Pass, 5*time.Second), nil},
		{"an interval apart", compared(sim.HAProxy, sim.Pass, 7*time.Second), nil},
		{"more than an interval", compared(sim.HAProxy, sim.Pass, 7*time.Second+1), []string{
			"detection of k: 5s on simulacro, 7s on haproxy: more than a check interval of 2s apart"}},
		{"within what is not known", unsure(compared(sim.HAProxy, sim.Pass, 7300*time.Millisecond), 300*time.Millisecond), nil},
		{"beyond what is not known", unsure(compared(sim.HAProxy, sim.Pass, 7400*time.Millisecond), 300*time.Millisecond), []string{
			"detection of k: 5s on simulacro, 7.4s on haproxy: more than a check interval of 2s apart, and 300ms in which the fault began"}},
		{"other turns", inTurn(compared(sim.HAProxy, sim.Pass, 5*time.Second), 101, 99), []string{
			"distribution: cluster2 100 cluster3 100 on simulacro, cluster2 101 cluster3 99 on haproxy"}},
		{"only one saw it", compared(sim.HAProxy, sim.Pass, 0), []string{"detection of k: only by simulacro"}},
		{"other verdict", compared(sim.HAProxy, sim.Fail, 5*time.Second), []string{"verdict: pass on simulacro, fail on haproxy"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			calm := report.Compared{Scenario: "calm", Director: sim.Simulacro, Outcome: sim.Pass}
			all := report.Compare([]report.Compared{inTurn(compared(sim.Simulacro, sim.Pass, 5*time.Second), 100, 100), calm, c.other})
			require.Len(t, all, 2)
			assert.Equal(t, []int{2, 1}, []int{len(all[0].Runs), len(all[1].Runs)})
			assert.Equal(t, c.want, all[0].Differences)
			assert.Empty(t, all[1].Differences)
		})
	}
}

func TestCompareText(t *testing.T) {
	other := compared(sim.HAProxy, sim.Fail, 8*time.Second)
	other.Recovery = map[string]time.Duration{"k": 3*time.Second - 933014195}
	other.Availability, other.P99 = 0.5, 8*time.Millisecond
	var b strings.Builder
	require.NoError(t, report.CompareText(&b, report.Compare([]report.Compared{compared(sim.Simulacro, sim.Pass, 5*time.Second), other,
		{Scenario: "calm", Director: sim.Simulacro, Outcome: sim.Inconclusive}})))
	var lines []string
	for line := range strings.Lines(b.String()) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	assert.Equal(t, []string{
		"SCENARIO DIRECTOR VERDICT AVAILABLE DETECTION RECOVERY P50 P99",
		"kill simulacro ✓ pass 100.00 % 5s 3s 2ms 9ms",
		"haproxy ✗ fail 50.00 % 8s 2.07s 2ms 8ms",
		"difference ! other -50.00 % +3s -933.01ms 0s -1ms",
		"! verdict: pass on simulacro, fail on haproxy",
		"! detection of k: 5s on simulacro, 8s on haproxy: more than a check interval of 2s apart",
		"calm simulacro ? inconclusive - - - 0s 0s",
	}, lines)
}
