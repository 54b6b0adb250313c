package judge

import (
	"fmt"
	"strings"
	"time"

	"simulacro/sim"
)

// measured is the time that one server's change took.
type measured struct {
	server CheckServer
	took   time.Duration
	limit  time.Duration
	budget string
}

// detection measures, for every server concerned, the time from the fault's effect to DOWN.
func (r *record) detection(d *sim.Detection) finding {
	m := r.faults[d.Fault]
	if m == nil {
		return cannotTell("", "the scenario has no fault %q", d.Fault)
	}
	return r.times(d, m, false)
}

// recovery measures, for every server concerned, the time from the fault's recovery to UP, and that traffic is back.
func (r *record) recovery(rec *sim.Recovery) finding {
	m := r.faults[rec.Fault]
	if m == nil {
		return cannotTell("", "the scenario has no fault %q", rec.Fault)
	}
	f := r.times((*sim.Detection)(rec), m, true)
	if f.outcome != sim.Pass || r.scenario.Load.Rate == 0 {
		return f
	}
	var slowest time.Duration
	answers := true
	for _, s := range r.concerned(m, rec.Servers) {
		up, _, _ := r.changed(m, s, true)
		back, seen, sent := r.firstAnswer(s.NodeOf(r.plan), up)
		if !seen && sent > len(r.config.Servers) {
			f.outcome, f.reason = sim.Fail, fmt.Sprintf("%s is UP, but answered none of the %d requests since", s.Name, sent)
			return f
		}
		if answers = answers && seen; seen {
			slowest = max(slowest, back.Sub(r.since(m, s, true)))
		}
	}
	if answers {
		f.measured += fmt.Sprintf(", answers again after %s", short(slowest))
	}
	return f
}

// since is the moment that a server's time counts from: its own evidence where the fault hit it, else the fault's.
func (r *record) since(m *moments, s CheckServer, up bool) time.Time {
	step := sim.StepEffect
	if up {
		step = sim.StepRecovered
	}
	if e, ok := m.steps[s.NodeOf(r.plan)][step]; ok {
		return e.At
	}
	t, _ := m.step(step, true)
	return t
}

// firstAnswer is when a node first answered a request that was sent at t or later; sent is how many were.
func (r *record) firstAnswer(node string, t time.Time) (at time.Time, seen bool, sent int) {
	for _, q := range r.in(window{t, r.end}) {
		sent++
		if q.Server == node {
			return q.at.Add(q.Latency), true, sent
		}
	}
	return at, false, sent
}

// times holds each concerned server's change against its budget.
func (r *record) times(d *sim.Detection, m *moments, up bool) finding {
	servers := r.concerned(m, d.Servers)
	if len(servers) == 0 {
		return cannotTell("", "haproxy.cfg has no servers in backend %q", r.config.Backend)
	}
	if r.since(m, servers[0], up).IsZero() {
		return cannotTell("", "%s was not seen of %s", stepName(map[bool]string{false: sim.StepEffect, true: sim.StepRecovered}[up]), m.fault.Name)
	}
	var all []measured
	for _, s := range servers {
		one, problem := r.timeOf(d, m, s, up)
		if problem != nil {
			return *problem
		}
		all = append(all, one)
	}
	worst := all[0]
	var took []string
	for _, one := range all {
		took = append(took, one.server.Name+" "+short(one.took))
		if one.took-one.limit > worst.took-worst.limit {
			worst = one
		}
	}
	f := held(worst.took <= worst.limit, strings.Join(took, ", "), "<= "+short(worst.limit),
		fmt.Sprintf("%s took %s, %s at most", worst.server.Name, short(worst.took), short(worst.limit)))
	f.reason = strings.TrimPrefix(f.reason+"; "+worst.budget, "; ")
	return f
}

// timeOf measures one server; problem is the finding where there is nothing to measure.
func (r *record) timeOf(d *sim.Detection, m *moments, s CheckServer, up bool) (one measured, problem *finding) {
	state, budget := "DOWN", r.config.Detection(s)
	if up {
		state, budget = "UP", r.config.Recovery(s)
	}
	stop := func(f finding) (measured, *finding) { return measured{}, &f }
	bound := "<= " + short(budget.Total)
	if !s.Checked {
		return stop(held(false, "no checks", bound, fmt.Sprintf("server %s has no check in haproxy.cfg: the director cannot see it fail", s.Name)))
	}
	injected, _ := m.step(sim.StepInjected, false)
	if before := r.stateAt(s, injected); !up && before != "UP" {
		return stop(cannotTell(bound, "%s was not UP before the fault (%s)", s.Name, orNone(before)))
	}
	if up {
		if _, _, down := r.changed(m, s, false); !down {
			return stop(held(false, "never taken out", bound, fmt.Sprintf("the director never had %s DOWN: there is nothing to take back", s.Name)))
		}
	}
	at, slack, seen := r.changed(m, s, up)
	if !seen {
		return stop(held(false, "not seen", bound, fmt.Sprintf("the director was never seen to have %s %s", s.Name, state)))
	}
	one = measured{server: s, took: max(0, at.Sub(r.since(m, s, up))), limit: budget.Total + d.Allow + slack,
		budget: fmt.Sprintf("%s; + %s between samples", budget.Formula, short(slack))}
	if d.Allow > 0 {
		one.budget += fmt.Sprintf("; + %s allowed", short(d.Allow))
	}
	if d.Within > 0 {
		one.limit, one.budget = d.Within, "bound given by the scenario"
	}
	return one, nil
}

func orNone(s string) string {
	if s == "" {
		return "no sample"
	}
	return s
}
