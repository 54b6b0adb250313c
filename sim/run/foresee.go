package run

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"simulacro/sim"
	"simulacro/sim/fault"
)

// bound is what an expectation holds the run against, in words.
func (p *Preview) bound(e *sim.Expectation) string {
	switch {
	case e.Availability != nil:
		if a := e.Availability; a.Slice > 0 {
			return a.Bound.Percent() + " of the time, in slices of " + sim.ShortTime(a.Slice)
		}
		return e.Availability.Bound.Percent()
	case e.Budget != nil:
		return budgetText(e.Budget)
	case len(e.Share) > 0:
		var parts []string
		for _, s := range e.Share {
			parts = append(parts, s.Server+" "+s.Bound.Percent())
		}
		return strings.Join(parts, ", ")
	case e.Distribution != nil:
		return distributionText(e.Distribution)
	case e.Detection != nil:
		return p.timeBound(e.Detection, false)
	case e.Recovery != nil:
		return p.timeBound((*sim.Detection)(e.Recovery), true)
	case e.Status != nil:
		return statusText(e.Status)
	case e.State != nil:
		return stateText(e.State)
	case e.Output != nil:
		return matchText(e.Output.TextMatch, e.Output.Exit)
	case e.Log != nil:
		return matchText(e.Log.TextMatch, nil)
	case e.Page != nil:
		return "every answer's body " + matchText(e.Page.TextMatch, nil)
	case e.Content != nil:
		return contentText(e.Content)
	case e.Lost != nil:
		return lostText(e.Lost)
	}
	var parts []string
	for _, q := range e.Latency {
		parts = append(parts, fmt.Sprintf("%s %s %s", q.Label(), q.Op, sim.ShortTime(q.Bound)))
	}
	return strings.Join(parts, ", ")
}

// timeBound is the scenario's own bound, or that which follows from haproxy.cfg.
func (p *Preview) timeBound(d *sim.Detection, up bool) string {
	if d.Within > 0 {
		return "within " + sim.ShortTime(d.Within) + ", which the scenario gives"
	}
	limit := p.budgets[d.Fault]
	if len(d.Servers) > 0 {
		limit = p.limit(d.Servers)
	}
	if !limit.seen {
		return "cannot hold: haproxy.cfg checks no server concerned"
	}
	total := limit.down
	if up {
		total = limit.up
	}
	if d.Allow > 0 {
		return fmt.Sprintf("within %s: %s by haproxy.cfg and %s allowed", sim.ShortTime(total+d.Allow), sim.ShortTime(total), sim.ShortTime(d.Allow))
	}
	return "within " + sim.ShortTime(total) + " by haproxy.cfg"
}

func budgetText(b *sim.ErrorBudget) string {
	var parts []string
	if b.Requests != nil {
		parts = append(parts, fmt.Sprintf("<= %d requests", *b.Requests))
	}
	if b.Time > 0 {
		parts = append(parts, "<= "+sim.ShortTime(b.Time)+" in all")
	}
	if b.Outage > 0 {
		parts = append(parts, "<= "+sim.ShortTime(b.Outage)+" at a time")
	}
	if b.Objective > 0 {
		room := time.Duration((1 - b.Objective) * float64(b.Over))
		parts = append(parts, fmt.Sprintf("%s of the %s that %.6g %% over %s leaves", b.Spends.Percent(), sim.ShortTime(room), b.Objective*100, sim.ShortTime(b.Over)))
	}
	return strings.Join(parts, ", ")
}

func contentText(c *sim.SameContent) string {
	text := "the same body from every server"
	if len(c.Servers) > 0 {
		text = "the same body from " + strings.Join(c.Servers, ", ")
	}
	if len(c.Ignore) > 0 {
		text += ", without " + strings.Join(c.Ignore, ", ")
	}
	return text
}

func lostText(l *sim.NoneLost) string {
	text := "no request fails"
	if l.Most > 0 {
		text = fmt.Sprintf("at most %d requests fail", l.Most)
	}
	return text + ", of those under way when it begins and those sent until " + sim.ShortTime(l.Settle) + " after its end"
}

func distributionText(d *sim.Distribution) string {
	text := "as the algorithm must give it, by weight"
	switch {
	case d.Even:
		text = "as the algorithm must give it, in equal parts"
	case d.Algorithm:
		text = "by the law of the algorithm"
	}
	if len(d.Servers) > 0 {
		text += " to " + strings.Join(d.Servers, ", ")
	}
	if d.Within > 0 {
		text += fmt.Sprintf(", to %d requests", d.Within)
	}
	return text
}

