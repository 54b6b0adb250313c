package report

import (
	_ "embed"
	"fmt"
	"html"
	"io"
	"strings"

	"simulacro/sim"
)

// plotStyle colours the plots by class, for light and for dark.
//
//go:embed plot.css
var plotStyle string

// SVGWidth is the width of the plot that SVG writes, in pixels.
const SVGWidth = 960

// SVG writes the plot of a run as a file of its own: requests, latency and states over time with the faults shaded, under
// a title with the verdict. It needs nothing else and follows the reader's light or dark scheme.
func SVG(w io.Writer, h sim.History, v sim.Verdict) error {
	var head canvas
	title, sub := heading(h)
	badge := strings.ToUpper(string(v.Outcome))
	bw := width(badge, 12) + 20
	head.text("title", "start", margin, 32, shorten(title, 20, SVGWidth-3*margin-bw))
	head.rect("badge "+string(v.Outcome), SVGWidth-margin-bw, 16, bw, 22)
	head.text("badge-text", "middle", SVGWidth-margin-bw/2, 31, badge)
	head.text("sub", "start", margin, 52, sub)
	y := 70.0
	if line := summary(v); line != "" {
		head.text("sub strong", "start", margin, y, line)
		y += 18
	}
	p := newPlot(newSeries(h), SVGWidth, y)
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" class="plot" width="%d" height="%s" viewBox="0 0 %d %s" role="img" aria-label="%s">
<title>%s</title>
<style>
%s</style>
%s<rect class="paper" x="0.5" y="0.5" width="%d" height="%s" rx="8"/>
%s%s</svg>
`, SVGWidth, num(p.y+10), SVGWidth, num(p.y+10), html.EscapeString(title), html.EscapeString(title), plotStyle, hatch,
		SVGWidth-1, num(p.y+9), head.String(), p.String())
	return err
}

// hatch is the pattern over what was not served, so that it can be told without its colour.
const hatch = `<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatching" width="2" height="5"/></pattern></defs>
`

// heading is a run's title and what it was run with.
func heading(h sim.History) (title, sub string) {
	run := h.Run()
	if run == nil {
		return "A run without a name", ""
	}
	title = run.Title
	if title == "" {
		title = scenarioName(run)
	}
	parts := []string{"scenario " + scenarioName(run), "director " + string(run.Director)}
	if rate := target(h); rate != "" {
		parts = append(parts, rate)
	}
	return sim.Plain(title), strings.Join(append(parts, fmt.Sprintf("seed %d", run.Seed)), "  ·  ")
}

// target is the rate that the load aimed at.
func target(h sim.History) string {
	var rate float64
	for _, e := range h {
		if e.Load != nil {
			rate += e.Load.Target
		}
	}
	if rate == 0 {
		return ""
	}
	return num(rate) + " requests/s"
}

// summary is the figures that a reader wants first.
func summary(v sim.Verdict) string {
	var parts []string
	for _, f := range v.Facts {
		if f.Name == "availability" || strings.HasPrefix(f.Name, "detection") || strings.HasPrefix(f.Name, "recovery") {
			parts = append(parts, f.Name+": "+f.Value)
		}
	}
	for len(parts) > 1 && width(strings.Join(parts, "  ·  "), 12) > SVGWidth-2*margin {
		parts = parts[:len(parts)-1]
	}
	return strings.Join(parts, "  ·  ")
}

// inline is the plot for a page, width pixels wide, with its class for the page's style to choose by. The page must hold
// the hatch, once: it would not show from within a plot that is not displayed.
func inline(s *series, class string, width float64) string {
	p := newPlot(s, width, 4)
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" class="plot %s" viewBox="0 0 %s %s" role="img" aria-label="Requests, latency and server states over time">
%s</svg>
`, class, num(width), num(p.y+6), p.String())
}
