package scenario

import (
	"fmt"
	"io"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"simulacro/sim"
)

// WriteReference writes what a scenario file can hold, as Markdown tables. It is made from the tables by which files are
// read, so that it cannot say anything else than the loader does.
func WriteReference(w io.Writer) error {
	var target ast.Node
	var when sim.When
	var window string
	var e sim.Expectation
	var b strings.Builder
	for _, t := range []struct {
		name, about string
		fields      []field
	}{
		{"scenario", "The file.", scenarioFields(&sim.Scenario{})},
		{"cluster", "", clusterFields(&sim.Cluster{})},
		{"patch", "An entry of a cluster's patch.", patchFields(&sim.SectionPatch{})},
		{"load", "", loadFields(&sim.Load{})},
		{"fault", "An entry of the timeline.", faultFields(&sim.Fault{}, &when, &target)},
		{"action", "An entry of the timeline.", actionFields(&sim.Action{}, &when)},
		{"expectation", "An entry of expect: what is expected, and around it:", aroundFields(&e, &window)},
		{"what is expected", "One of these in each expectation.", verbFields(&e)},
		{"availability", "Where a bound alone is not enough.", availabilityFields(&sim.Availability{})},
		{"distribution", "Where a word alone is not enough.", distributionFields(&sim.Distribution{})},
		{"detection, recovery", "Where a fault's name alone is not enough.", detectionFields(&sim.Detection{}, "detection")},
		{"status", "Besides these, any status and its bound: a code (503), a class (5xx), an error (" + strings.Join(errorClasses, ", ") + ").", statusFields(&sim.StatusMix{})},
		{"state", "", stateFields(&sim.States{})},
		{"output", "", outputFields(&sim.OutputMatch{})},
		{"log", "", logFields(&sim.LogMatch{})},
	} {
		fmt.Fprintf(&b, "### %s\n\n", t.name)
		if t.about != "" {
			fmt.Fprintf(&b, "%s\n\n", t.about)
		}
		b.WriteString("| field | type | what it is |\n|---|---|---|\n")
		for _, f := range t.fields {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.key, f.typ, strings.ReplaceAll(f.doc, "|", "\\|"))
		}
		b.WriteString("\n")
	}
	b.WriteString("### windows\n\nA request belongs to a window by the time at which it was to be sent. A fault need not be named where there is only one.\n\n| window | time |\n|---|---|\n")
	for _, k := range sim.WindowKinds() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", k, windowDocs[k])
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// windowDocs says what each window is.
var windowDocs = map[sim.WindowKind]string{
	sim.All:        "the whole judged load",
	sim.Before:     "from the load's start to the injection of the fault, or of the first one; without the requests then under way",
	sim.During:     "from the effect seen to the recovery asked for",
	sim.Undetected: "from the effect seen to the director's DOWN",
	sim.Detected:   "from the director's DOWN of every server concerned to the recovery asked for",
	sim.After:      "from the recovery seen to the load's end",
	sim.Restored:   "from the director's UP of every server concerned to the load's end",
}
