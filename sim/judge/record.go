package judge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"simulacro/sim"
)

// record is a History put in order for the checks.
type record struct {
	scenario *sim.Scenario
	plan     sim.Plan
	config   *Config
	lang     string              // of what the scenario's author says
	start    time.Time           // of the judged load; of the history where there is none
	end      time.Time           // just after the last request; of the history where there is none
	complete bool                // the run came to its end
	requests []request           // by intended send time
	longest  time.Duration       // the longest latency of them
	samples  map[string][]sample // by server line, in order
	verdicts map[string][]change // the director's own words in its log, by server line
	faults   map[string]*moments // by fault name
	actions  map[string]*sim.ActionDone
	acted    map[string]window    // from when an action was typed to its end
	pages    map[string]*sim.Page // by hash
	logs     []sim.Event
	load     *sim.LoadSummary // summed over generators; nil if none told of itself
}

type request struct {
	at time.Time
	*sim.Request
}

type sample struct {
	at time.Time
	*sim.ServerStats
}

// state is the first word of a status: "UP 1/3" is UP.
func (s sample) state() string {
	state, _, _ := strings.Cut(s.Status, " ")
	return state
}

// change is a line of the director's log that says that a server went UP or DOWN.
type change struct {
	at    time.Time
	state string
}

// moments are the steps of a fault, by target.
type moments struct {
	fault   *sim.Fault
	targets []string                        // the fault's; those that the history tells of where the scenario leaves them to the catalogue
	steps   map[string]map[string]sim.Event // target, step
	failed  []sim.Event
}

func newRecord(h sim.History, s *sim.Scenario) *record {
	r := &record{
		scenario: s,
		plan:     sim.DefaultPlan(),
		config:   ReadConfig(""),
		samples:  map[string][]sample{},
		verdicts: map[string][]change{},
		faults:   map[string]*moments{},
		actions:  map[string]*sim.ActionDone{},
		acted:    map[string]window{},
		pages:    map[string]*sim.Page{},
	}
	if run := h.Run(); run != nil {
		r.plan, r.config, r.lang = run.Plan, ReadConfig(run.HAProxyCfg), run.Lang
	}
	for _, f := range s.Faults() {
		r.faults[f.Name] = &moments{fault: f, targets: f.Targets, steps: map[string]map[string]sim.Event{}}
	}
	sorted := slices.Clone(h) // events of several sources may be written a little out of order
	slices.SortStableFunc(sorted, func(a, b sim.Event) int { return a.At.Compare(b.At) })
	for _, e := range sorted {
		r.add(e)
	}
	r.bounds(sorted)
	return r
}

func (r *record) add(e sim.Event) {
	switch {
	case e.Request != nil:
		r.requests = append(r.requests, request{e.At, e.Request})
		r.longest = max(r.longest, e.Request.Latency)
	case e.Stats != nil && e.Stats.Backend == r.config.Backend:
		r.samples[e.Stats.Server] = append(r.samples[e.Stats.Server], sample{e.At, e.Stats})
	case e.Fault != nil:
		if m := r.faults[e.Fault.ID]; m != nil {
			m.add(e)
		}
	case e.Action != nil:
		r.actions[e.Action.ID] = e.Action
		r.acted[e.Action.ID] = window{e.At.Add(-e.Action.Took), e.At}
	case e.Page != nil:
		r.pages[e.Page.Hash] = e.Page
	case e.Load != nil:
		r.addLoad(e.Load)
	case e.Kind == sim.KindLog:
		r.logs = append(r.logs, e)
		r.addChange(e)
	case e.Kind == sim.KindPhase && e.Text == "done":
		r.complete = true
	}
}

func (r *record) addLoad(l *sim.LoadSummary) {
	if r.load == nil {
		r.load = &sim.LoadSummary{}
	}
	r.load.Target += l.Target
	r.load.Achieved += l.Achieved
	r.load.Sent += l.Sent
	r.load.Dropped += l.Dropped
}

// addChange understands "Server http_back/cluster3 is DOWN, reason: …" and "… is UP, …".
func (r *record) addChange(e sim.Event) {
	_, rest, ok := strings.Cut(e.Text, "Server "+r.config.Backend+"/")
	if !ok {
		return
	}
	f := strings.Fields(rest)
	if len(f) < 3 || f[1] != "is" {
		return
	}
	state := strings.TrimRight(f[2], ",.")
	r.verdicts[f[0]] = append(r.verdicts[f[0]], change{e.At, state})
}

// add notes a step for each node that the event's target names.
func (m *moments) add(e sim.Event) {
	if e.Fault.Step == sim.StepFailed {
		m.failed = append(m.failed, e)
		return
	}
	for _, target := range strings.FieldsFunc(e.Fault.Target, func(c rune) bool { return c == ',' || c == ' ' }) {
		if m.steps[target] == nil {
			m.steps[target] = map[string]sim.Event{}
			if len(m.fault.Targets) == 0 {
				m.targets = append(m.targets, target)
			}
		}
		if _, seen := m.steps[target][e.Fault.Step]; !seen {
			m.steps[target][e.Fault.Step] = e
		}
	}
}

// bounds finds the judged part of the run.
func (r *record) bounds(sorted sim.History) {
	if len(sorted) == 0 {
		return
	}
	r.start, r.end = sorted[0].At, sorted[len(sorted)-1].At.Add(1)
	if n := len(r.requests); n > 0 {
		r.start, r.end = r.requests[0].at, r.requests[n-1].at.Add(1)
	}
	for _, e := range sorted {
		if e.Kind == sim.KindPhase && e.Text == "load" {
			r.start = e.At
			break
		}
	}
}

// step is the moment when the fault reached a step on all its targets (last) or on one of them (first). Of what a look saw it is
// the look's begin, so that times which are measured from there are none too short.
func (m *moments) step(name string, last bool) (time.Time, bool) {
	return m.reached(name, last, func(e sim.Event) time.Time { return e.At })
}

// edge is where a window begins or ends. Of what a look saw, one begins at the look's end, for from then on it holds for certain.
func (m *moments) edge(name string, begins bool) (time.Time, bool) {
	if !begins {
		return m.step(name, false)
	}
	return m.reached(name, true, func(e sim.Event) time.Time { return maxTime(e.At, e.Fault.Seen) })
}

func (m *moments) reached(name string, last bool, when func(sim.Event) time.Time) (found time.Time, all bool) {
	for _, target := range m.targets {
		e, ok := m.steps[target][name]
		if !ok && last {
			return time.Time{}, false
		}
		if ok && (found.IsZero() || last == when(e).After(found)) {
			found = when(e)
		}
	}
	return found, !found.IsZero()
}

func minTime(a, b time.Time) time.Time { return slices.MinFunc([]time.Time{a, b}, time.Time.Compare) }
func maxTime(a, b time.Time) time.Time { return slices.MaxFunc([]time.Time{a, b}, time.Time.Compare) }

// tally counts words and prints them, the most frequent first.
type tally map[string]int

func (t tally) String() string {
	keys := make([]string, 0, len(t))
	for k := range t {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(cmp.Compare(t[b], t[a]), cmp.Compare(a, b)) })
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = fmt.Sprintf("%s × %d", k, t[k])
	}
	return strings.Join(parts, ", ")
}
