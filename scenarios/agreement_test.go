package scenarios_test

import (
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"simulacro/sim"
	"simulacro/sim/judge"
	"simulacro/sim/report"
	"simulacro/sim/run"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// runs gathers what was measured of the scenarios, to hold the directors against each other.
type runs struct {
	mu  sync.Mutex
	all []report.Compared
}

func (r *runs) add(s *sim.Scenario, kind sim.DirectorKind, done *run.Done) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, report.Compared{Scenario: s.Name, Director: kind, Outcome: done.Verdict.Outcome, Dir: done.Dir,
		Checks: done.Verdict.Checks, Figures: judge.Figures(done.History, s)})
}

// agree wants the same verdict of every director, detection times less than a check interval apart, and the same distribution
// where the algorithm is exact. What differs must be in the list of README.md, with its reason.
func (r *runs) agree(t *testing.T) {
	slices.SortFunc(r.all, func(a, b report.Compared) int {
		return strings.Compare(a.Scenario+" "+string(a.Director), b.Scenario+" "+string(b.Director))
	})
	all := report.Compare(r.all)
	var table strings.Builder
	require.NoError(t, report.CompareText(&table, all))
	t.Logf("the directors compared\n%s", table.String())
	known := knownDifferences(t)
	for _, c := range all {
		for _, d := range c.Differences {
			if why := known.reason(c.Scenario, d); why != "" {
				t.Logf("%s: %s: known: %s", c.Scenario, d, why)
			} else {
				t.Errorf("%s: %s: not in the list of known differences in scenarios/README.md", c.Scenario, d)
			}
		}
	}
}

// difference is a line of the list: in the runs of a scenario, a difference that begins so is known, and why.
type difference struct{ scenario, begins, reason string }

type differences []difference

func (all differences) reason(scenario, text string) string {
	for _, d := range all {
		if d.scenario == scenario && strings.HasPrefix(text, d.begins) {
			return d.reason
		}
	}
	return ""
}

// differencesHead is the head of the list in README.md.
const differencesHead = "| Scenario | Difference | Reason |"

func knownDifferences(t *testing.T) (list differences) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(text), differencesHead+"\n")
	require.True(t, found, "README.md has no list of known differences")
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 5 {
			break
		}
		if d := (difference{clean(cells[1]), clean(cells[2]), clean(cells[3])}); !strings.HasPrefix(d.scenario, "---") {
			list = append(list, d)
		}
	}
	return list
}

func clean(cell string) string { return strings.Trim(cell, " `") }

// TestKnownDifferences holds the list against the scenarios that there are: a line without one, or without a reason, is a mistake.
func TestKnownDifferences(t *testing.T) {
	all := readAll(t)
	for _, d := range knownDifferences(t) {
		assert.True(t, slices.ContainsFunc(all, func(s *sim.Scenario) bool { return s.Name == d.scenario }), "no scenario %q", d.scenario)
		assert.NotEmpty(t, d.begins, d.scenario)
		assert.NotEmpty(t, d.reason, d.scenario)
	}
	list := differences{{"a", "detection of x: only by haproxy", "because"}}
	assert.Equal(t, "because", list.reason("a", "detection of x: only by haproxy and more"))
	assert.Empty(t, list.reason("b", "detection of x: only by haproxy"))
	assert.Empty(t, list.reason("a", "detection of y: only by haproxy"))
}
