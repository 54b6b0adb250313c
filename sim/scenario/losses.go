package scenario

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"simulacro/sim"
)

// What budget and lost leave out.
const (
	DefaultOver       = 30 * 24 * time.Hour
	DefaultLostSettle = time.Second
)

const okDoc = "codes or classes that count as served; without it 2xx and 3xx"

var shareForm = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)\s*%$`)

func budgetFields(b *sim.ErrorBudget) []field {
	return []field{
		{"requests", whole(0, maxCount), "at most so many are not served", func(d *decoder, n ast.Node) {
			if v, ok := d.integer(n, "requests", 0, maxCount); ok {
				b.Requests = &v
			}
		}},
		{"time", aTime, "at most so long in all without service", func(d *decoder, n ast.Node) { d.positive(n, "time", &b.Time) }},
		{"outage", aTime, "at most so long without one request that is served", func(d *decoder, n ast.Node) { d.positive(n, "outage", &b.Outage) }},
		{"spends", aBound, "the part that is used up of the errors for which the objective leaves room: <= 5 %", func(d *decoder, n ast.Node) {
			b.Spends, _ = d.bound(n, "spends", "<=")
		}},
		{"objective", aShare, "the availability that is promised; needed with spends", func(d *decoder, n ast.Node) { d.objective(n, b) }},
		{"over", aTime, fmt.Sprintf("the time that the objective is for; without it %gh, which is 30 days", DefaultOver.Hours()), func(d *decoder, n ast.Node) { d.positive(n, "over", &b.Over) }},
		{"ok", statuses, okDoc, func(d *decoder, n ast.Node) { b.OK = d.statuses(n) }},
	}
}

func (d *decoder) objective(n ast.Node, b *sim.ErrorBudget) {
	s, ok := d.word(n, "objective")
	if !ok {
		return
	}
	m := shareForm.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		d.fail(n, "objective %q: write per cents such as 99.9 %%", s)
		return
	}
	if b.Objective = percent(m[1]); b.Objective <= 0 || b.Objective >= 1 {
		d.fail(n, "objective %s: it must be more than 0 %% and less than 100 %%, which leaves no room for errors", s)
	}
}

func (d *decoder) budget(n ast.Node) *sim.ErrorBudget {
	b := &sim.ErrorBudget{}
	seen := d.object(n, "budget", budgetFields(b))
	switch {
	case seen["requests"] == nil && seen["time"] == nil && seen["outage"] == nil && seen["spends"] == nil:
		d.fail(n, "budget says nothing: give it requests, time, outage or spends")
	case seen["spends"] != nil && seen["objective"] == nil:
		d.fail(seen["spends"], "budget spends a part of nothing: give it the objective, such as 99.9 %%")
	case seen["spends"] == nil && (seen["objective"] != nil || seen["over"] != nil):
		d.fail(n, "budget has an objective and no bound for what is spent of it: give it spends")
	}
	if b.Over == 0 && b.Objective > 0 {
		b.Over = DefaultOver
	}
	return b
}

func lostFields(l *sim.NoneLost) []field {
	return []field{
		{"from", aWord, "the step with which the work begins", func(d *decoder, n ast.Node) { d.str(n, "from", &l.From) }},
		{"to", aWord, "the step with which it ends; without it, the same", func(d *decoder, n ast.Node) { d.str(n, "to", &l.To) }},
		{"settle", aTime, "requests count until so long after its end; without it " + sim.ShortTime(DefaultLostSettle), func(d *decoder, n ast.Node) { d.duration(n, "settle", &l.Settle) }},
		{"most", whole(0, maxCount), "so many lost requests are borne; without it none", func(d *decoder, n ast.Node) { l.Most, _ = d.integer(n, "most", 0, maxCount) }},
	}
}

func (d *decoder) lost(n ast.Node) *sim.NoneLost {
	l := &sim.NoneLost{Settle: DefaultLostSettle}
	if isMapping(n) {
		d.object(n, "lost", lostFields(l))
	} else {
		d.str(n, "lost", &l.From)
	}
	if l.From == "" {
		d.fail(n, "lost has no from: name the step")
	}
	if l.To == "" {
		l.To = l.From
	}
	return l
}

// checkLost wants steps that exist, and faults that end.
func (d *decoder) checkLost(s *sim.Scenario, l *sim.NoneLost, at ast.Node) {
	l.From, l.To = d.occurrence(l.From, sim.StepEffect), d.occurrence(l.To, sim.StepRecover)
	var names []string
	known := map[string]bool{}
	for _, st := range s.Timeline {
		names = append(names, st.Name())
		known[st.Name()] = true
	}
	for _, name := range []string{l.From, l.To} {
		if name != "" && !known[name] {
			d.fail(at, "%s", unknown("step of the timeline", name, names))
			return
		}
	}
	if f := s.Fault(l.To); f != nil && f.For == 0 {
		d.fail(at, "%s is held until the load is over: the work would not end; give it for", f.Name)
	}
}
