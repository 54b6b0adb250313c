package scenario

import (
	"slices"
	"sort"

	"github.com/goccy/go-yaml/ast"

	"simulacro/sim"
)

// AllServers is the target that stands for every real server.
const AllServers = "servers"

// resolve runs the checks that need the whole file. What is missing is told only of a file whose keys are all known:
// else a misspelt key would be told twice.
func (d *decoder) resolve(s *sim.Scenario) {
	if len(d.errs) == 0 {
		d.checkWhole(s)
	}
	for _, check := range append(d.faults, d.later...) {
		check(s)
	}
	d.spread(s)
	if len(d.errs) == 0 {
		d.checkOrder(s)
		slices.SortStableFunc(s.Windows, func(a, b sim.NamedWindow) int { return slices.Index(d.named, a.Name) - slices.Index(d.named, b.Name) })
		d.tryPatches(s)
	}
}

// tryPatches applies the patches to the file that they are for: one that finds nothing to change is a mistake.
func (d *decoder) tryPatches(s *sim.Scenario) {
	cfg := s.Cluster.HAProxy
	if cfg == "" && d.haproxy != nil {
		cfg = d.haproxy(s.Cluster.Servers)
	}
	if cfg == "" {
		return
	}
	for i, p := range s.Cluster.Patch {
		changed, err := sim.ApplyPatch(cfg, []sim.SectionPatch{p})
		if err != nil {
			d.fail(d.patches[i], "patch: %v", err)
			continue
		}
		cfg = changed
	}
}

func (d *decoder) checkWhole(s *sim.Scenario) {
	whole := func(msg string) { d.errs = append(d.errs, Error{d.file, 1, 1, msg}) }
	if s.Title.EN == "" {
		whole("scenario has no title")
	}
	if len(s.Expect) == 0 {
		whole("scenario expects nothing: without expect it could not fail")
	}
	if s.Load.Rate > 0 && len(s.Timeline) == 0 && s.Load.Count == 0 && s.Load.For == 0 {
		d.fail(d.seen["load"], "load has no end: give it count or for, or the scenario a timeline")
	}
}

// plan is the cluster's, for its nodes' names; the addresses do not matter here.
func plan(s *sim.Scenario) sim.Plan {
	p := sim.DefaultPlan()
	p.Servers = s.Cluster.Servers
	return p
}

// checkNode puts the plan's name of a node in the place of an alias.
func (d *decoder) checkNode(s *sim.Scenario, at ast.Node, name *string) {
	node, err := plan(s).Node(*name)
	if err != nil {
		var names []string
		for _, n := range plan(s).Nodes() {
			names = append(append(names, n.Name), n.Aliases...)
		}
		d.fail(at, "%s", unknown("node", *name, names))
		return
	}
	*name = node.Name
}

func serverNames(s *sim.Scenario) []string {
	var names []string
	for _, n := range plan(s).Nodes() {
		if n.Role == sim.Server {
			names = append(names, n.Name)
		}
	}
	return names
}

// checkFault resolves a fault's targets and holds it against the catalogue.
func (d *decoder) checkFault(s *sim.Scenario, f *sim.Fault, n ast.Node, seen map[string]ast.Node, target ast.Node) {
	d.checkName(s, sim.Step{Fault: f}, orNode(seen["name"], n))
	before := len(d.errs)
	kind := d.checkKind(f, n, seen)
	switch {
	case target == nil:
		if f.Targets = defaultTargets(s, kind); f.Targets == nil && d.kinds != nil {
			d.fail(n, "fault %q has no target: name the nodes it hits", f.Name)
		}
	case !d.drawn(s, f, kind, target):
		f.Targets = d.targets(s, target)
		d.checkRoles(s, f, kind, target, f.Targets)
	}
	if len(d.errs) == before { // else what is wrong is told
		d.checkParams(s, f, kind, orNode(seen["params"], n))
	}
}

// checkParams asks the kind itself what it thinks of its parameters, at each node that may be hit.
func (d *decoder) checkParams(s *sim.Scenario, f *sim.Fault, kind *sim.FaultKind, at ast.Node) {
	if kind == nil || kind.Check == nil {
		return
	}
	nodes := f.Targets
	if f.Pick != nil {
		nodes = f.Pick.Of
	}
	for _, name := range nodes {
		node, err := plan(s).Node(name)
		if err == nil {
			err = kind.Check(plan(s), node, f.Params)
		}
		if err != nil {
			d.fail(at, "%v", err)
			return
		}
	}
}

// checkName wants each step to have a name of its own; a repeated fault's name is taken as well as those of its times.
func (d *decoder) checkName(s *sim.Scenario, own sim.Step, at ast.Node) {
	of := func(st sim.Step) string {
		if st.Fault == nil {
			return st.Name()
		}
		return orText(st.Fault.Of, st.Name())
	}
	for _, st := range s.Timeline {
		if st.Fault == own.Fault && st.Action == own.Action {
			return
		}
		if st.Name() == own.Name() || of(st) == of(own) || of(st) == own.Name() || st.Name() == of(own) {
			d.fail(at, "two steps are called %q: give each a name of its own", of(own))
			return
		}
	}
}

func orText(text, other string) string {
	if text != "" {
		return text
	}
	return other
}

func orNode(n, other ast.Node) ast.Node {
	if n != nil {
		return n
	}
	return other
}

func roles(list []sim.Role) string {
	text := string(list[0])
	for _, r := range list[1:] {
		text += " or " + string(r)
	}
	return text
}

// checkKind finds the fault's kind and checks its parameters; nil if there is no catalogue or the kind is unknown.
func (d *decoder) checkKind(f *sim.Fault, n ast.Node, seen map[string]ast.Node) *sim.FaultKind {
	if d.kinds == nil {
		return nil
	}
	i := slices.IndexFunc(d.kinds, func(k sim.FaultKind) bool { return k.Name == f.Kind })
	if i < 0 {
		var names []string
		for _, k := range d.kinds {
			names = append(names, k.Name)
		}
		d.fail(orNode(seen["fault"], n), "%s", unknown("fault", f.Kind, names))
		return nil
	}
	kind := &d.kinds[i]
	var known []string
	for _, p := range kind.Params {
		known = append(known, p.Name)
		if p.Required && f.Params[p.Name] == "" {
			d.fail(n, "%s needs the parameter %s: %s", f.Kind, p.Name, p.Does)
		}
		if v := f.Params[p.Name]; v != "" && len(p.Choices) > 0 && !slices.Contains(p.Choices, v) {
			d.fail(seen["params"], "%s", unknown(p.Name+" of "+f.Kind, v, p.Choices))
		}
	}
	for _, name := range sortedKeys(f.Params) {
		if !slices.Contains(known, name) {
			d.fail(seen["params"], "%s", unknown("parameter of "+f.Kind, name, known))
		}
	}
	return kind
}

func sortedKeys(m map[string]string) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	sort.Strings(list)
	return list
}
