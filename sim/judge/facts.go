package judge

import (
	"fmt"
	"slices"
	"time"

	"simulacro/sim"
)

// facts are the figures that every report tells, whether or not the scenario expects anything of them.
func (r *record) facts() []sim.Fact {
	var list []sim.Fact
	add := func(name, format string, args ...any) {
		list = append(list, sim.Fact{Name: name, Value: fmt.Sprintf(format, args...)})
	}
	requests := r.in(window{r.start, r.end})
	if len(requests) > 0 {
		f := availability(&sim.Availability{}, requests)
		add("availability", "%s", f.measured)
		got := tally{}
		for _, q := range requests {
			got[q.outcome()]++
		}
		add("answers", "%s", got)
		if by, _ := answered(requests); len(by) > 0 {
			add("by server", "%s", counts(r.parts(&sim.Distribution{Even: true}), by))
		}
		if sorted := waits(requests); len(sorted) > 0 {
			add("latency", "p50 %s, p99 %s, max %s", short(quantile(sorted, .5)), short(quantile(sorted, .99)), short(quantile(sorted, 1)))
		}
		if late := maxLate(requests); late > 0 {
			add("latest send", "%s after its time", short(late))
		}
	}
	for _, f := range r.scenario.Faults() {
		m := r.faults[f.Name]
		if !slices.ContainsFunc(m.targets, r.checkable) {
			continue
		}
		add("detection of "+f.Name, "%s", r.changes(m, false))
		add("recovery from "+f.Name, "%s", r.changes(m, true))
	}
	return list
}

// checkable tells whether the director's checks can be about a node: its own faults and the client's are beyond them.
func (r *record) checkable(node string) bool {
	n, err := r.plan.Node(node)
	return err == nil && (n.Role == sim.Server || n.Role == sim.Storage)
}

func maxLate(requests []request) (late time.Duration) {
	for _, q := range requests {
		late = max(late, q.Late)
	}
	return late
}

// changes says how long the slowest of the servers concerned took, against its budget.
func (r *record) changes(m *moments, up bool) string {
	var slowest time.Duration
	text, n := "not seen by the director", 0
	for _, s := range r.concerned(m, nil) {
		at, _, seen := r.changed(m, s, up)
		since := r.since(m, s, up)
		if !seen || since.IsZero() {
			continue
		}
		n++
		if took := max(0, at.Sub(since)); n == 1 || took > slowest {
			budget := r.config.Detection(s)
			if up {
				budget = r.config.Recovery(s)
			}
			slowest, text = took, fmt.Sprintf("%s %s (at most %s)", s.Name, short(took), short(budget.Total))
		}
	}
	if n > 1 {
		text += fmt.Sprintf(", the slowest of %d", n)
	}
	return text
}

// Budgets are the longest times that a haproxy.cfg gives each server for detection and recovery, for a dry run to print.
func Budgets(haproxyCfg string) []sim.Fact {
	c := ReadConfig(haproxyCfg)
	var list []sim.Fact
	for _, s := range c.Servers {
		if !s.Checked {
			list = append(list, sim.Fact{Name: s.Name, Value: "no check: the director cannot see it fail"})
			continue
		}
		list = append(list,
			sim.Fact{Name: s.Name + " down within", Value: c.Detection(s).Formula},
			sim.Fact{Name: s.Name + " up within", Value: c.Recovery(s).Formula})
	}
	return list
}
