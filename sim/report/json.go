package report

import (
	"encoding/json"
	"io"
	"path/filepath"
	"strings"

	"simulacro/sim"
)

// document is the JSON report: what was run, without the files that only the History needs, and the verdict.
type document struct {
	Scenario string `json:"scenario"`
	Title    string `json:"title"`
	// Description and Title are in the language Lang; empty is English.
	Description string           `json:"description,omitempty"`
	Lang        string           `json:"lang,omitempty"`
	Director    sim.DirectorKind `json:"director"`
	Seed        int64            `json:"seed"`
	Plan        sim.Plan         `json:"plan"`
	Version     string           `json:"version,omitempty"`
	sim.Verdict
}

// JSON writes the verdict for a machine.
func JSON(w io.Writer, h sim.History, v sim.Verdict) error {
	doc := document{Verdict: v}
	if run := h.Run(); run != nil {
		doc.Scenario, doc.Title, doc.Director = scenarioName(run), run.Title, run.Director
		doc.Description, doc.Lang = run.Description, run.Lang
		doc.Seed, doc.Plan, doc.Version = run.Seed, run.Plan, run.Version
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false) // bounds read ">= 99.9 %"
	e.SetIndent("", "  ")
	return e.Encode(doc)
}

// scenarioName is a run's scenario without folder and ending.
func scenarioName(run *sim.RunInfo) string {
	base := filepath.Base(run.Scenario)
	return strings.TrimSuffix(base, filepath.Ext(base))
}
