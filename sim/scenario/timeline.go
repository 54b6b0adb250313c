package scenario

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

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
	named, meant := map[string]bool{}, map[string]bool{}
	for _, e := range entries {
		named[e.key], meant[Nearest(e.key, []string{"fault", "run"})] = true, true
	}
	switch {
	case named["fault"] && named["run"]:
		d.fail(n, "step has both fault and run: make it two steps")
	case named["fault"], meant["fault"] && !named["run"]: // who reads it tells of the misspelt key
		return d.faultStep(n)
	case meant["run"]:
		return []sim.Step{d.actionStep(n, number)}
	default:
		d.fail(n, "step is neither a fault (fault: KIND) nor an operator's action (run: COMMAND)")
	}
	return nil
}

// raw is of a fault's entry what becomes something else before the run: when and how often, and at whom.
type raw struct {
	when         sim.When
	target       ast.Node
	every, until time.Duration
}

func faultFields(f *sim.Fault, r *raw) []field {
	return append([]field{
		{"fault", mapping("kind"), "what breaks: an entry of the fault catalogue", func(d *decoder, n ast.Node) { d.str(n, "fault", &f.Kind) }},
		{"name", aName, "for windows and other steps to refer to; without it, the kind", func(d *decoder, n ast.Node) { d.name(n, &f.Name) }},
		{"target", aTarget, "nodes, or servers for all real servers, or a draw; may be left out where the kind can hit only one", func(_ *decoder, n ast.Node) { r.target = n }},
		{"for", aTime, "from its effect to its recovery; without it, until the load is over", func(d *decoder, n ast.Node) {
			d.duration(n, "for", &f.For)
			if f.For == 0 {
				d.fail(n, "for is 0: nothing could be seen of the fault; leave it out to hold the fault until the load is over")
			}
		}},
		{"every", aTime, "it comes again and again: the time from one beginning to the next; none begins before the one before has recovered", func(d *decoder, n ast.Node) {
			if d.duration(n, "every", &r.every); r.every == 0 {
				d.fail(n, "every is 0: give it the time from one beginning to the next")
			}
		}},
		{"until", aTime, "none begins from then on, counted as at is", func(d *decoder, n ast.Node) { d.duration(n, "until", &r.until) }},
		{"params", mapOf(aText), "what the kind takes", func(d *decoder, n ast.Node) { f.Params = d.params(n) }},
		{"say", aTranslation, "told to who watches, when it happens", func(d *decoder, n ast.Node) { d.text(n, "say", &f.Say) }},
	}, whenFields(&r.when)...)
}

func (d *decoder) faultStep(n ast.Node) []sim.Step {
	f, r := &sim.Fault{}, &raw{}
	seen := d.object(n, "fault", faultFields(f, r))
	if f.Name == "" {
		f.Name = f.Kind
	}
	steps := d.times(n, f, r, seen)
	d.place(n, seen, &steps[0])
	d.faults = append(d.faults, func(s *sim.Scenario) {
		d.checkFault(s, f, n, seen, r.target)
		for _, st := range steps[1:] {
			st.Fault.Targets, st.Fault.Pick, st.Fault.Params = f.Targets, clonePick(f.Pick), f.Params
		}
		for i := range steps {
			d.at[steps[i].Fault] = orNode(seen["at"], orNode(seen["after"], n))
		}
	})
	return steps
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
	d.actions[a] = orNode(seen["node"], n)
	d.later = append(d.later, func(s *sim.Scenario) {
		d.checkName(s, st, orNode(seen["name"], n))
		if seen["node"] != nil {
			d.checkOneNode(s, seen["node"], &a.Node)
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
	switch {
	case *to == "" || strings.ContainsFunc(*to, func(c rune) bool { return c == ' ' || c == ',' || !unicode.IsPrint(c) }):
		d.fail(n, "name %q must be one word", *to)
	case strings.HasSuffix(*to, sim.TargetsOf), strings.HasSuffix(*to, sim.OthersOf):
		d.fail(n, "name %q: what ends so stands for the nodes of a fault", *to)
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
	d.later = append(d.later, func(s *sim.Scenario) { d.follow(s, st, seen["after"]) })
}

// follow finds the earlier step that a step follows; of a fault that comes several times the first time's or the last's.
func (d *decoder) follow(s *sim.Scenario, st *sim.Step, at ast.Node) {
	when := &st.When
	if when.After == "" {
		return
	}
	var earlier []string
	target := d.occurrence(when.After, when.Step)
	for _, other := range s.Timeline {
		if other.Name() == st.Name() {
			break
		}
		if earlier = append(earlier, other.Name()); other.Name() == target {
			moments := faultMoments()
			if other.Action != nil {
				moments = []string{sim.ActionEnd}
			}
			d.checkMoment(at, other, when.Step, moments)
			d.setAfter(s, st, target)
			return
		}
	}
	d.fail(at, "%s", unknown("earlier step", when.After, earlier))
}

// setAfter writes what a step follows into the timeline, which has copies of the steps, for each time of a repeated one.
func (d *decoder) setAfter(s *sim.Scenario, st *sim.Step, target string) {
	st.When.After = target
	for i := range s.Timeline {
		t := &s.Timeline[i]
		if t.Fault != nil && st.Fault != nil && (t.Fault == st.Fault || t.Fault.Of != "" && t.Fault.Of == st.Fault.Of) || t.Action != nil && t.Action == st.Action {
			t.When.After = target
		}
	}
}

func (d *decoder) checkMoment(at ast.Node, of sim.Step, moment string, moments []string) {
	if of.Fault != nil && (moment == sim.MomentDown || moment == sim.MomentUp) {
		d.fail(at, "%s of %s is what the director finds, and is for windows only: a step cannot wait for it; it must be one of %s", moment, of.Name(), strings.Join(moments, ", "))
		return
	}
	if !slices.Contains(moments, moment) {
		d.fail(at, "%s", unknown("moment of "+of.Name(), moment, moments))
		return
	}
	if of.Fault != nil && of.Fault.For == 0 && (moment == sim.StepRecover || moment == sim.StepRecovered || moment == sim.MomentUp) {
		d.fail(at, "%s is held until the load is over: nothing can follow its recovery; give it for", of.Name())
	}
}
