package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"simulacro/sim"
	"simulacro/sim/run"
)

func newJudge(a *app) *cobra.Command {
	var page string
	cmd := &cobra.Command{
		Use:   "judge HISTORY",
		Short: "Judge a run again from its history, without a cluster",
		Long: `Reads the history of a run (the file, or the folder that simulacro run left) and judges it
by the scenario and the haproxy.cfg that it carries.`,
		Example: `  simulacro judge out/kill-server-simulacro-20261122-130000
  simulacro judge history.ndjson --html report.html`,
		Args: wants("which run? (the folder that simulacro run left, or its history.ndjson)", cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			h, v, err := judgeFile(args[0])
			if err != nil {
				return err
			}
			if page != "" {
				if err := run.WriteHTML(page, h, v); err != nil {
					return err
				}
			}
			if err := a.printVerdict(h, v); err != nil {
				return err
			}
			return verdictError(v.Outcome)
		},
	}
	cmd.Flags().StringVar(&page, "html", "", "write the report page to this file")
	return cmd
}

// judgeFile judges a history, or that of the folder that a run left.
func judgeFile(path string) (sim.History, sim.Verdict, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, run.HistoryFile)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, sim.Verdict{}, err
	}
	defer f.Close()
	h, err := sim.ReadHistory(path, f)
	if err != nil {
		return nil, sim.Verdict{}, err
	}
	v, err := run.JudgeAgain(h)
	if err != nil {
		return nil, sim.Verdict{}, fmt.Errorf("%s: %w", path, err)
	}
	return h, v, nil
}
