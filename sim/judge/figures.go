package judge

import (
	"slices"
	"time"

	"simulacro/sim"
)

// Figures measures what runs of one scenario are compared by.
func Figures(h sim.History, s *sim.Scenario) sim.Figures {
	r := newRecord(h, s)
	f := sim.Figures{Detection: map[string]time.Duration{}, Recovery: map[string]time.Duration{}, Unsure: map[string]time.Duration{}}
	requests := r.in(window{r.start, r.end})
	served := 0
	for _, q := range requests {
		if q.OK() {
			served++
		}
	}
	if f.Requests = len(requests); f.Requests > 0 {
		f.Availability = float64(served) / float64(len(requests))
	}
	if sorted := waits(requests); len(sorted) > 0 {
		f.P50, f.P99 = quantile(sorted, .5), quantile(sorted, .99)
	}
	for _, fault := range s.Faults() {
		m := r.faults[fault.Name]
		if !slices.ContainsFunc(m.targets, r.checkable) {
			continue
		}
		f.Unsure[fault.Name] = m.unsure()
		for up, into := range map[bool]map[string]time.Duration{false: f.Detection, true: f.Recovery} {
			if took, seen := r.slowest(m, up); seen {
				into[fault.Name] = took
			}
		}
	}
	for _, server := range r.config.Servers {
		f.Interval = max(f.Interval, server.Inter)
	}
	if r.inTurn() {
		f.Exact, _ = answered(requests)
	}
	return f
}

// inTurn tells whether every run must give each server the same number of requests: they are counted, taken in turn, and nothing
// that happens meanwhile keeps one from its server.
func (r *record) inTurn() bool {
	return r.scenario.Load.Count > 0 && len(r.scenario.Timeline) == 0 &&
		(r.config.Balance == "roundrobin" || r.config.Balance == "static-rr")
}

// unsure is the longest time of a target between the plan, when its effect was not there, and the first look that saw it.
func (m *moments) unsure() (d time.Duration) {
	for _, steps := range m.steps {
		planned, ok := steps[sim.StepPlanned]
		effect, seen := steps[sim.StepEffect]
		if ok && seen {
			d = max(d, effect.At.Sub(planned.At))
		}
	}
	return d
}

// slowest is the time that the slowest of the servers concerned took to change, of those that were seen to.
func (r *record) slowest(m *moments, up bool) (took time.Duration, any bool) {
	for _, s := range r.concerned(m, nil) {
		at, _, seen := r.changed(m, s, up)
		if since := r.since(m, s, up); seen && !since.IsZero() {
			took, any = max(took, at.Sub(since)), true
		}
	}
	return took, any
}
