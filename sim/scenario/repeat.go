package scenario

import (
	"fmt"
	"slices"

	"github.com/goccy/go-yaml/ast"

	"simulacro/sim"
)

// maxTimes bounds how often a fault comes: each time is a step of its own, with its evidence.
const maxTimes = 100

// times makes a step of each time that a fault comes. Where there are several they are called NAME-1, NAME-2 …, and the name
// itself stands for all of them.
func (d *decoder) times(n ast.Node, f *sim.Fault, r *raw, seen map[string]ast.Node) []sim.Step {
	switch {
	case seen["every"] == nil && seen["until"] == nil:
		return []sim.Step{{When: r.when, Fault: f}}
	case seen["every"] == nil:
		d.fail(seen["until"], "until without every: say how often the fault comes; for is how long it lasts")
	case seen["until"] == nil:
		d.fail(seen["every"], "every without until: say from when on the fault does not come any more")
	case f.For == 0 && seen["for"] == nil:
		d.fail(seen["every"], "every needs for: a fault that is held until the load is over cannot come again")
	case r.every > 0 && f.For >= r.every:
		d.fail(seen["every"], "every is %s, and the fault lasts %s: it would have to begin again before it is over", sim.ShortTime(r.every), sim.ShortTime(f.For))
	case r.every > 0 && r.until <= r.when.At+r.every:
		d.fail(seen["until"], "until is %s: the fault would come only once; it begins at %s and comes again every %s", sim.ShortTime(r.until), sim.ShortTime(r.when.At), sim.ShortTime(r.every))
	case r.every > 0 && (r.until-r.when.At)/r.every >= maxTimes:
		d.fail(seen["every"], "the fault would come more than %d times", maxTimes)
	case r.every > 0:
		return d.repeat(f, r)
	}
	return []sim.Step{{When: r.when, Fault: f}}
}

func (d *decoder) repeat(f *sim.Fault, r *raw) (steps []sim.Step) {
	group := f.Name
	for at := r.when.At; at < r.until; at += r.every {
		one := f // the first one is the entry itself: what is found out about it later is said of all
		if len(steps) > 0 {
			c := *f
			one = &c
			one.Follows, one.Say = d.rounds[group][len(steps)-1], sim.Text{}
		}
		one.Of, one.Name = group, fmt.Sprintf("%s-%d", group, len(steps)+1)
		steps = append(steps, sim.Step{When: sim.When{At: at, After: r.when.After, Step: r.when.Step}, Fault: one})
		d.rounds[group] = append(d.rounds[group], one.Name)
	}
	return steps
}

// occurrence is the step that a name means at a moment: of a repeated fault the first time's injection and effect, and the
// last time's recovery.
func (d *decoder) occurrence(name, moment string) string {
	all := d.rounds[name]
	switch {
	case len(all) == 0:
		return name
	case moment == sim.StepRecover || moment == sim.StepRecovered || moment == sim.MomentUp:
		return all[len(all)-1]
	}
	return all[0]
}

func (d *decoder) repeated() (names []string) {
	for name := range d.rounds {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// spread puts the times of a repeated fault in the place of its name in the expectations: what is expected of the fault must
// hold each time; before is before the first, after and restored are after the last.
func (d *decoder) spread(s *sim.Scenario) {
	var all []sim.Expectation
	for _, e := range s.Expect {
		times := d.rounds[faultOf(e)]
		if f := s.Fault(faultOf(e)); f != nil && f.Of != "" { // one of the times by its own name
			all = append(all, ofTime(e, f.Of, f.Name))
			continue
		}
		switch {
		case len(times) == 0:
			all = append(all, e)
			continue
		case e.Window.Kind == sim.Before:
			times = times[:1]
		case e.Recovery == nil && (e.Window.Kind == sim.After || e.Window.Kind == sim.Restored):
			times = times[len(times)-1:]
		}
		for _, name := range times {
			all = append(all, ofTime(e, faultOf(e), name))
		}
	}
	s.Expect = all
}

func faultOf(e sim.Expectation) string {
	switch {
	case e.Detection != nil:
		return e.Detection.Fault
	case e.Recovery != nil:
		return e.Recovery.Fault
	}
	return e.Window.Fault
}

// ofTime is an expectation of a repeated fault as that of one of its times.
func ofTime(e sim.Expectation, group, name string) sim.Expectation {
	e.Window.Fault = name
	one := func(nodes []string) []string {
		nodes = slices.Clone(nodes)
		for i, node := range nodes {
			nodes[i] = ofGroup(node, group, name)
		}
		return nodes
	}
	made := e.Name == describe(&e)
	switch {
	case e.Detection != nil:
		c := *e.Detection
		c.Fault, c.Servers, e.Detection = name, one(c.Servers), &c
	case e.Recovery != nil:
		c := *e.Recovery
		c.Fault, c.Servers, e.Recovery = name, one(c.Servers), &c
	case e.Distribution != nil:
		c := *e.Distribution
		c.Servers, e.Distribution = one(c.Servers), &c
	case e.State != nil:
		c := *e.State
		c.Servers, e.State = one(c.Servers), &c
	case e.Page != nil:
		c := *e.Page
		c.Servers, e.Page = one(c.Servers), &c
	case e.Content != nil:
		c := *e.Content
		c.Servers, e.Content = one(c.Servers), &c
	case len(e.Share) > 0:
		e.Share = slices.Clone(e.Share)
		for i := range e.Share {
			e.Share[i].Server = ofGroup(e.Share[i].Server, group, name)
		}
	}
	if made {
		e.Name = describe(&e)
	}
	return e
}

// ofGroup puts a time's name into "flap.targets".
func ofGroup(node, group, name string) string {
	for _, ending := range []string{sim.TargetsOf, sim.OthersOf} {
		if node == group+ending {
			return name + ending
		}
	}
	return node
}
