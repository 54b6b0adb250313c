package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"simulacro/sim/judge"
	"simulacro/sim/report"
	"simulacro/sim/run"
)

func newCompare(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "compare HISTORY HISTORY...",
		Short: "Hold runs of one drill against each other, without a cluster",
		Long: `Reads the histories of several runs of one drill (the files, or the folders that simulacro run
left), judges each again, and tells what differs: verdicts, checks that did not end alike,
detection times by more than a check interval. Below stands what each check measured in the
first two runs. The exit code is 1 where something differs that is more than chance.`,
		Example: `  simulacro compare out/kill-server-simulacro-20261122-130000 out/kill-server-haproxy-20261122-130100`,
		Args:    wants("which runs? (the folders that simulacro run left, or their history.ndjson)", cobra.MinimumNArgs(2)),
		RunE: func(_ *cobra.Command, args []string) error {
			var runs []report.Compared
			for _, path := range args {
				r, err := comparedFile(path)
				if err != nil {
					return err
				}
				if len(runs) > 0 && r.Scenario != runs[0].Scenario {
					return fmt.Errorf("%s is a run of %s, %s one of %s: only runs of one drill can be compared", args[0], runs[0].Scenario, path, r.Scenario)
				}
				runs = append(runs, r)
			}
			return a.printComparison(report.Compare(runs)[0])
		},
	}
}

// comparedFile is a run from its history.
func comparedFile(path string) (c report.Compared, err error) {
	h, v, err := judgeFile(path)
	if err != nil {
		return c, err
	}
	s, err := run.ScenarioOf(h)
	if err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	return report.Compared{Scenario: s.Name, Director: h.Run().Director, Outcome: v.Outcome, Dir: path, Checks: v.Checks,
		Figures: judge.Figures(h, s)}, nil
}

func (a *app) printComparison(c report.Comparison) error {
	if a.json() {
		if err := a.printJSON(c); err != nil {
			return err
		}
	} else {
		if err := report.CompareText(a.stdout, []report.Comparison{c}); err != nil {
			return err
		}
		fmt.Fprintln(a.stdout)
		if err := report.CompareChecks(a.stdout, c); err != nil {
			return err
		}
	}
	if len(c.Differences) > 0 {
		return &codeError{exitFailure, errors.New("the runs differ")}
	}
	return nil
}
