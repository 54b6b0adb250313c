package run

import (
	"fmt"
	"slices"
	"time"

	"simulacro/sim"
	"simulacro/sim/judge"
)

// Preview is what a run would do: the plan of a dry run. Times count from the start of the judged load.
type Preview struct {
	Scenario    string                `json:"scenario"`
	Title       string                `json:"title"`
	Description string                `json:"description,omitempty"`
	Director    sim.DirectorKind      `json:"director"`
	Nodes       []sim.Node            `json:"nodes"`
	Mount       string                `json:"mount,omitempty"` // empty: the practical's
	HAProxyCfg  string                `json:"haproxy_cfg"`     // as it will be in force
	Changes     []string              `json:"changes,omitempty"`
	Load        LoadPreview           `json:"load,omitzero"`
	Steady      time.Duration         `json:"steady_ns"`
	Settle      time.Duration         `json:"settle_ns"`
	Limit       time.Duration         `json:"limit_ns"`
	Page        string                `json:"page,omitempty"` // of the steady state; empty: the practical's
	Up          []string              `json:"up,omitempty"`   // the servers of the steady state; empty: all
	Holds       time.Duration         `json:"holds_ns,omitempty"`
	Limits      []LimitPreview        `json:"limits,omitempty"`
	Seed        int64                 `json:"seed,omitempty"` // 0: the run draws one
	Timeline    []Moment              `json:"timeline"`
	Windows     []WindowPreview       `json:"windows,omitempty"`
	Expect      []ExpectPreview       `json:"expect"`
	Budgets     []judge.ServerBudget  `json:"budgets"`
	Doubts      []string              `json:"doubts,omitempty"` // why the run might not be able to tell
	budgets     map[string]faultLimit // by fault
	own         map[string]sim.NamedWindow
}

// LimitPreview is what a node may use.
type LimitPreview struct {
	Node   string  `json:"node"`
	CPU    float64 `json:"cpu,omitempty"`          // processors
	Memory int64   `json:"memory_bytes,omitempty"` // swap included
}

// LoadPreview is the load that will be sent; its zero value is none.
type LoadPreview struct {
	Rate      float64       `json:"rate"` // requests/s; the highest where there are steps
	Steps     []RatePreview `json:"steps,omitempty"`
	Sources   int           `json:"sources,omitempty"` // client addresses; 0: one
	Forwarded bool          `json:"forwarded,omitempty"`
	Paths     []PathPreview `json:"paths"`
	Keepalive bool          `json:"keepalive,omitempty"`
	Timeout   time.Duration `json:"timeout_ns"`
	Warm      time.Duration `json:"warm_ns,omitempty"` // sent before time zero and not judged
	Count     int64         `json:"count,omitempty"`
	For       time.Duration `json:"for_ns,omitempty"`
}

// RatePreview is a rate for some time; the last one's time may be 0: until the load ends.
type RatePreview struct {
	Rate float64       `json:"rate"`
	For  time.Duration `json:"for_ns,omitempty"`
}

// PathPreview is a path and its part of the load.
type PathPreview struct {
	Path   string `json:"path"`
	Weight int    `json:"weight"`
}

// Moment is something that will happen. Least: at the earliest, since it waits for something to be seen or to end.
type Moment struct {
	At    time.Duration `json:"at_ns"`
	Least bool          `json:"least,omitempty"`
	After string        `json:"after,omitempty"` // the moment that it follows, if one: "kill effect"
	Name  string        `json:"name"`
	What  string        `json:"what"`
	Say   string        `json:"say,omitempty"`
}

// WindowPreview is a window that an expectation looks at.
type WindowPreview struct {
	Name string `json:"name"`
	From string `json:"from"`
	To   string `json:"to"`
}

// ExpectPreview is what will be judged.
type ExpectPreview struct {
	Name   string `json:"name"`
	Window string `json:"window,omitempty"`
	Bound  string `json:"bound"`
	Line   int    `json:"line"` // in the scenario file
}

// faultLimit is the slowest budget of the servers that a fault concerns.
type faultLimit struct {
	down, up time.Duration
	seen     bool // the director checks at least one of them
	reads    bool // … and looks at an answer of theirs
}

