package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(v))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

// spread is the distance of the extremes in percent of the median: the machine's noise.
func spread(v []float64) float64 {
	m := median(v)
	if m == 0 {
		return 0
	}
	return (slices.Max(v) - slices.Min(v)) / m * 100
}

// save keeps a case's figures for the table.
func (o *outcome) save(dir, name string) error {
	text, err := json.MarshalIndent(o, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name+".json"), append(text, '\n'), 0o644)
}

// readOutcomes reads what has been measured, this time or before.
func readOutcomes(dir string) (map[string]*outcome, error) {
	all := map[string]*outcome{}
	for _, k := range cases {
		text, err := os.ReadFile(filepath.Join(dir, k.name+".json"))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		o := &outcome{}
		if err := json.Unmarshal(text, o); err != nil {
			return nil, fmt.Errorf("%s: %w", k.name, err)
		}
		all[k.name] = o
	}
	return all, nil
}

// targets are what the director is to reach, as a ratio to HAProxy, by case and figure.
var targets = map[string]map[string]float64{
	"keep-alive":   {"CPU": .85, "p99": 1},
	"server-close": {"CPU": .65, "p99": 1},
	"megabyte":     {"CPU": .8, "p99": 1},
	"idle":         {"memory": 1},
}

// row is one figure of a case.
type row struct {
	name, unit   string
	theirs, ours []float64
}

func (o *outcome) rows() []row {
	return []row{
		{"CPU", "µs a request", o.Theirs.CPU, o.Ours.CPU},
		{"rate", "requests/s", o.Theirs.Rate, o.Ours.Rate},
		{"p50", "ms", o.Theirs.P50, o.Ours.P50},
		{"p99", "ms", o.Theirs.P99, o.Ours.P99},
		{"p99.9", "ms", o.Theirs.P999, o.Ours.P999},
		{"memory", "bytes a connection", o.Theirs.Memory, o.Ours.Memory},
	}
}

// table writes the figures for people.
func table(all map[string]*outcome) string {
	var b strings.Builder
	b.WriteString("| case | figure | HAProxy | director | ratio | target |\n|---|---|---:|---:|---:|---:|\n")
	for _, k := range cases {
		o := all[k.name]
		if o == nil {
			continue
		}
		what := o.What
		if o.OpenRate > 0 {
			what += fmt.Sprintf(" (latency at %.0f/s)", o.OpenRate)
		}
		for _, r := range o.rows() {
			if len(r.theirs) == 0 || len(r.ours) == 0 {
				continue
			}
			ratio := "–"
			if m := median(r.theirs); m > 0 {
				ratio = fmt.Sprintf("%.2f", median(r.ours)/m)
			}
			target := ""
			if t := targets[k.name][r.name]; t > 0 {
				target = fmt.Sprintf("≤ %.2f", t)
			}
			fmt.Fprintf(&b, "| %s | %s, %s | %s | %s | %s | %s |\n", what, r.name, r.unit, figure(r.theirs), figure(r.ours), ratio, target)
			what = ""
		}
	}
	return b.String()
}

// figure is a median with its spread.
func figure(v []float64) string {
	m := median(v)
	text := fmt.Sprintf("%.2f", m)
	if m >= 100 {
		text = fmt.Sprintf("%.0f", m)
	}
	if len(v) > 1 {
		text += fmt.Sprintf(" ±%.0f %%", spread(v)/2)
	}
	return text
}

// scaling compares the director with itself.
func scaling(all map[string]*outcome) string {
	few, many := all["server-close"], all["servers-1000"]
	if few == nil || many == nil {
		return ""
	}
	return fmt.Sprintf("\nCPU a request with 1,000 servers, as a multiple of that with 3 (target: ≤ 1.10): HAProxy %.2f, director %.2f.\n",
		median(many.Theirs.CPU)/median(few.Theirs.CPU), median(many.Ours.CPU)/median(few.Ours.CPU))
}
