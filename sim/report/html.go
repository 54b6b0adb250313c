package report

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"regexp"
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
	Logs            []logView
	Run             *sim.RunInfo
	Nodes           []nodeView
	Started, Lasted string
}

type checkView struct {
	sim.Check
	Mark, In string
}

// stepView is a line of what happened; Lang is set where the scenario's author speaks.
type stepView struct{ At, What, Text, Lang string }

type actionView struct {
	At, Name, Node, Command, Output, Took string
	Code                                  int
}

type logView struct{ At, Node, Text string }

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

// colours are the terminal's, which a page cannot show.
var colours = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`)

// maxLogs bounds the log on the page; the History has all of it.
const maxLogs = 400

// events gathers what a reader wants to follow: steps with their evidence, actions with their output, the logs.
func (d *view) events(h sim.History, zero time.Time) {
	sorted := slices.Clone(h)
	slices.SortStableFunc(sorted, func(a, b sim.Event) int { return cmp.Compare(a.At.UnixNano(), b.At.UnixNano()) })
	for _, e := range sorted {
		at := offset(e.At.Sub(zero))
		switch {
		case e.Kind == sim.KindPhase:
			d.Steps = append(d.Steps, stepView{at, "phase", e.Text, ""})
		case e.Kind == sim.KindSay:
			d.Steps = append(d.Steps, stepView{at, "", e.Text, d.Lang})
		case e.Fault != nil && e.Fault.Step != sim.StepPlanned:
			d.Steps = append(d.Steps, stepView{at, e.Fault.ID, stepText(e.Fault), ""})
		case e.Kind == sim.KindContainer:
			d.Steps = append(d.Steps, stepView{at, e.Node, "container: " + e.Text, ""})
		case e.Action != nil:
			a := e.Action
			d.Steps = append(d.Steps, stepView{at, a.ID, fmt.Sprintf("%s ran %q: exit %d", e.Node, a.Command, a.Output.Code), ""})
			d.Actions = append(d.Actions, actionView{at, a.ID, e.Node, a.Command,
				colours.ReplaceAllString(strings.TrimRight(a.Output.Stdout+a.Output.Stderr, "\n"), ""), seconds(a.Took), a.Output.Code})
		case e.Kind == sim.KindLog && !isAccess(e.Text):
			d.Logs = append(d.Logs, logView{at, e.Node, e.Text})
		}
	}
	if n := len(d.Logs); n > maxLogs {
		d.Logs = d.Logs[n-maxLogs:]
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
