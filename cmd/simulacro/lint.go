package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"simulacro/sim"
	"simulacro/sim/run"
)

// linted is a file of `simulacro lint -o json`.
type linted struct {
	File     string        `json:"file"`
	OK       bool          `json:"ok"`
	Mistakes []run.Mistake `json:"mistakes,omitempty"`
	Error    string        `json:"error,omitempty"` // why it could not be read
}

func newLint(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "lint FILE|NAME...",
		Short: "Tell all mistakes of scenario files",
		Long: `Reads scenario files and tells every mistake of each, with its line and column and, where
one is near, the word that was probably meant. Changes of haproxy.cfg are tried on the
practical's. No cluster is needed.

The exit code is 0 if all are well, else 1.`,
		Example: `  simulacro lint my-drill.yaml
  simulacro lint scenarios/*.yaml -o json`,
		Args:              wants("which drill? (a file, or a name that simulacro list tells)", cobra.ArbitraryArgs),
		ValidArgsFunction: completeScenario,
		RunE: func(_ *cobra.Command, args []string) error {
			var all []linted
			well := true
			for _, arg := range args {
				l := lint(arg)
				well = well && l.OK
				all = append(all, l)
			}
			if a.json() {
				return firstError(a.printJSON(all), nil, failedUnless(well))
			}
			for _, l := range all {
				a.printLinted(l)
			}
			return failedUnless(well)
		},
	}
}

func lint(arg string) linted {
	name, text, err := scenarioText(arg)
	if err != nil {
		return linted{File: arg, Error: err.Error()}
	}
	found := run.Lint(name, text)
	return linted{File: name, OK: len(found) == 0, Mistakes: found}
}

func (a *app) printLinted(l linted) {
	switch {
	case l.Error != "":
		fmt.Fprintf(a.stderr, "simulacro: %s\n", l.Error)
	case l.OK && !a.quiet:
		fmt.Fprintf(a.stdout, "%s: no mistakes\n", l.File)
	}
	for _, m := range l.Mistakes {
		fmt.Fprintf(a.stdout, "%s:%d:%d: %s\n", l.File, m.Line, m.Col, sim.Plain(m.Message))
	}
}
