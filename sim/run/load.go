package run

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"simulacro/sim"
	"simulacro/sim/fault"
	"simulacro/sim/scenario"
)

// Load reads a scenario from the text of the file called name, and holds its faults against the catalogue.
func Load(name string, text []byte) (*sim.Scenario, error) {
	return scenario.Load(name, text, scenario.Options{Kinds: fault.Catalogue()})
}

// ScenarioOf is the scenario that a history carries.
func ScenarioOf(h sim.History) (*sim.Scenario, error) {
	info := h.Run()
	if info == nil {
		return nil, errors.New("the history does not say what was run")
	}
	// The catalogue may have changed since: a history is judged by its own words.
	s, err := scenario.Load(info.Scenario, []byte(info.Source), scenario.Options{})
	if err != nil {
		return nil, fmt.Errorf("the scenario in the history, which version %s of simulacro wrote: %w", cmp.Or(info.Version, "unknown"), err)
	}
	return s, nil
}

// JudgeAgain judges a history by the scenario that it carries.
func JudgeAgain(h sim.History) (sim.Verdict, error) {
	s, err := ScenarioOf(h)
	if err != nil {
		return sim.Verdict{}, err
	}
	if s, err = s.Drew(h); err != nil {
		return sim.Verdict{}, fmt.Errorf("the scenario in the history: %w", err)
	}
	return Judge(h, s), nil
}

// Why joins the reasons of the checks that did not pass.
func Why(v sim.Verdict) string {
	var why []string
	for _, c := range v.Checks {
		if c.Outcome != sim.Pass {
			why = append(why, c.Name+": "+c.Reason)
		}
	}
	return strings.Join(why, "; ")
}
