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

// ServerBudget is how long the director may take, by its haproxy.cfg, to see that a server is gone and that it is back.
type ServerBudget struct {
	Server  string `json:"server"`  // the name in haproxy.cfg
	Node    string `json:"node"`    // the node behind it
	Checked bool   `json:"checked"` // else the director cannot see it fail, and has no budgets
	Reads   bool   `json:"reads"`   // its checks look at an answer; else they only connect
	Down    Budget `json:"down,omitzero"`
	Up      Budget `json:"up,omitzero"`
}

// Budgets are those of the servers to which a haproxy.cfg sends requests, for a dry run to tell before anything is broken.
func Budgets(haproxyCfg string, plan sim.Plan) []ServerBudget {
	c := ReadConfig(haproxyCfg)
	var list []ServerBudget
	for _, s := range c.Servers {
		b := ServerBudget{Server: s.Name, Node: s.NodeOf(plan), Checked: s.Checked, Reads: c.Layer7}
		if s.Checked {
			b.Down, b.Up = c.Detection(s), c.Recovery(s)
		}
		list = append(list, b)
	}
	return list
}
