package judge

import (
	"fmt"
	"math"
	"strings"

	"simulacro/sim"
)

// loadTolerance is how far the delivered rate may be from the wanted one before the run proves nothing.
const loadTolerance = 0.01

// trust are the checks that every run must pass before its figures mean anything. They end in pass or inconclusive.
func (r *record) trust() []sim.Check {
	var checks []sim.Check
	add := func(name string, f finding) {
		checks = append(checks, sim.Check{Name: name, Outcome: f.outcome, Measured: f.measured, Bound: f.bound, Reason: f.reason})
	}
	if !r.complete {
		add("run complete", finding{sim.Inconclusive, "it broke off", "it came to its end", `the history has no phase "done"`})
	}
	if r.scenario.Load.Rate > 0 {
		add("load delivered", r.delivered())
	}
	for _, f := range r.scenario.Faults() {
		add("evidence of "+f.Name, r.evidence(r.faults[f.Name]))
	}
	return checks
}

// delivered compares the load with what was asked for, by what the generator says and by what the history holds.
func (r *record) delivered() finding {
	want := r.scenario.Load
	rate := want.Rate
	if len(want.Steps) > 0 && len(r.requests) > 1 {
		rate = meanRate(want.After(r.scenario.Warm), int64(len(r.requests)))
	}
	bound := fmt.Sprintf("%.4g requests/s ± 1 %%", rate)
	if want.Count > 0 {
		bound = fmt.Sprintf("%d requests, %s", want.Count, bound)
	}
	if r.load == nil {
		return cannotTell(bound, "the load generator did not tell what it sent")
	}
	l := r.load
	f := finding{sim.Inconclusive, fmt.Sprintf("%.4g requests/s, %d sent", l.Achieved, l.Sent), bound, ""}
	switch {
	case l.Sent != int64(len(r.requests)):
		f.reason = fmt.Sprintf("the generator sent %d requests, the history holds %d", l.Sent, len(r.requests))
	case want.Count > 0 && l.Sent != want.Count:
		f.reason = "not as many requests as asked for"
	case math.Abs(l.Target-rate) > loadTolerance*rate:
		f.reason = fmt.Sprintf("the generator aimed at %.4g requests/s", l.Target)
	case float64(l.Dropped) > loadTolerance*float64(l.Sent+l.Dropped):
		f.reason = fmt.Sprintf("%d requests were not sent because too many were under way", l.Dropped)
	case math.Abs(l.Achieved-rate) > loadTolerance*rate:
		f.reason = "the load was not delivered: what was measured is another experiment"
	default:
		f.outcome, f.reason = sim.Pass, fmt.Sprintf("the history holds every request; %d were not sent because too many were under way", l.Dropped)
	}
	return f
}

// meanRate is that of the first n requests of a load in steps: n of them span n-1 intervals.
func meanRate(l sim.Load, n int64) float64 {
	due, ok := l.Due(n - 1)
	if !ok || due == 0 {
		return l.Rate
	}
	return float64(n-1) / due.Seconds()
}

// evidence demands that the fault was injected, seen to work, and seen to be gone, on every target.
func (r *record) evidence(m *moments) finding {
	const bound = "effect and recovery seen"
	for _, e := range m.failed {
		return finding{sim.Inconclusive, "a step failed", bound, e.Fault.Evidence}
	}
	var seen []string
	if len(m.targets) == 0 {
		return cannotTell(bound, "it was not injected")
	}
	for _, target := range m.targets {
		for _, step := range []string{sim.StepInjected, sim.StepEffect, sim.StepRecover, sim.StepRecovered} {
			e, ok := m.steps[target][step]
			if !ok {
				return cannotTell(bound, "%s was not seen on %s", stepName(step), target)
			}
			if step != sim.StepEffect && step != sim.StepRecovered {
				continue
			}
			if e.Fault.Evidence == "" {
				return cannotTell(bound, "%s on %s has no evidence", stepName(step), target)
			}
			seen = append(seen, e.Fault.Evidence)
		}
	}
	return finding{sim.Pass, strings.Join(seen, "; "), bound, fmt.Sprintf("seen on %s, each step in its time", strings.Join(m.targets, ", "))}
}

// exits hold the actions against the codes that the timeline gives them, and against having been done at all.
func (r *record) exits() []sim.Check {
	var checks []sim.Check
	for _, st := range r.scenario.Timeline {
		if st.Action == nil {
			continue
		}
		f := r.exit(st.Action)
		if f.outcome != sim.Pass || st.Action.Exit != nil {
			checks = append(checks, sim.Check{Name: "exit code of " + st.Action.Name, Outcome: f.outcome, Measured: f.measured, Bound: f.bound, Reason: f.reason})
		}
	}
	return checks
}

func (r *record) exit(a *sim.Action) finding {
	bound := "any"
	if a.Exit != nil {
		bound = fmt.Sprint(*a.Exit)
	}
	done := r.actions[a.Name]
	if done == nil {
		return cannotTell(bound, "%q was not run in %s", a.Run, a.Node)
	}
	code := done.Output.Code
	return held(a.Exit == nil || code == *a.Exit, fmt.Sprint(code), bound, firstLine(done.Output.Stderr+"\n"+done.Output.Stdout))
}

// firstLine is the first line of a text that is not empty, for a reason.
func firstLine(text string) string {
	for _, l := range strings.Split(text, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			return "it printed: " + l
		}
	}
	return "it printed nothing"
}
