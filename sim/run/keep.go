package run

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"simulacro/sim"
)

// The files of a run's folder.
const (
	HistoryFile = "history.ndjson"
	JSONFile    = "report.json"
)

// WriteReports writes every kind of report into a run's folder.
func WriteReports(dir string, h sim.History, v sim.Verdict) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, JSONFile), append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}
