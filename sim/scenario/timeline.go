package scenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"simulacro/sim"
)

func (d *decoder) timeline(n ast.Node, s *sim.Scenario) {
	if _, ok := n.(*ast.SequenceNode); !ok {
		d.fail(n, "timeline must be a list of steps, each with a dash, not %s", kindOf(n))
		return
	}
	for _, item := range d.items(n) {
		s.Timeline = append(s.Timeline, d.step(item, len(s.Timeline)+1)...)
	}
}

// step reads a fault or an action; which of them is told by its key `fault` or `run`.
func (d *decoder) step(n ast.Node, number int) []sim.Step {
	entries, ok := d.entries(n, "step")
	if !ok {
		return nil
	}
	has := func(key string) bool { return slices.ContainsFunc(entries, func(e entry) bool { return e.key == key }) }
	switch {
	case has("fault") && has("run"):
		d.fail(n, "step has both fault and run: make it two steps")
	case has("fault"):
		return []sim.Step{d.faultStep(n)}
	case has("run"):
		return []sim.Step{d.actionStep(n, number)}
	default:
		d.fail(n, "step is neither a fault (fault: KIND) nor an operator's action (run: COMMAND)")
		for _, e := range entries {
			if near := nearest(e.key, []string{"fault", "run"}); near != "" {
				d.fail(e.at, "unknown field of step %q: did you mean %q?", e.key, near)
			}
		}
	}
	return nil
}

func faultFields(f *sim.Fault, when *sim.When, target *ast.Node) []field {
	return append([]field{
		{"fault", mapping("kind"), "what breaks: an entry of the fault catalogue", func(d *decoder, n ast.Node) { d.str(n, "fault", &f.Kind) }},
		{"name", aName, "for windows and other steps to refer to; without it, the kind", func(d *decoder, n ast.Node) { d.name(n, &f.Name) }},
		{"target", texts, "nodes, or servers for all real servers; may be left out where the kind can hit only one", func(_ *decoder, n ast.Node) { *target = n }},
		{"for", aTime, "from its effect to its recovery; without it, until the load is over", func(d *decoder, n ast.Node) {
			d.duration(n, "for", &f.For)
			if f.For == 0 {
				d.fail(n, "for is 0: nothing could be seen of the fault; leave it out to hold the fault until the load is over")
			}
		}},
		{"params", mapOf(aText), "what the kind takes", func(d *decoder, n ast.Node) { f.Params = d.params(n) }},
		{"say", aTranslation, "told to who watches, when it happens", func(d *decoder, n ast.Node) { d.text(n, "say", &f.Say) }},
	}, whenFields(when)...)
}

func (d *decoder) faultStep(n ast.Node) sim.Step {
	f := &sim.Fault{}
	st := sim.Step{Fault: f}
	var target ast.Node
	seen := d.object(n, "fault", faultFields(f, &st.When, &target))
	if f.Name == "" {
		f.Name = f.Kind
	}
	d.place(n, seen, &st)
	d.later = append(d.later, func(s *sim.Scenario) { d.checkFault(s, f, n, seen, target) })
	return st
}

func actionFields(a *sim.Action, when *sim.When) []field {
	return append([]field{
		{"run", aText, "the command, as it is typed in the node's shell", func(d *decoder, n ast.Node) { d.str(n, "run", &a.Run) }},
		{"name", aName, "for expectations and other steps to refer to; without it, action-N by its place", func(d *decoder, n ast.Node) { d.name(n, &a.Name) }},
		{"node", aWord, "where it is typed", func(d *decoder, n ast.Node) { d.str(n, "node", &a.Node) }},
		{"exit", whole(0, 255), "the exit code that it must end with", func(d *decoder, n ast.Node) { a.Exit = d.exit(n) }},
		{"say", aTranslation, "told to who watches, when it happens", func(d *decoder, n ast.Node) { d.text(n, "say", &a.Say) }},
	}, whenFields(when)...)
}

func (d *decoder) actionStep(n ast.Node, number int) sim.Step {
	a := &sim.Action{Name: fmt.Sprintf("action-%d", number)}
	st := sim.Step{Action: a}
	seen := d.object(n, "action", actionFields(a, &st.When))
	if seen["node"] == nil {
		d.fail(n, "action has no node: say where %q is typed", a.Run)
	}
	d.place(n, seen, &st)
	d.later = append(d.later, func(s *sim.Scenario) {
		if seen["node"] != nil {
			d.checkNode(s, seen["node"], &a.Node)
		}
	})
	return st
}

func (d *decoder) exit(n ast.Node) *int {
	v, ok := d.integer(n, "exit", 0, 255)
	if !ok {
		return nil
	}
	code := int(v)
	return &code
}

// name reads a step's name: one word, since windows are written as "during NAME".
func (d *decoder) name(n ast.Node, to *string) {
	d.str(n, "name", to)
	if strings.ContainsAny(*to, " \t\n,") || *to == "" {
		d.fail(n, "name %q must be one word", *to)
	}
}

func (d *decoder) params(n ast.Node) map[string]string {
	entries, _ := d.entries(n, "params")
	params := map[string]string{}
	for _, e := range entries {
		if v, ok := d.word(e.value, "parameter "+e.key); ok {
			params[e.key] = v
		}
	}
	return params
}

func whenFields(w *sim.When) []field {
	return []field{
		{"at", aTime, "after the start of the load, or after what after names", func(d *decoder, n ast.Node) { d.duration(n, "at", &w.At) }},
		{"after", aMoment, `a moment of an earlier step: "kill effect", "kill recovered", "ACTION done"`, func(d *decoder, n ast.Node) {
			s, ok := d.word(n, "after")
			if !ok {
				return
			}
			f := strings.Fields(s)
			if len(f) != 2 {
				d.fail(n, `after %q must be a step's name and a moment of it, such as "kill effect"`, s)
				return
			}
			w.After, w.Step = f[0], f[1]
		}},
	}
}

// place checks that a step has a time, and, when all steps are known, that the step it follows comes earlier: so no
// circle can be written.
func (d *decoder) place(n ast.Node, seen map[string]ast.Node, st *sim.Step) {
	if seen["at"] == nil && seen["after"] == nil {
		d.fail(n, "step has no time: give it at (after the start of the load) or after (a moment of an earlier step)")
	}
	when, name := st.When, st.Name()
	d.later = append(d.later, func(s *sim.Scenario) {
		if when.After == "" {
			return
		}
		var earlier []string
		for _, other := range s.Timeline {
			if other.Name() == name {
				break
			}
			if earlier = append(earlier, other.Name()); other.Name() == when.After {
				d.checkMoment(seen["after"], other, when.Step)
				return
			}
		}
		d.fail(seen["after"], "%s", unknown("earlier step", when.After, earlier))
	})
}

func (d *decoder) checkMoment(at ast.Node, of sim.Step, moment string) {
	moments := faultMoments()
	if of.Action != nil {
		moments = []string{sim.ActionEnd}
	}
	if !slices.Contains(moments, moment) {
		d.fail(at, "%s", unknown("moment of "+of.Name(), moment, moments))
		return
	}
	if of.Fault != nil && of.Fault.For == 0 && (moment == sim.StepRecover || moment == sim.StepRecovered) {
		d.fail(at, "%s is held until the load is over: nothing can follow its recovery; give it for", of.Name())
	}
}