// NewPreview plans a run without a cluster: on spec's addresses, and on spec's haproxy.cfg or, where that is empty, the
// practical's. An error means that the scenario's changes to haproxy.cfg do not fit it. lang is the language of what is for people.
func NewPreview(s *sim.Scenario, spec sim.Spec, lang string) (*Preview, error) {
	if s.Seed != 0 {
		drawn, err := s.Draw(s.Seed)
		if err != nil {
			return nil, fmt.Errorf("plan %s: %w", s.Name, err)
		}
		s = drawn
	}
	plan := spec.Plan
	plan.Servers = s.Cluster.Servers
	cfg := spec.HAProxyCfg
	if cfg == "" {
		cfg = PracticalCfg(plan)
	}
	cfg, err := changedCfg(cfg, s, plan)
	if err != nil {
		return nil, fmt.Errorf("plan %s: %w", s.Name, err)
	}
	p := &Preview{Scenario: s.Name, Title: s.Title.In(lang), Description: s.Description.In(lang), Director: spec.Director,
		Nodes: plan.Nodes(), Mount: s.Cluster.Mount, HAProxyCfg: cfg, Changes: changes(s.Cluster), Steady: s.Steady, Settle: s.Settle,
		Limit: s.Limit, Seed: s.Seed, Budgets: judge.Budgets(cfg, plan), budgets: map[string]faultLimit{},
		Page: s.Holds.Page, Up: s.Holds.Servers, Holds: s.Holds.For, own: map[string]sim.NamedWindow{}}
	for _, l := range s.Cluster.Limits {
		p.Limits = append(p.Limits, LimitPreview{l.Node, l.CPU, l.Memory})
	}
	for _, w := range s.Windows {
		p.own[w.Name] = w
	}
	if p.Mount == "" {
		p.Mount = spec.MountOptions
	}
	if s.Load.Rate > 0 {
		l := s.Load
		p.Load = LoadPreview{Rate: l.Rate, Keepalive: l.Keepalive, Timeout: l.Timeout, Warm: s.Warm, Count: l.Count, For: l.For, Sources: l.Sources, Forwarded: l.Forwarded}
		for _, st := range l.Steps {
			p.Load.Steps = append(p.Load.Steps, RatePreview(st))
		}
		for _, path := range l.Paths {
			p.Load.Paths = append(p.Load.Paths, PathPreview(path))
		}
	}
	for _, f := range s.Faults() {
		p.budgets[f.Name] = p.limit(targetsOf(f))
	}
	times := newSchedule(s, plan, lang)
	p.Timeline = times.list
	p.expectations(s, times)
	p.doubt(s, times)
	return p, nil
}

// targetsOf are the nodes that a fault hits or may be drawn to hit.
func targetsOf(f *sim.Fault) []string {
	if len(f.Targets) == 0 && f.Pick != nil {
		return f.Pick.Of
	}
	return f.Targets
}

// changes says in words what the scenario does to haproxy.cfg.
func changes(c sim.Cluster) (list []string) {
	if c.HAProxy != "" {
		list = append(list, "the scenario's own file")
	}
	for _, patch := range c.Patch {
		for _, l := range patch.Remove {
			list = append(list, patch.Section+": without "+l)
		}
		for _, l := range patch.Replace {
			list = append(list, patch.Section+": "+l.New)
		}
		for _, l := range patch.Add {
			list = append(list, patch.Section+": "+l)
		}
	}
	return list
}

// limit is the slowest budget of the targets, or of all servers where no target is one: the storage node concerns them all.
func (p *Preview) limit(targets []string) (f faultLimit) {
	direct := slices.ContainsFunc(p.Budgets, func(b judge.ServerBudget) bool { return slices.Contains(targets, b.Node) })
	for _, b := range p.Budgets {
		if b.Checked && (!direct || slices.Contains(targets, b.Node)) {
			f.down, f.up, f.seen = max(f.down, b.Down.Total), max(f.up, b.Up.Total), true
			f.reads = f.reads || b.Reads
		}
	}
	return f
}

// expectations lists what is judged, and each window that is looked at, once, in the order of a run.
func (p *Preview) expectations(s *sim.Scenario, times *schedule) {
	var used []sim.Window
	for _, e := range s.Expect {
		one := ExpectPreview{Name: e.Name, Window: e.Window.String(), Bound: p.bound(&e), Line: e.Line}
		if e.Detection != nil || e.Recovery != nil || e.Output != nil {
			one.Window = "" // they have moments
		} else if !slices.Contains(used, e.Window) {
			used = append(used, e.Window)
		}
		p.Expect = append(p.Expect, one)
	}
	rank := func(w sim.Window) int { // one of the scenario's own has none, and comes last
		if w.Kind == sim.Named {
			return len(sim.WindowKinds())
		}
		return slices.Index(sim.WindowKinds(), w.Kind)
	}
	slices.SortStableFunc(used, func(a, b sim.Window) int { return rank(a) - rank(b) })
	for _, w := range used {
		p.Windows = append(p.Windows, p.window(w, times))
	}
}

func (p *Preview) window(w sim.Window, times *schedule) WindowPreview {
	moment := func(step string) string { return times.at(w.Fault, step) }
	limit := p.budgets[w.Fault]
	down, up := "DOWN, which haproxy.cfg does not promise", "UP, which haproxy.cfg does not promise"
	if limit.seen {
		down = "DOWN, at most " + sim.ShortTime(limit.down) + " after the effect"
		up = "UP, at most " + sim.ShortTime(limit.up) + " after the recovery"
	}
	v := WindowPreview{Name: w.String(), From: "0s", To: times.endText()}
	if _, action := times.moments[w.Fault+"/"+actionBegin]; action {
		switch w.Kind {
		case sim.Before:
			v.To = moment(actionBegin)
		case sim.During:
			v.From, v.To = moment(actionBegin), moment(sim.ActionEnd)
		case sim.After:
			v.From = moment(sim.ActionEnd)
		}
		return v
	}
	switch w.Kind {
	case sim.Named:
		v.From, v.To = times.moment(p.own[w.Name].From), times.moment(p.own[w.Name].To)
	case sim.Before:
		v.To = times.firstInjection(w.Fault)
	case sim.During:
		v.From, v.To = moment(sim.StepEffect), moment(sim.StepRecover)
	case sim.Undetected:
		v.From, v.To = moment(sim.StepEffect), down
	case sim.Detected:
		v.From, v.To = down, moment(sim.StepRecover)
	case sim.After:
		v.From = moment(sim.StepRecovered)
	case sim.Restored:
		v.From = up
	}
	return v
}
