package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"simulacro/sim"
)

// Compared is a run among those that are held against each other.
type Compared struct {
	Scenario string           `json:"scenario"`
	Director sim.DirectorKind `json:"director"`
	Outcome  sim.Outcome      `json:"outcome"`
	Dir      string           `json:"dir"` // where the run is kept
	sim.Figures
}

// Comparison holds the runs of one scenario against each other.
type Comparison struct {
	Scenario string     `json:"scenario"`
	Runs     []Compared `json:"runs"`
	// Differences that a person must look at: of verdicts, and of detection times by more than a check interval.
	Differences []string `json:"differences,omitempty"`
}

// Compare groups runs by their scenario, in the order of their first runs.
func Compare(runs []Compared) []Comparison {
	var all []Comparison
	for _, r := range runs {
		i := slices.IndexFunc(all, func(c Comparison) bool { return c.Scenario == r.Scenario })
		if i < 0 {
			i, all = len(all), append(all, Comparison{Scenario: r.Scenario})
		}
		all[i].Runs = append(all[i].Runs, r)
	}
	for i := range all {
		for _, other := range all[i].Runs[1:] {
			all[i].Differences = append(all[i].Differences, differences(all[i].Runs[0], other)...)
		}
	}
	return all
}

// differences are those of two runs that are more than chance. Checks of two directors are not in step, so that detection
// may differ by an interval.
func differences(a, b Compared) (list []string) {
	if a.Outcome != b.Outcome {
		list = append(list, fmt.Sprintf("verdict: %s on %s, %s on %s", a.Outcome, a.Director, b.Outcome, b.Director))
	}
	for _, fault := range faultNames(a, b) {
		one, seen := a.Detection[fault]
		other, otherSeen := b.Detection[fault]
		switch interval := max(a.Interval, b.Interval); {
		case seen != otherSeen:
			by := a.Director
			if otherSeen {
				by = b.Director
			}
			list = append(list, fmt.Sprintf("detection of %s: only by %s", fault, by))
		case (one - other).Abs() > interval:
			list = append(list, fmt.Sprintf("detection of %s: %s on %s, %s on %s: more than a check interval of %s apart",
				fault, sim.ShortTime(one), a.Director, sim.ShortTime(other), b.Director, sim.ShortTime(interval)))
		}
	}
	return list
}

func faultNames(runs ...Compared) (names []string) {
	for _, r := range runs {
		for name := range r.Detection {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// CompareText writes comparisons as a table: a line for each run, then each run's difference from the first, and what must
// be looked at with an exclamation mark. Of several faults the slowest detection and recovery are shown.
func CompareText(w io.Writer, all []Comparison) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SCENARIO\tDIRECTOR\tVERDICT\tAVAILABLE\tDETECTION\tRECOVERY\tP50\tP99")
	for _, c := range all {
		for i, r := range c.Runs {
			name := c.Scenario
			if i > 0 {
				name = ""
			}
			fmt.Fprintf(t, "%s\t%s\t%s %s\t%s\t%s\t%s\t%s\t%s\n", name, r.Director, marks[r.Outcome], r.Outcome, ratio(r),
				slowestOf(r.Detection), slowestOf(r.Recovery), sim.ShortTime(r.P50), sim.ShortTime(r.P99))
		}
		for _, r := range c.Runs[1:] {
			fmt.Fprintln(t, gap(c.Runs[0], r))
		}
		for _, d := range c.Differences {
			fmt.Fprintf(t, "  ! %s\n", d)
		}
	}
	return t.Flush()
}

func ratio(r Compared) string {
	if r.Requests == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f %%", r.Availability*100)
}

// gap is a line of the differences of a run from the first one.
func gap(first, r Compared) string {
	verdict := "same"
	if r.Outcome != first.Outcome {
		verdict = "! other"
	}
	available := "-"
	if first.Requests > 0 && r.Requests > 0 {
		available = fmt.Sprintf("%+.2f %%", (r.Availability-first.Availability)*100)
	}
	return strings.Join([]string{"", "  difference", verdict, available, mapGap(first.Detection, r.Detection), mapGap(first.Recovery, r.Recovery),
		signed(r.P50 - first.P50), signed(r.P99 - first.P99)}, "\t")
}

func mapGap(first, r map[string]time.Duration) string {
	if len(first) == 0 || len(r) == 0 {
		return "-"
	}
	return signed(slowest(r) - slowest(first))
}

func slowestOf(m map[string]time.Duration) string {
	if len(m) == 0 {
		return "-"
	}
	return sim.ShortTime(slowest(m))
}

func slowest(m map[string]time.Duration) (d time.Duration) {
	for _, v := range m {
		d = max(d, v)
	}
	return d
}

func signed(d time.Duration) string {
	switch {
	case d > 0:
		return "+" + sim.ShortTime(d)
	case d < 0:
		return "-" + sim.ShortTime(-d)
	}
	return "0s"
}
