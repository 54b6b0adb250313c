package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"simulacro/sim"
	"simulacro/sim/judge"
	"simulacro/sim/run"
)

// dryRun tells what the runs would do, without an engine.
func (a *app) dryRun(f *runFlags, plays []pairing) error {
	var plans []*run.Preview
	for _, play := range plays {
		spec, err := f.specFor(play.director, a.cluster, a.getenv)
		if err != nil {
			return err
		}
		s := play.scenario
		if f.seed != 0 {
			c := *s
			c.Seed, s = f.seed, &c
		}
		p, err := run.NewPreview(s, spec, a.language())
		if err != nil {
			return err
		}
		plans = append(plans, p)
	}
	if a.json() {
		return a.printJSON(plans)
	}
	for i, p := range plans {
		if i > 0 {
			fmt.Fprintln(a.stdout)
		}
		if err := printPlan(a.stdout, p); err != nil {
			return err
		}
	}
	return nil
}

// textWidth is where a description is broken, as the reports' default.
const textWidth = 100

func printPlan(out io.Writer, p *run.Preview) error {
	fmt.Fprintf(out, "%s  %s\n", p.Scenario, p.Title)
	if p.Description != "" {
		fmt.Fprintf(out, "%s\n", fold(p.Description, 0, textWidth))
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	setting(w, p)
	section(w, "Timeline (from the load's start)")
	for _, m := range p.Timeline {
		what := m.What
		if m.After != "" {
			what += "  [after " + m.After + "]"
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", planTime(m), m.Name, what)
		if m.Say != "" {
			fmt.Fprintf(w, "\t\t%q\n", m.Say)
		}
	}
	if len(p.Windows) > 0 {
		section(w, "Windows")
		for _, v := range p.Windows {
			fmt.Fprintf(w, "  %s\tfrom %s\tto %s\n", v.Name, v.From, v.To)
		}
	}
	section(w, "Expected")
	for _, e := range p.Expect {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", e.Name, e.Window, e.Bound)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	printBudgets(out, p.Budgets)
	for i, d := range p.Doubts {
		if i == 0 {
			fmt.Fprintln(out, "\nDoubtful")
		}
		fmt.Fprintf(out, "  %s\n", d)
	}
	return nil
}

// section begins a table of its own: the columns of one are no other's.
func section(w *tabwriter.Writer, title string) {
	_ = w.Flush() // told by the last Flush
	fmt.Fprintf(w, "\n%s\n", title)
}

func setting(w *tabwriter.Writer, p *run.Preview) {
	fmt.Fprintf(w, "\ncluster\tdirector %s, %s\n", p.Director, nodesText(p.Nodes))
	if p.Mount != "" {
		fmt.Fprintf(w, "mount\t%s\n", p.Mount)
	}
	for i, c := range p.Changes {
		fmt.Fprintf(w, "%s\t%s\n", map[bool]string{true: "haproxy.cfg"}[i == 0], c)
	}
	for i, l := range p.Limits {
		fmt.Fprintf(w, "%s\t%s\n", map[bool]string{true: "limits"}[i == 0], limitText(l))
	}
	fmt.Fprintf(w, "load\t%s\n", loadText(p.Load))
	fmt.Fprintf(w, "steady\t%s\n", steadyText(p))
	fmt.Fprintf(w, "limit\t%s\n", sim.ShortTime(p.Limit))
	seed := "a new one each time; --seed takes one, and the plan shows what it draws"
	if p.Seed != 0 {
		seed = fmt.Sprint(p.Seed)
	}
	fmt.Fprintf(w, "seed\t%s\n", seed)
}

func limitText(l run.LimitPreview) string {
	text := l.Node + ":"
	if l.CPU > 0 {
		text += fmt.Sprintf(" %g processors", l.CPU)
	}
	if l.Memory > 0 {
		text += fmt.Sprintf(" %g MB of memory", float64(l.Memory)/(1<<20))
	}
	return text
}

func steadyText(p *run.Preview) string {
	if p.Steady == 0 {
		return "not waited for"
	}
	text := "must hold within " + sim.ShortTime(p.Steady) + ", before the load and after the last step"
	if p.Holds > 0 {
		text += ", for " + sim.ShortTime(p.Holds)
	}
	if len(p.Up) > 0 {
		text += "; up: " + strings.Join(p.Up, ", ")
	}
	if p.Page != "" {
		text += "; page " + p.Page
	}
	return text
}

func nodesText(nodes []sim.Node) string {
	var parts []string
	for _, n := range nodes {
		addr := n.Inner
		if !addr.IsValid() {
			addr = n.Outer
		}
		parts = append(parts, n.Name+" "+addr.String())
	}
	return strings.Join(parts, ", ")
}

func loadText(l run.LoadPreview) string {
	if l.Rate == 0 {
		return "none"
	}
	var paths []string
	for _, p := range l.Paths {
		path := p.Path
		if len(l.Paths) > 1 {
			path = fmt.Sprintf("%s × %d", p.Path, p.Weight)
		}
		paths = append(paths, path)
	}
	text := fmt.Sprintf("%s of %s, %s, given up after %s", rateText(l), strings.Join(paths, ", "),
		map[bool]string{true: "connections kept", false: "a connection each"}[l.Keepalive], sim.ShortTime(l.Timeout))
	if l.Sources > 1 {
		text += fmt.Sprintf(", from %d addresses in turn", l.Sources)
	}
	if l.Forwarded {
		text += ", through the port forward of the client"
	}
	if l.Warm > 0 {
		text += "; the first " + sim.ShortTime(l.Warm) + " are not judged"
	}
	return text
}

func rateText(l run.LoadPreview) string {
	if len(l.Steps) == 0 {
		return fmt.Sprintf("%g requests/s", l.Rate)
	}
	var parts []string
	for _, st := range l.Steps {
		part := fmt.Sprintf("%g", st.Rate)
		if st.For > 0 {
			part += " for " + sim.ShortTime(st.For)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", then ") + " requests/s"
}

func planTime(m run.Moment) string {
	if m.Least {
		return ">= " + sim.ShortTime(m.At)
	}
	return "   " + sim.ShortTime(m.At)
}

// printBudgets tells servers of the same budgets together.
func printBudgets(out io.Writer, budgets []judge.ServerBudget) {
	fmt.Fprintln(out, "\nBudgets by haproxy.cfg")
	for i, b := range budgets {
		same := []string{b.Server}
		first := true
		for j, other := range budgets {
			if other.Checked == b.Checked && other.Down == b.Down && other.Up == b.Up && j != i {
				first = first && j > i
				same = append(same, other.Server)
			}
		}
		if !first {
			continue
		}
		fmt.Fprintf(out, "  %s\n", strings.Join(same, ", "))
		if !b.Checked {
			fmt.Fprintln(out, "    no check: the director cannot see it fail")
			continue
		}
		fmt.Fprintf(out, "    DOWN within %s: %s\n", sim.ShortTime(b.Down.Total), b.Down.Formula)
		fmt.Fprintf(out, "    UP within %s: %s\n", sim.ShortTime(b.Up.Total), b.Up.Formula)
	}
}
