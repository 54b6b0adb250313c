package judge

import (
	"fmt"
	"slices"
	"time"

	"simulacro/sim"
)

// window is a half-open span of time.
type window struct{ from, to time.Time }

func (w window) has(t time.Time) bool { return !t.Before(w.from) && t.Before(w.to) }

// window finds a scenario's window in the history; the error says which moment is missing.
func (r *record) window(w sim.Window) (window, error) {
	out := window{r.start, r.end}
	if w.Kind == sim.All {
		return out, nil
	}
	if w.Kind == sim.Before && w.Fault == "" {
		out.to = r.ended(r.firstInjection())
		return out, nil
	}
	if w.Kind == sim.Named {
		return r.named(w.Name)
	}
	from, to, err := r.span(w)
	if err != nil {
		return out, err
	}
	if !from.IsZero() {
		out.from = from
	}
	if !to.IsZero() {
		out.to = minTime(to, r.end)
	}
	if w.Kind == sim.Before {
		out.to = r.ended(out.to)
	}
	return out, nil
}

// span is the time of a fault's window, or of an action's; a zero moment is the load's own.
func (r *record) span(w sim.Window) (from, to time.Time, err error) {
	if m := r.faults[w.Fault]; m != nil {
		return r.edges(w.Kind, m)
	}
	if !slices.ContainsFunc(r.scenario.Timeline, func(s sim.Step) bool { return s.Action != nil && s.Action.Name == w.Fault }) {
		return from, to, fmt.Errorf("the scenario has no fault or action %q", w.Fault)
	}
	acted, done := r.acted[w.Fault]
	if !done {
		return from, to, fmt.Errorf("the action %s was not done", w.Fault)
	}
	switch w.Kind {
	case sim.Before:
		return from, acted.from, nil
	case sim.During:
		return acted.from, acted.to, nil
	case sim.After:
		return acted.to, to, nil
	}
	return from, to, fmt.Errorf("an action has no window %q", w.Kind)
}

// named finds one of the scenario's own windows. One that ends before it begins is empty.
func (r *record) named(name string) (out window, err error) {
	i := slices.IndexFunc(r.scenario.Windows, func(w sim.NamedWindow) bool { return w.Name == name })
	if i < 0 {
		return out, fmt.Errorf("the scenario has no window %q", name)
	}
	w := r.scenario.Windows[i]
	if out.from, err = r.moment(w.From, true); err != nil {
		return out, err
	}
	out.to, err = r.moment(w.To, false)
	out.to = minTime(out.to, r.end)
	if err == nil && out.to.Before(out.from) {
		err = fmt.Errorf("%s was seen before %s", w.To, w.From)
	}
	return out, err
}

// moment is when something happened. What happens on several nodes begins a window when it has happened on the last of them,
// and ends one when it happens on the first; a time after it counts from the last at either edge.
func (r *record) moment(m sim.Moment, begins bool) (t time.Time, err error) {
	switch f := r.faults[m.Of]; {
	case m.Step == sim.MomentStart:
		t = r.start
	case m.Step == sim.MomentEnd:
		t = r.end
	case m.Step == sim.ActionEnd:
		acted, done := r.acted[m.Of]
		if !done {
			return t, fmt.Errorf("the action %s was not done", m.Of)
		}
		t = acted.to
	case f == nil:
		return t, fmt.Errorf("the scenario has no fault %q", m.Of)
	case m.Step == sim.MomentDown || m.Step == sim.MomentUp:
		if t, err = r.allChanged(f, m.Step == sim.MomentUp); err != nil {
			return t, err
		}
	default:
		var seen bool
		// A time after a look counts from its end at either edge: the window "effect" to "effect + 1s" is a second long.
		if t, seen = f.edge(m.Step, begins || m.Plus > 0); !seen {
			return t, fmt.Errorf("%s was not seen of %s", stepName(m.Step), m.Of)
		}
	}
	return t.Add(m.Plus), nil
}

// allChanged is when the director had every server concerned DOWN, or UP again.
func (r *record) allChanged(m *moments, up bool) (last time.Time, err error) {
	for _, s := range r.concerned(m, nil) {
		t, _, seen := r.changed(m, s, up)
		if !seen {
			state := map[bool]string{true: "UP again", false: "DOWN"}[up]
			return last, fmt.Errorf("the director was not seen to have %s %s", s.Name, state)
		}
		last = maxTime(last, t)
	}
	return last, nil
}