func statusText(m *sim.StatusMix) string {
	var parts []string
	if len(m.Only) > 0 {
		parts = append(parts, "only "+strings.Join(m.Only, ", "))
	}
	if len(m.None) > 0 {
		parts = append(parts, "none of "+strings.Join(m.None, ", "))
	}
	for _, s := range m.Share {
		parts = append(parts, s.Status+" "+s.Bound.Percent())
	}
	return strings.Join(parts, "; ")
}

func stateText(s *sim.States) string {
	of := "all servers"
	if len(s.Servers) > 0 {
		of = strings.Join(s.Servers, ", ")
	}
	var parts []string
	for _, part := range []struct{ how, what string }{{"always", s.Always}, {"never", s.Never}, {"at some time", s.Reaches}, {"check", s.Check},
		{"checks", strings.Join(s.Sees, ", ")}, {"in sequence", strings.Join(s.Sequence, ", ")}} {
		if part.what != "" {
			parts = append(parts, part.how+" "+part.what)
		}
	}
	return of + ": " + strings.Join(parts, ", ")
}

func matchText(m sim.TextMatch, exit *int) string {
	var parts []string
	if exit != nil {
		parts = append(parts, fmt.Sprintf("code %d", *exit))
	}
	for _, part := range []struct {
		how  string
		what []string
	}{{"contains", m.Contains}, {"lacks", m.Lacks}, {"matches", m.Matches}} {
		for _, w := range part.what {
			parts = append(parts, fmt.Sprintf("%s %q", part.how, w))
		}
	}
	return strings.Join(parts, ", ")
}

// sampleTime is how late a state may be seen: the time between two samples of the director's statistics, amply.
const sampleTime = 500 * time.Millisecond

// doubt lists why the run might not be able to tell, or could not hold, as far as the plan shows it.
func (p *Preview) doubt(s *sim.Scenario, times *schedule) {
	say := func(format string, args ...any) { p.Doubts = append(p.Doubts, fmt.Sprintf(format, args...)) }
	for _, b := range p.Budgets {
		if !b.Checked {
			say("haproxy.cfg has no check for %s: the director cannot see it fail", b.Server)
		}
	}
	for _, f := range s.Faults() {
		limit := p.budgets[f.Name]
		if needsDetection(s, f.Name) && limit.seen && f.For > 0 && f.For < limit.down+sampleTime {
			say("%s lasts %s, and the director may take %s to see it: it may be over before it is detected", f.Name, sim.ShortTime(f.For), sim.ShortTime(limit.down))
		}
		if needsDetection(s, f.Name) && limit.seen && !limit.reads && p.accepts(f) {
			say("while %s is held the real servers accept connections, and the director's checks only connect: it does not see the fault without option httpchk or the like", f.Name)
		}
	}
	if s.Load.Count > 0 || s.Load.For > 0 {
		for _, m := range times.list {
			if m.Name != times.end.Name && m.At >= times.end.At && len(s.Timeline) > 0 {
				say("%s comes at %s, when the load is over (%s)", m.Name, m.text(), times.endText())
			}
		}
	}
	if least := s.Warm + times.end.At; least >= s.Limit {
		say("the run takes %s at least, and its limit is %s", sim.ShortTime(least), sim.ShortTime(s.Limit))
	}
	if s.Steady == 0 && len(s.Timeline) > 0 {
		say("the steady state is not waited for: what was wrong before the load passes for the fault's doing")
	}
}

// accepts tells whether real servers accept connections although the fault is held: by its kind, or since no target is one.
func (p *Preview) accepts(f *sim.Fault) bool {
	kind, err := fault.Find(f.Kind)
	if err != nil || kind.Accepts {
		return err == nil
	}
	targets := targetsOf(f)
	return len(targets) > 0 && !slices.ContainsFunc(p.Nodes, func(n sim.Node) bool { return n.Role == sim.Server && slices.Contains(targets, n.Name) })
}

// needsDetection tells whether an expectation looks at the time after the director has seen the fault.
func needsDetection(s *sim.Scenario, fault string) bool {
	for _, e := range s.Expect {
		if e.Detection != nil && e.Detection.Fault == fault || e.Recovery != nil && e.Recovery.Fault == fault {
			return true
		}
		if k := e.Window.Kind; e.Window.Fault == fault && (k == sim.Detected || k == sim.Restored) {
			return true
		}
	}
	return false
}
