// Package judge holds a History against what a scenario expects. It is pure: the same history and scenario give the same
// verdict, with or without a cluster. What it expects of times and distributions it derives from the haproxy.cfg that was
// in force, which the history carries.
//
//	history, _ := sim.ReadHistory("run.ndjson", file)
//	s, _ := scenario.Load(history.Run().Scenario, []byte(history.Run().Source), scenario.Options{})
//	verdict := judge.Judge(history, s)
//
// A run that cannot tell is inconclusive, not passed: a fault whose effect or recovery was not seen, a load that was not
// delivered, a window without requests or samples.
package judge

import (
	"fmt"
	"strings"

	"simulacro/sim"
)

// Judge gives the verdict: first whether the run can be trusted at all, then each expectation, then each action that was
// to end with a certain code, in the scenario's order.
func Judge(h sim.History, s *sim.Scenario) sim.Verdict {
	r := newRecord(h, s)
	v := sim.Verdict{Checks: r.trust()}
	for i := range s.Expect {
		v.Checks = append(v.Checks, r.expect(&s.Expect[i]))
	}
	v.Checks = append(v.Checks, r.exits()...)
	var outcomes []sim.Outcome
	for _, c := range v.Checks {
		outcomes = append(outcomes, c.Outcome)
	}
	v.Outcome = sim.Worst(outcomes...)
	v.Facts = r.facts()
	return v
}

// finding is a check's result before it has its name and window.
type finding struct {
	outcome  sim.Outcome
	measured string
	bound    string
	reason   string
}

// held is pass where ok, else fail. The reason says how it comes to that, either way.
func held(ok bool, measured, bound, reason string) finding {
	if ok {
		return finding{sim.Pass, measured, bound, reason}
	}
	return finding{sim.Fail, measured, bound, reason}
}

// unbroken is pass where nothing is broken, for the reason well.
func unbroken(broken []string, measured, bound, well string) finding {
	if len(broken) == 0 {
		return finding{sim.Pass, measured, bound, well}
	}
	return finding{sim.Fail, measured, bound, strings.Join(broken, "; ")}
}

func cannotTell(bound, format string, args ...any) finding {
	return finding{sim.Inconclusive, "not measured", bound, fmt.Sprintf(format, args...)}
}

// expect holds one expectation against the record.
func (r *record) expect(e *sim.Expectation) sim.Check {
	f := r.find(e)
	c := sim.Check{Name: e.Name, Window: e.Window.String(), Outcome: f.outcome, Measured: f.measured, Bound: f.bound, Reason: f.reason}
	if e.Detection != nil || e.Recovery != nil || e.Output != nil || e.Lost != nil {
		c.Window = "" // they have moments, not a window
	}
	if c.Outcome == sim.Fail && e.Why.EN != "" {
		c.Reason += ". " + e.Why.In(r.lang)
	}
	return c
}

func (r *record) find(e *sim.Expectation) finding {
	switch {
	case e.Detection != nil:
		return r.detection(e.Detection)
	case e.Recovery != nil:
		return r.recovery(e.Recovery)
	case e.Output != nil:
		return r.output(e.Output)
	case e.Lost != nil:
		return r.lost(e.Lost)
	}
	w, err := r.window(e.Window)
	if err != nil {
		return cannotTell("", "the window %q cannot be told: %v", e.Window, err)
	}
	switch {
	case e.State != nil:
		return r.states(e.State, w)
	case e.Log != nil:
		return r.log(e.Log, w)
	}
	requests := r.in(w)
	if len(requests) == 0 {
		return cannotTell("", "no request was sent in the window %q", e.Window)
	}
	switch {
	case e.Availability != nil:
		return served(e.Availability, w, requests)
	case e.Budget != nil:
		return r.spent(e.Budget, requests)
	case e.Page != nil:
		return r.page(e.Page, requests)
	case e.Content != nil:
		return r.content(e.Content, requests)
	case len(e.Share) > 0:
		return shares(e.Share, requests)
	case e.Distribution != nil:
		return r.distribution(e.Distribution, w, requests)
	case e.Status != nil:
		return statusMix(e.Status, requests)
	}
	return latencies(e.Latency, requests)
}
