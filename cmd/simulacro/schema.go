package main

import (
	"github.com/spf13/cobra"

	"simulacro/scenarios"
	"simulacro/sim"
	"simulacro/sim/run"
)

func newSchema(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of scenario files, for an editor",
		Long: `Prints the JSON Schema (draft 2020-12) of scenario files: an editor that knows it completes
and checks a file while it is written. Editors with the YAML language server find it by a
file's first line, which simulacro new writes:

  # yaml-language-server: $schema=schema.json`,
		Example: `  simulacro schema >schema.json`,
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return run.WriteSchema(a.stdout) },
	}
}

// newReference is what docs/scenarios.md is made with.
func newReference(a *app) *cobra.Command {
	return &cobra.Command{
		Use:    "reference",
		Short:  "Print what a scenario file can hold, and the faults, as Markdown",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE:   func(*cobra.Command, []string) error { return run.WriteReference(a.stdout) },
	}
}

// newCoverage is what docs/coverage.md is made with.
func newCoverage(a *app) *cobra.Command {
	return &cobra.Command{
		Use:    "coverage",
		Short:  "Print which faults the scenarios inject, as Markdown",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			var all []*sim.Scenario
			for _, name := range scenarios.Names() {
				s, err := findScenario(name)
				if err != nil {
					return err
				}
				all = append(all, s)
			}
			return run.WriteCoverage(a.stdout, all)
		},
	}
}
