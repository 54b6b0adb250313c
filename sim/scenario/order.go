package scenario

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"simulacro/sim"
)

// span is when a step is under way, by the plan of the file: as if what is waited for took no time. Since everything takes some,
// two spans tell of each other only where they count from the same moment.
type span struct {
	from     origin
	to       time.Duration // after the same anchor
	forever  bool          // until the load is over
	earliest time.Duration // after the load's start
}

// origin is a time after a moment. The moment "" is the load's start.
type origin struct {
	anchor string
	after  time.Duration
}

// spans finds the spans of all steps; steps follow earlier ones only.
func spans(s *sim.Scenario) map[string]span {
	all := map[string]span{}
	for _, st := range s.Timeline {
		sp := span{from: origin{after: st.When.At}, earliest: st.When.At}
		if st.When.After != "" {
			before := all[st.When.After]
			sp.earliest = before.earliest + st.When.At
			if st.When.Step == sim.StepRecover || st.When.Step == sim.StepRecovered {
				sp.earliest += before.to - before.from.after
			}
			sp.from = origin{st.When.After + " " + st.When.Step, st.When.At}
		}
		if st.Fault != nil {
			if st.Fault.Follows != "" {
				last := all[st.Fault.Follows]
				sp.earliest = max(sp.earliest, last.earliest+last.to-last.from.after)
			}
			sp.to, sp.forever = sp.from.after+st.Fault.For, st.Fault.For == 0
		} else {
			sp.to = sp.from.after
		}
		all[st.Name()] = sp
	}
	return all
}

// during tells whether a step certainly begins while a fault is held.
func (sp span) during(fault string, held span) bool {
	switch sp.from.anchor {
	case fault + " " + sim.StepInjected, fault + " " + sim.StepEffect:
		return held.forever || sp.from.after < held.to-held.from.after
	case held.from.anchor:
		return sp.from.after >= held.from.after && (held.forever || sp.from.after < held.to)
	}
	return false
}

// recoveryMargin is amply what a recovery takes, where a draw must not hit what another fault may still hold.
const recoveryMargin = 5 * time.Second

// near tells whether two faults may be there at the same time.
func (sp span) near(other span) bool {
	ends := func(s span) time.Duration { return s.earliest + s.to - s.from.after + recoveryMargin }
	return (sp.forever || other.earliest < ends(sp)) && (other.forever || sp.earliest < ends(other))
}

// checkOrder refuses what a run could only fail to do: a fault on a node that another has taken away, two that undo each other,
// a command in a node that is off.
func (d *decoder) checkOrder(s *sim.Scenario) {
	all := spans(s)
	for i, st := range s.Timeline {
		for _, before := range s.Timeline[:i] {
			d.checkPair(s, all, before, st)
			d.checkPair(s, all, st, before)
		}
		if st.Fault != nil && st.Fault.Pick != nil {
			d.avoid(s, all, st.Fault)
		}
	}
}

// checkPair holds a step that begins while a fault is held against the fault.
func (d *decoder) checkPair(s *sim.Scenario, all map[string]span, held, st sim.Step) {
	if held.Fault == nil || !all[st.Name()].during(held.Name(), all[held.Name()]) || st.Fault != nil && st.Fault.Of != "" && st.Fault.Of == held.Fault.Of {
		return
	}
	kind := d.kindOf(held.Fault)
	if kind == nil {
		return
	}
	if st.Action != nil {
		if kind.Takes && (slices.Contains(held.Fault.Targets, st.Action.Node) || st.Action.Node == held.Name()+sim.TargetsOf) {
			d.failStep(st, "%s is typed in %s while %s (%s) has taken it away: no command runs there", st.Name(), st.Action.Node, held.Name(), held.Fault.Kind)
		}
		return
	}
	other := d.kindOf(st.Fault)
	for _, node := range st.Fault.Targets {
		switch {
		case !slices.Contains(held.Fault.Targets, node) || other == nil:
		case all[held.Name()].from == all[st.Name()].from && slices.IndexFunc(s.Timeline, named(held)) > slices.IndexFunc(s.Timeline, named(st)):
			// Both begin at once: the one that comes first in the file is told of.
		case kind.Takes:
			d.failStep(st, "%s cannot hit %s while %s (%s) has taken it away: nothing can be done to it then", st.Name(), node, held.Name(), held.Fault.Kind)
			return
		case other.Name == kind.Name && reflect.DeepEqual(st.Fault.Params, held.Fault.Params):
			d.failStep(st, "%s cannot hit %s while %s holds it with the same fault: nothing would change", st.Name(), node, held.Name())
			return
		default:
			if both := common(kind.Touches, other.Touches); len(both) > 0 {
				d.failStep(st, "%s cannot hit %s while %s (%s) holds it: both change %s, and the recovery of one would undo the other", st.Name(), node, held.Name(), held.Fault.Kind, strings.Join(both, ", "))
				return
			}
		}
	}
}

func named(st sim.Step) func(sim.Step) bool {
	return func(other sim.Step) bool { return other.Name() == st.Name() }
}

// avoid keeps a draw off what other faults may hold at the time, and wants enough to be left.
func (d *decoder) avoid(s *sim.Scenario, all map[string]span, f *sim.Fault) {
	left := len(f.Pick.Of)
	f.Pick.Avoid = nil
	for _, other := range s.Faults() {
		same := other.Of != "" && other.Of == f.Of
		if other == f || same || !all[f.Name].near(all[other.Name]) {
			continue
		}
		later := slices.Index(s.Faults(), other) > slices.Index(s.Faults(), f)
		if later && other.Pick != nil {
			continue // which avoids this one
		}
		f.Pick.Avoid = append(f.Pick.Avoid, other.Name)
		if other.Pick != nil {
			left -= other.Pick.N
		} else {
			left = min(left, len(without(f.Pick.Of, other.Targets)))
		}
	}
	if f.Pick.N > left && len(f.Pick.Of) > 0 {
		d.fail(d.at[f], "%s draws %d of %s, and %s may hold some of them at the time: too few are left", f.Name, f.Pick.N, strings.Join(f.Pick.Of, ", "), strings.Join(f.Pick.Avoid, ", "))
	}
}

func (d *decoder) kindOf(f *sim.Fault) *sim.FaultKind {
	i := slices.IndexFunc(d.kinds, func(k sim.FaultKind) bool { return k.Name == f.Kind })
	if i < 0 {
		return nil
	}
	return &d.kinds[i]
}

// failStep notes a mistake at a step's time.
func (d *decoder) failStep(st sim.Step, format string, args ...any) {
	if st.Fault != nil {
		d.fail(d.at[st.Fault], format, args...)
	} else {
		d.fail(d.actions[st.Action], format, args...)
	}
}

func common(a, b []string) (both []string) {
	for _, x := range a {
		if slices.Contains(b, x) {
			both = append(both, x)
		}
	}
	return both
}
