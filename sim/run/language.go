package run

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strings"

	"simulacro/sim"
	"simulacro/sim/fault"
	"simulacro/sim/scenario"
)

//go:embed practical.cfg
var practical string

// PracticalCfg is the haproxy.cfg that a node of the plan is rendered with at its first boot. It is the images' own template,
// kept here for what must know it without a cluster.
func PracticalCfg(plan sim.Plan) string {
	var servers strings.Builder
	for _, n := range plan.Nodes() {
		if n.Role == sim.Server {
			fmt.Fprintf(&servers, "    server %s %s:80 weight 1 maxconn 1000 check\n", n.Name, n.Inner)
		}
	}
	return strings.NewReplacer("@OUTER@", plan.OuterOctets(), "@SERVERS@\n", servers.String()).Replace(practical)
}

// language is all that a scenario file is held against.
func language() scenario.Options {
	return scenario.Options{Kinds: fault.Catalogue(), HAProxy: func(servers int) string {
		plan := sim.DefaultPlan() // scenario files are written with its addresses
		plan.Servers = servers
		return PracticalCfg(plan)
	}}
}

// Nearest is the known word that was probably meant, "" if none is near.
func Nearest(word string, known []string) string { return scenario.Nearest(word, known) }

// Mistake is something wrong in a scenario file, and its place, from 1.
type Mistake struct {
	Line    int    `json:"line"`
	Col     int    `json:"col"`
	Message string `json:"message"`
}

// Lint lists all that is wrong with the scenario file called name: what Load finds, and patches that would not change the
// practical's haproxy.cfg.
func Lint(name string, text []byte) []Mistake {
	_, err := scenario.Load(name, text, language())
	var found scenario.Errors
	errors.As(err, &found)
	var list []Mistake
	for _, e := range found {
		list = append(list, Mistake{e.Line, e.Col, e.Msg})
	}
	return list
}

// WriteSchema writes the JSON Schema of the scenario file, with the fault catalogue, for editors.
func WriteSchema(w io.Writer) error { return scenario.WriteSchema(w, language()) }

// WriteReference writes docs/scenarios.md: what a scenario file can hold, and the fault catalogue.
func WriteReference(w io.Writer) error { return scenario.WriteReference(w, language()) }

// WriteCoverage writes docs/coverage.md: which faults the scenarios inject into which component, and what they expect then.
func WriteCoverage(w io.Writer, all []*sim.Scenario) error {
	return scenario.WriteCoverage(w, all, fault.Catalogue())
}
