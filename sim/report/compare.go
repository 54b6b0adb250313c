package report

import (
	"fmt"
	"io"
	"maps"
	"path/filepath"
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
	Checks   []sim.Check      `json:"checks,omitempty"`
	sim.Figures
}

// Comparison holds the runs of one scenario against each other.
type Comparison struct {
	Scenario string     `json:"scenario"`
	Runs     []Compared `json:"runs"`
	// Differences that a person must look at: of verdicts, of detection times by more than a check interval, of counts by server
	// that must be the same.
	Differences []string `json:"differences,omitempty"`
}

// names are what the runs are called: by their directors, or where these do not tell them apart, by where they are kept.
func names(a, b Compared) (string, string) {
	if a.Director == b.Director && a.Dir != b.Dir {
		return filepath.Base(a.Dir), filepath.Base(b.Dir)
	}
	return string(a.Director), string(b.Director)
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

// differences are those of two runs that are more than chance. Checks of two directors are not in step, so that detection may
// differ by an interval, and by what the runs cannot tell of the moment at which the fault began.
func differences(a, b Compared) (list []string) {
	one, two := names(a, b)
	if a.Outcome != b.Outcome {
		list = append(list, fmt.Sprintf("verdict: %s on %s, %s on %s", a.Outcome, one, b.Outcome, two))
	}
	list = append(list, checkDifferences(a, b)...)
	return append(list, timeDifferences(a, b)...)
}

// checkDifferences are the checks that did not end alike.
func checkDifferences(a, b Compared) (list []string) {
	one, two := names(a, b)
	for i, c := range a.Checks {
		other, found := counterpart(a.Checks, b.Checks, i)
		switch {
		case !found:
			list = append(list, fmt.Sprintf("%s: only on %s", checkName(c), one))
		case c.Outcome != other.Outcome:
			list = append(list, fmt.Sprintf("%s: %s on %s (%s), %s on %s (%s)", checkName(c), c.Outcome, one, c.Measured, other.Outcome, two, other.Measured))
		}
	}
	for i, c := range b.Checks {
		if _, found := counterpart(b.Checks, a.Checks, i); !found {
			list = append(list, fmt.Sprintf("%s: only on %s", checkName(c), two))
		}
	}
	return list
}

// counterpart is the check of another run that is the same as checks[i]: of those with its name and window, the one with its
// place among them.
func counterpart(checks, others []sim.Check, i int) (found sim.Check, ok bool) {
	same := func(c sim.Check) bool { return checkName(c) == checkName(checks[i]) }
	n := 0
	for _, c := range checks[:i] {
		if same(c) {
			n++
		}
	}
	for _, c := range others {
		if !same(c) {
			continue
		}
		if n == 0 {
			return c, true
		}
		n--
	}
	return found, false
}

func timeDifferences(a, b Compared) (list []string) {
	one, two := names(a, b)
	for _, fault := range faultNames(a, b) {
		took, seen := a.Detection[fault]
		other, otherSeen := b.Detection[fault]
		interval := max(a.Interval, b.Interval)
		switch unsure := max(a.Unsure[fault], b.Unsure[fault]); {
		case seen != otherSeen:
			by := one
			if otherSeen {
				by = two
			}
			list = append(list, fmt.Sprintf("detection of %s: only by %s", fault, by))
		case (took - other).Abs() > interval+unsure:
			text := fmt.Sprintf("detection of %s: %s on %s, %s on %s: more than a check interval of %s apart",
				fault, sim.ShortTime(took), one, sim.ShortTime(other), two, sim.ShortTime(interval))
			if unsure > 0 {
				text += fmt.Sprintf(", and %s in which the fault began", sim.ShortTime(unsure))
			}
			list = append(list, text)
		}
	}
	if a.Exact != nil && b.Exact != nil && !maps.Equal(a.Exact, b.Exact) {
		list = append(list, fmt.Sprintf("distribution: %s on %s, %s on %s", counts(a.Exact), one, counts(b.Exact), two))
	}
	return list
}

// counts are the answers by server in words.
func counts(by map[string]int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(by)) {
		parts = append(parts, fmt.Sprintf("%s %d", name, by[name]))
	}
	return strings.Join(parts, " ")
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

// CompareChecks writes what each check measured in the first two runs of a comparison, side by side: those that ended alike too.
func CompareChecks(w io.Writer, c Comparison) error {
	if len(c.Runs) < 2 {
		return nil
	}
	a, b := c.Runs[0], c.Runs[1]
	one, two := names(a, b)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "CHECK\t%s\t%s\n", strings.ToUpper(one), strings.ToUpper(two))
	for i, check := range a.Checks {
		other := "-"
		if o, found := counterpart(a.Checks, b.Checks, i); found {
			other = marks[o.Outcome] + " " + brief(o.Measured)
		}
		fmt.Fprintf(t, "%s\t%s %s\t%s\n", checkName(check), marks[check.Outcome], brief(check.Measured), other)
	}
	return t.Flush()
}

// brief cuts a measured value so that two of them stand side by side.
func brief(s string) string {
	const most = 48
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
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
