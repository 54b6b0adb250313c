package run

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"simulacro/sim"
)

// schedule is when the steps of a scenario come, at the earliest: as if every effect and recovery were seen at once and every
// command took no time.
type schedule struct {
	list    []Moment
	moments map[string]Moment // by "name/step"
	faults  []*sim.Fault
	end     Moment // of the load, or of the run where there is no load
}

func newSchedule(s *sim.Scenario, plan sim.Plan, lang string) *schedule {
	c := &schedule{moments: map[string]Moment{}, faults: s.Faults()}
	var last time.Duration
	for _, st := range s.Timeline { // a step follows earlier ones only
		start := c.start(st.When)
		start.Name = st.Name()
		if st.Fault != nil {
			start = c.notBefore(start, st.Fault.Follows)
			last = max(last, c.fault(st.Fault, start, lang))
		} else {
			last = max(last, c.action(st.Action, start, plan, lang))
		}
	}
	c.ends(s, last)
	slices.SortStableFunc(c.list, func(a, b Moment) int { return cmp.Compare(a.At, b.At) })
	return c
}

func (c *schedule) start(w sim.When) Moment {
	if w.After == "" {
		return Moment{At: w.At}
	}
	return Moment{At: c.moments[w.After+"/"+w.Step].At + w.At, Least: true, After: w.After + " " + w.Step}
}

// notBefore puts a time of a repeated fault off until the one before is over.
func (c *schedule) notBefore(start Moment, follows string) Moment {
	if back, ok := c.moments[follows+"/"+sim.StepRecovered]; ok && back.At > start.At {
		start.At, start.Least = back.At, true
	}
	return start
}

// fault notes a fault's moments, and gives the time at which it no longer holds up the load's end.
func (c *schedule) fault(f *sim.Fault, start Moment, lang string) time.Duration {
	start.What = f.Kind + " on " + targetText(f) + paramText(f.Params)
	start.Say = f.Say.In(lang)
	c.list = append(c.list, start)
	seen := Moment{At: start.At, Least: true, Name: f.Name}
	c.moments[f.Name+"/"+sim.StepInjected], c.moments[f.Name+"/"+sim.StepEffect] = start, seen
	if f.For == 0 {
		return seen.At
	}
	back := Moment{At: start.At + f.For, Least: true, Name: f.Name, What: "recovery, " + sim.ShortTime(f.For) + " after the effect"}
	c.moments[f.Name+"/"+sim.StepRecover], c.moments[f.Name+"/"+sim.StepRecovered] = back, back
	c.list = append(c.list, back)
	return back.At
}

// targetText is whom a fault hits, or among whom the seed chooses.
func targetText(f *sim.Fault) string {
	if f.Pick != nil && len(f.Targets) == 0 {
		return fmt.Sprintf("%d of %s, as the seed draws", f.Pick.N, strings.Join(f.Pick.Of, ", "))
	}
	text := strings.Join(f.Targets, ", ")
	if f.Pick != nil {
		text += ", drawn by the seed"
	}
	return text
}

// actionBegin is the moment that an action's windows count from.
const actionBegin = "begin"

func (c *schedule) action(a *sim.Action, start Moment, plan sim.Plan, lang string) time.Duration {
	start.What, start.Say = a.Node+"# "+plan.Rewrite(a.Run), a.Say.In(lang)
	if a.Exit != nil {
		start.What += fmt.Sprintf("  (code %d)", *a.Exit)
	}
	c.list = append(c.list, start)
	c.moments[a.Name+"/"+actionBegin], c.moments[a.Name+"/"+sim.ActionEnd] = start, Moment{At: start.At, Least: true}
	return start.At
}

// ends notes the load's end, and the recovery of the faults that are held until then.
func (c *schedule) ends(s *sim.Scenario, last time.Duration) {
	c.end = Moment{At: last, Least: len(s.Timeline) > 0, Name: "end", What: "of the run"}
	switch l := s.Load; {
	case l.Rate == 0:
	case l.Count > 0:
		took, _ := l.After(s.Warm).Due(l.Count)
		c.end = Moment{At: max(0, took-s.Warm), Name: "load", What: fmt.Sprintf("ends after %d requests", l.Count)}
	case l.For > 0:
		c.end = Moment{At: l.For, Name: "load", What: "ends"}
	default:
		after := " after all holds again"
		if slices.ContainsFunc(s.Faults(), func(f *sim.Fault) bool { return f.For == 0 }) {
			after = " after the last step, in the faults that are held"
		}
		c.end = Moment{At: last + s.Settle, Least: true, Name: "load", What: "ends, " + sim.ShortTime(s.Settle) + after}
	}
	c.list = append(c.list, c.end)
	for _, f := range s.Faults() {
		if f.For == 0 {
			back := Moment{At: c.end.At, Least: c.end.Least, Name: f.Name, What: "recovery, when the load is over"}
			c.moments[f.Name+"/"+sim.StepRecover] = back
			c.list = append(c.list, back)
		}
	}
}

// moment is one of a window's own moments in words.
func (c *schedule) moment(m sim.Moment) string {
	switch m.Step {
	case sim.MomentStart:
		return sim.ShortTime(m.Plus)
	case sim.MomentEnd:
		return c.endText()
	case sim.MomentDown, sim.MomentUp:
		return m.String()
	}
	at, ok := c.moments[m.Of+"/"+m.Step]
	if !ok {
		return "never"
	}
	at.At += m.Plus
	return at.text()
}

// at is a moment of a fault in words.
func (c *schedule) at(fault, step string) string {
	if m, ok := c.moments[fault+"/"+step]; ok {
		return m.text()
	}
	return "never"
}

func (c *schedule) endText() string { return c.end.text() }

// firstInjection is that of the fault or, where none is named, of the first.
func (c *schedule) firstInjection(fault string) string {
	if fault != "" {
		return c.at(fault, sim.StepInjected)
	}
	if len(c.faults) == 0 {
		return c.endText()
	}
	first := c.moments[c.faults[0].Name+"/"+sim.StepInjected]
	for _, f := range c.faults[1:] {
		if m := c.moments[f.Name+"/"+sim.StepInjected]; m.At < first.At {
			first = m
		}
	}
	return first.text()
}

func (m Moment) text() string {
	if m.Least {
		return sim.ShortTime(m.At) + " or later"
	}
	return sim.ShortTime(m.At)
}

// paramText is a fault's parameters in the order of their names.
func paramText(params map[string]string) string {
	var list []string
	for k, v := range params {
		list = append(list, k+" "+v)
	}
	if len(list) == 0 {
		return ""
	}
	slices.Sort(list)
	return " (" + strings.Join(list, ", ") + ")"
}
