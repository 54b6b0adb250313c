package scenario

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"simulacro/sim"
)

const coverageHead = `# What the scenarios cover

<!-- Made by "make docs" from the scenario files and the fault catalogue. Change those. -->

Each fault that a scenario injects, by the component that it hits, with the parts of the run that the scenario expects something
of. [scenarios.md](scenarios.md) says what the windows are and what each fault does.

| component | fault | scenario | directors | expects something of |
|---|---|---|---|---|
`

// cover is one line of the table.
type cover struct{ component, fault, scenario, directors, windows string }

// WriteCoverage writes what scenarios cover, as Markdown: component, fault kind, scenario, and the phases in which something
// is expected; then the kinds of the catalogue that no scenario injects.
func WriteCoverage(w io.Writer, all []*sim.Scenario, kinds []sim.FaultKind) error {
	all = slices.SortedFunc(slices.Values(all), func(a, b *sim.Scenario) int { return strings.Compare(a.Name, b.Name) })
	var b strings.Builder
	b.WriteString(coverageHead)
	used := map[string]bool{}
	var calm []string
	for _, c := range covers(all) {
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s | %s |\n", c.component, c.fault, c.scenario, c.directors, c.windows)
		used[c.fault] = true
	}
	for _, s := range all {
		if len(s.Faults()) == 0 {
			calm = append(calm, s.Name)
		}
	}
	var unused []string
	for _, k := range kinds {
		if !used[k.Name] {
			unused = append(unused, "`"+k.Name+"`")
		}
	}
	fmt.Fprintf(&b, "\n%d of %d kinds of faults are in a scenario. ", len(kinds)-len(unused), len(kinds))
	fmt.Fprintf(&b, "Without a scenario: %s. Scenarios without a fault: %s.\n", orNone(unused), orNone(calm))
	writeDrills(&b, all)
	_, err := io.WriteString(w, b.String())
	return err
}

const drillsHead = `
## The drills

| scenario | title | tags | what there is to learn |
|---|---|---|---|
`

// writeDrills lists the scenarios with what they say of themselves.
func writeDrills(b *strings.Builder, all []*sim.Scenario) {
	b.WriteString(drillsHead)
	for _, s := range all {
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", s.Name, cell(s.Title.EN), strings.Join(s.Tags, ", "), cell(s.Description.EN))
	}
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

// covers has a line for each component that a fault of a scenario hits, in the order of the cluster's components.
func covers(all []*sim.Scenario) (list []cover) {
	for _, role := range []sim.Role{sim.Director, sim.Server, sim.Storage, sim.Client} {
		var of []cover
		for _, s := range all {
			plan := sim.DefaultPlan()
			plan.Servers = s.Cluster.Servers
			for _, f := range s.Faults() {
				if slices.ContainsFunc(f.Targets, func(node string) bool { return roleOf(plan, node) == role }) {
					of = append(of, cover{component(role), f.Kind, s.Name, directors(s), windows(s, f)})
				}
			}
		}
		slices.SortStableFunc(of, func(a, b cover) int { return strings.Compare(a.fault+" "+a.scenario, b.fault+" "+b.scenario) })
		list = append(list, of...)
	}
	return slices.Compact(list)
}

func roleOf(plan sim.Plan, node string) sim.Role {
	n, err := plan.Node(node)
	if err != nil {
		return ""
	}
	return n.Role
}

func component(role sim.Role) string {
	if role == sim.Server {
		return "real server"
	}
	return string(role)
}

func directors(s *sim.Scenario) string {
	var names []string
	for _, k := range sim.DirectorKinds() {
		if s.Cluster.Runs(k) {
			names = append(names, string(k))
		}
	}
	return strings.Join(names, ", ")
}

// windows are the phases of a fault that the scenario expects something of; detection and recovery are moments.
func windows(s *sim.Scenario, f *sim.Fault) string {
	var detection, recovery bool
	seen := map[sim.WindowKind]bool{}
	for _, e := range s.Expect {
		switch {
		case e.Detection != nil:
			detection = detection || e.Detection.Fault == f.Name
		case e.Recovery != nil:
			recovery = recovery || e.Recovery.Fault == f.Name
		case e.Output == nil && (e.Window.Fault == "" || e.Window.Fault == f.Name):
			seen[e.Window.Kind] = true
		}
	}
	var parts []string
	for _, k := range sim.WindowKinds() {
		if seen[k] {
			parts = append(parts, string(k))
		}
	}
	if detection {
		parts = append(parts, "detection")
	}
	if recovery {
		parts = append(parts, "recovery")
	}
	return strings.Join(parts, ", ")
}
