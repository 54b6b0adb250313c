package report

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"simulacro/sim"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

var page = template.Must(template.New("page").Parse(pageText))

// view is what the page shows.
type view struct {
	Title, Sub      string
	Lang            string // of the title, the description and what is said
	Verdict         sim.Verdict
	Outcome         string
	Count           string
	Style           template.CSS
	Hatch           template.HTML
	Wide, Narrow    template.HTML
	Checks          []checkView
	Steps           []stepView
	Actions         []actionView
	Logs            []nodeLog
	Files           []fileView
	Run             *sim.RunInfo
	Nodes           []nodeView
	Started, Lasted string
}

type checkView struct {
	sim.Check
	Mark, In string
}

// stepView is a line of what happened; Lang is set where the scenario's author speaks. Links lead to what the logs have then.
type stepView struct {
	At, What, Text, Lang string
	Links                []link
	nodes                []string // whose logs may tell of it
	at                   time.Time
}

// link leads to a line of a node's log.
type link struct{ Node, ID string }

// nodeLog are the lines of a node's log that the page holds; Cut is how many before them it does not.
type nodeLog struct {
	Node  string
	Lines []logView
	Cut   int
}

// fileView is a file of a node, as it was when the run did not pass.
type fileView struct{ Node, Path, Text string }

type actionView struct {
	At, Name, Node, Command, Output, Took string
	Code                                  int
}

type logView struct {
	ID, At, Text string
	at           time.Time
}

type nodeView struct{ Name, Role, Outer, Inner string }

// The widths at which the plot is drawn: for a screen, and so that its letters stay legible on a phone.
const (
	wideWidth   = 1000
	narrowWidth = 430
)

// HTML writes a run as one page that needs nothing else: no script, no font, no request. It holds the plots, every check
// with its reason, the faults' evidence, the actions' output, the director's log and what the run was made of.
func HTML(w io.Writer, h sim.History, v sim.Verdict) error {
	s := newSeries(h)
	d := view{
		Verdict: v,
		Outcome: string(v.Outcome),
		Style:   template.CSS(plotStyle + pageStyle),
		Hatch:   template.HTML(`<svg class="plot" width="0" height="0" aria-hidden="true">` + hatch + `</svg>`),
		Wide:    template.HTML(inline(s, "wide", wideWidth)),
		Narrow:  template.HTML(inline(s, "narrow", narrowWidth)),
		Run:     h.Run(),
	}
	d.Title, d.Sub = heading(h)
	d.Lang = "en"
	if d.Run != nil && d.Run.Lang != "" {
		d.Lang = d.Run.Lang
	}
	d.checks(v)
	d.events(h, s.zero)
	if d.Run != nil {
		for _, n := range d.Run.Plan.Nodes() {
			d.Nodes = append(d.Nodes, nodeView{n.Name, string(n.Role), addr(n.Outer.IsValid(), n.Outer), addr(n.Inner.IsValid(), n.Inner)})
		}
	}
	if first, last := extent(h); !first.IsZero() {
		d.Started = first.UTC().Format("2006-01-02 15:04:05 UTC")
		d.Lasted = seconds(last.Sub(first))
	}
	return page.Execute(w, d)
}

func addr(valid bool, a fmt.Stringer) string {
	if !valid {
		return ""
	}
	return a.String()
}

func (d *view) checks(v sim.Verdict) {
	passed := 0
	for _, c := range v.Checks {
		if c.Outcome == sim.Pass {
			passed++
		}
		d.Checks = append(d.Checks, checkView{c, marks[c.Outcome], c.Window})
	}
	d.Count = fmt.Sprintf("%d of %d checks passed", passed, len(v.Checks))
}

// maxLogs bounds a node's log on the page; the History has all of it.
const maxLogs = 400

