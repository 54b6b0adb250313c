package run

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"simulacro/sim"
	"simulacro/sim/report"
)

// The files of a run's folder.
const (
	HistoryFile = "history.ndjson"
	HTMLFile    = "report.html"
	JSONFile    = "report.json"
	JUnitFile   = "junit.xml"
	PlotFile    = "plot.svg"
)

// WriteReports writes every kind of report into a run's folder.
func WriteReports(dir string, h sim.History, v sim.Verdict) error {
	for _, r := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{HTMLFile, func(w io.Writer) error { return report.HTML(w, h, v) }},
		{JSONFile, func(w io.Writer) error { return report.JSON(w, h, v) }},
		{JUnitFile, func(w io.Writer) error { return report.JUnit(w, report.Result{History: h, Verdict: v}) }},
		{PlotFile, func(w io.Writer) error { return report.SVG(w, h, v) }},
	} {
		if err := writeFile(filepath.Join(dir, r.name), r.write); err != nil {
			return fmt.Errorf("report %s: %w", r.name, err)
		}
	}
	return nil
}

// WriteHTML writes the report page of a run to a file.
func WriteHTML(path string, h sim.History, v sim.Verdict) error {
	if err := writeFile(path, func(w io.Writer) error { return report.HTML(w, h, v) }); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// CopyFile copies one of a run's files to where a person wants it.
func CopyFile(to, from string) error {
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o644)
	}
	if err != nil {
		return fmt.Errorf("copy the report: %w", err)
	}
	return nil
}
