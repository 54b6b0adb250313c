package scenario

import (
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"simulacro/sim"
)

// windows reads the scenario's own windows: a name, and two moments.
func (d *decoder) windows(n ast.Node, s *sim.Scenario) {
	entries, ok := d.entries(n, "windows")
	if ok && len(entries) == 0 {
		d.fail(n, "windows says nothing: give it a name with from and to")
	}
	for _, e := range entries {
		switch {
		case slices.Contains(windowNames(), e.key):
			d.fail(e.at, "window %q has a meaning already: choose another name", e.key)
		case strings.ContainsAny(e.key, " \t,") || e.key == "":
			d.fail(e.at, "window %q must be one word", e.key)
		}
		w := sim.NamedWindow{Name: e.key, From: sim.Moment{Step: sim.MomentStart}, To: sim.Moment{Step: sim.MomentEnd}}
		if seen := d.object(e.value, "window "+e.key, windowFields(&w)); len(seen) == 0 {
			d.fail(e.at, "window %s is the whole load: give it from or to", e.key)
		} else {
			d.later = append(d.later, func(s *sim.Scenario) {
				d.windowMoment(s, &w.From, seen["from"])
				d.windowMoment(s, &w.To, seen["to"])
				s.Windows = append(s.Windows, w)
			})
		}
		d.named = append(d.named, e.key)
	}
}

func windowFields(w *sim.NamedWindow) []field {
	return []field{
		{"from", aWindowMoment, "where it begins; without it the load's start", func(d *decoder, n ast.Node) { d.moment(n, "from", &w.From) }},
		{"to", aWindowMoment, "where it ends; without it the load's end", func(d *decoder, n ast.Node) { d.moment(n, "to", &w.To) }},
	}
}

// moment reads "start", "end" or "NAME STEP", and a time after it: "kill effect + 3s".
func (d *decoder) moment(n ast.Node, what string, to *sim.Moment) {
	s, ok := d.word(n, what)
	if !ok {
		return
	}
	text, plus, later := strings.Cut(s, "+")
	words := strings.Fields(text)
	var m sim.Moment
	switch {
	case len(words) == 2:
		m.Of, m.Step = words[0], words[1]
	case len(words) == 1 && (words[0] == sim.MomentStart || words[0] == sim.MomentEnd):
		m.Step = words[0]
	default:
		d.fail(n, `%s %q must be start, end, or a step's name and a moment of it, such as "kill effect" or "kill effect + 3s"`, what, s)
		return
	}
	if later {
		v, err := time.ParseDuration(strings.TrimSpace(plus))
		if err != nil || v <= 0 {
			d.fail(n, "%s %q: what stands after the + must be a time such as 3s", what, s)
			return
		}
		m.Plus = v
	}
	if m.Step == sim.MomentEnd && later {
		d.fail(n, "%s %q: nothing comes after the end of the load", what, s)
	}
	*to = m
}

// windowMoment holds a moment against the timeline. Of a repeated fault it is the first time's or the last time's.
func (d *decoder) windowMoment(s *sim.Scenario, m *sim.Moment, at ast.Node) {
	if m.Of == "" || at == nil {
		return
	}
	name := d.occurrence(m.Of, m.Step)
	var names []string
	for _, st := range s.Timeline {
		if st.Name() == name {
			moments := append(faultMoments(), sim.MomentDown, sim.MomentUp)
			if st.Action != nil {
				moments = []string{sim.ActionEnd}
			}
			d.checkMoment(at, st, m.Step, moments)
			m.Of = name
			return
		}
		names = append(names, st.Name())
	}
	d.fail(at, "%s", unknown("step", m.Of, append(names, d.repeated()...)))
}