// ended is the last moment by which every request sent until then had ended at t: one that was under way when a fault
// struck does not tell of the time before it.
func (r *record) ended(t time.Time) time.Time {
	for _, q := range r.in(window{r.start, t}) {
		if q.at.Add(q.Latency).After(t) {
			return q.at
		}
	}
	return t
}

// edges are the moments between which a fault's window lies; a zero one is the load's own.
func (r *record) edges(kind sim.WindowKind, m *moments) (from, to time.Time, err error) {
	need := func(step string, begins bool) time.Time {
		t, ok := m.edge(step, begins)
		if !ok && err == nil {
			err = fmt.Errorf("%s was not seen of %s", stepName(step), m.fault.Name)
		}
		return t
	}
	switch kind {
	case sim.Before:
		return from, need(sim.StepInjected, false), err
	case sim.During:
		return need(sim.StepEffect, true), need(sim.StepRecover, false), err
	case sim.After:
		return need(sim.StepRecovered, true), to, err
	}
	change, err := r.allChanged(m, kind == sim.Restored)
	if err != nil {
		return from, to, err
	}
	switch kind {
	case sim.Undetected:
		return need(sim.StepEffect, true), change, err
	case sim.Detected:
		return maxTime(change, need(sim.StepEffect, true)), need(sim.StepRecover, false), err
	}
	return change, to, nil
}

func stepName(step string) string {
	return map[string]string{
		sim.StepInjected:  "the injection",
		sim.StepEffect:    "the effect",
		sim.StepRecover:   "the request for recovery",
		sim.StepRecovered: "the recovery",
	}[step]
}

// firstInjection ends the window before every fault; the load's end where none was injected.
func (r *record) firstInjection() time.Time {
	first := r.end
	for _, m := range r.faults {
		if t, ok := m.step(sim.StepInjected, false); ok {
			first = minTime(first, t)
		}
	}
	return first
}

// in are the requests that were to be sent in the window.
func (r *record) in(w window) []request {
	byTime := func(q request, t time.Time) int { return q.at.Compare(t) }
	from, _ := slices.BinarySearchFunc(r.requests, w.from, byTime)
	to, _ := slices.BinarySearchFunc(r.requests, w.to, byTime)
	if from > to {
		return nil
	}
	return r.requests[from:to]
}

// concerned are the server lines of some nodes: those named, else the fault's targets that are servers, else all.
func (r *record) concerned(m *moments, named []string) []CheckServer {
	if len(named) == 0 {
		named = m.targets
	}
	var list []CheckServer
	for _, s := range r.config.Servers {
		if slices.Contains(named, s.NodeOf(r.plan)) {
			list = append(list, s)
		}
	}
	if len(list) == 0 {
		return r.config.Servers
	}
	return list
}

// changed is when the director was first known to have a server DOWN after the fault's injection, or UP after its
// recovery was asked for: by a sample of its statistics or by its log, whichever is first. slack is how late that can be
// seen: the time since the sample before.
func (r *record) changed(m *moments, s CheckServer, up bool) (at time.Time, slack time.Duration, seen bool) {
	state, step := "DOWN", sim.StepInjected
	if up {
		state, step = "UP", sim.StepRecover
	}
	from, ok := m.step(step, false)
	if !ok {
		return at, 0, false
	}
	if up { // a server that was never taken out is not back
		down, _, taken := r.changed(m, s, false)
		if !taken {
			return at, 0, false
		}
		from = maxTime(from, down)
	}
	samples := r.samples[s.Name]
	for i, smp := range samples {
		if smp.at.Before(from) || smp.state() != state {
			continue
		}
		at, seen = smp.at, true
		if i > 0 {
			slack = smp.at.Sub(samples[i-1].at)
		}
		break
	}
	for _, c := range r.verdicts[s.Name] {
		if !c.at.Before(from) && c.state == state && (!seen || c.at.Before(at)) {
			return c.at, slack, true
		}
	}
	return at, slack, seen
}

// stateAt is a server's state by the last sample before t, "" where there is none.
func (r *record) stateAt(s CheckServer, t time.Time) string {
	state := ""
	for _, smp := range r.samples[s.Name] {
		if !smp.at.Before(t) {
			break
		}
		state = smp.state()
	}
	return state
}