// events gathers what a reader wants to follow: steps with their evidence, actions with their output, the logs.
func (d *view) events(h sim.History, zero time.Time) {
	sorted := slices.Clone(h)
	slices.SortStableFunc(sorted, func(a, b sim.Event) int { return cmp.Compare(a.At.UnixNano(), b.At.UnixNano()) })
	for _, e := range sorted {
		at := offset(e.At.Sub(zero))
		step := stepView{At: at, at: e.At}
		switch {
		case e.Kind == sim.KindPhase:
			step.What, step.Text = "phase", e.Text
		case e.Kind == sim.KindSay:
			step.Text, step.Lang = e.Text, d.Lang
		case e.Fault != nil && e.Fault.Step != sim.StepPlanned:
			step.What, step.Text, step.nodes = e.Fault.ID, stepText(e.Fault), []string{e.Fault.Target, director}
		case e.Kind == sim.KindContainer:
			step.What, step.Text, step.nodes = e.Node, "container: "+e.Text, []string{e.Node}
		case e.Action != nil:
			a := e.Action
			step.What, step.Text, step.nodes = a.ID, fmt.Sprintf("%s ran %q: exit %d", e.Node, a.Command, a.Output.Code), []string{e.Node}
			d.Actions = append(d.Actions, actionView{at, a.ID, e.Node, a.Command,
				sim.Plain(strings.TrimRight(a.Output.Stdout+a.Output.Stderr, "\n")), seconds(a.Took), a.Output.Code})
		case e.Kind == sim.KindFile:
			d.Files = append(d.Files, fileView{e.Node, e.Path, e.Text})
		case e.Kind == sim.KindLog && !isAccess(e.Text):
			d.log(e, at)
		}
		if step.Text != "" {
			d.Steps = append(d.Steps, step)
		}
	}
	d.link()
}

// director is the node whose log tells what it thinks of the others.
const director = "cluster1"

// log adds a line to its node's log.
func (d *view) log(e sim.Event, at string) {
	i := slices.IndexFunc(d.Logs, func(l nodeLog) bool { return l.Node == e.Node })
	if i < 0 {
		i, d.Logs = len(d.Logs), append(d.Logs, nodeLog{Node: e.Node})
	}
	d.Logs[i].Lines = append(d.Logs[i].Lines, logView{At: at, Text: sim.Plain(e.Text), at: e.At})
}

// link cuts the logs to what the page holds, names their lines, and leads from each step to the lines from its time on.
func (d *view) link() {
	slices.SortFunc(d.Logs, func(a, b nodeLog) int { return byName(a.Node, b.Node) })
	for i := range d.Logs {
		l := &d.Logs[i]
		l.Cut = max(0, len(l.Lines)-maxLogs)
		l.Lines = l.Lines[l.Cut:]
		for k := range l.Lines {
			l.Lines[k].ID = fmt.Sprintf("%s-%d", l.Node, l.Cut+k+1)
		}
	}
	for i := range d.Steps {
		s := &d.Steps[i]
		for _, l := range d.Logs {
			if !slices.Contains(s.nodes, l.Node) {
				continue
			}
			k, _ := slices.BinarySearchFunc(l.Lines, s.at, func(v logView, t time.Time) int { return v.at.Compare(t) })
			if k < len(l.Lines) {
				s.Links = append(s.Links, link{l.Node, l.Lines[k].ID})
			}
		}
	}
}

// offset is a time from the load's start with its sign: "+5.00 s", "-1.90 s".
func offset(d time.Duration) string { return fmt.Sprintf("%+.2f s", d.Seconds()) }

func stepText(f *sim.FaultStep) string {
	text := map[string]string{
		sim.StepInjected:  "injected",
		sim.StepEffect:    "effect seen",
		sim.StepRecover:   "recovery asked for",
		sim.StepRecovered: "recovery seen",
		sim.StepFailed:    "failed",
	}[f.Step] + " (" + f.Kind + " on " + f.Target + ")"
	if f.Evidence != "" {
		text += ": " + f.Evidence
	}
	return text
}

// isAccess tells a line of the access log, of which there is one a request, from what the director says of itself.
func isAccess(line string) bool {
	return strings.Contains(line, " HTTP/1.") && strings.HasSuffix(strings.TrimSpace(line), `"`)
}
