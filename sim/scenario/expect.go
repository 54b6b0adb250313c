package scenario

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"simulacro/sim"
)

func (d *decoder) expectations(n ast.Node, s *sim.Scenario) {
	if _, ok := n.(*ast.SequenceNode); !ok {
		d.fail(n, "expect must be a list, each with a dash, not %s", kindOf(n))
		return
	}
	s.Expect = make([]sim.Expectation, len(d.items(n)))
	for i, item := range d.items(n) {
		d.expectation(item, &s.Expect[i])
	}
}

// expectation reads one entry: what is expected under its own key, and in which window.
func (d *decoder) expectation(n ast.Node, e *sim.Expectation) {
	e.Line = start(n).GetToken().Position.Line
	var window string
	verbs := verbFields(e)
	seen := d.object(n, "expectation", append(aroundFields(e, &window), verbs...))
	var given []string
	for _, v := range verbs {
		if seen[v.key] != nil {
			given = append(given, v.key)
		}
	}
	switch {
	case len(given) == 0 && len(seen) > 0:
		d.fail(n, "expectation expects nothing: give it one of %s", strings.Join(keys(verbs), ", "))
	case len(given) > 1:
		d.fail(n, "expectation has %s: one each, so that each has its own verdict", strings.Join(given, " and "))
	}
	if len(given) != 1 {
		d.later = append(d.later, func(s *sim.Scenario) { d.window(s, e, "expectation", window, orNode(seen["in"], n)) }) // its mistakes too
		return
	}
	what := given[0]
	d.later = append(d.later, func(s *sim.Scenario) {
		d.window(s, e, what, window, orNode(seen["in"], n))
		d.checkExpectation(s, e, what, seen[what])
		if e.Name == "" {
			e.Name = describe(e)
		}
	})
}

// aroundFields are what every expectation can have around what it expects.
func aroundFields(e *sim.Expectation, window *string) []field {
	return []field{
		{"name", aText, "for the report, in place of a made one", func(d *decoder, n ast.Node) { d.str(n, "name", &e.Name) }},
		{"why", aTranslation, "what a failure means, for who reads the report", func(d *decoder, n ast.Node) { d.text(n, "why", &e.Why) }},
		{"in", aWindow, `the window: all, before, one of a fault's ("during kill"), or one of windows; without it, all`, func(d *decoder, n ast.Node) { d.str(n, "in", window) }},
	}
}

func verbFields(e *sim.Expectation) []field {
	return []field{
		{"availability", orMapping(aBound, "availability"), `the part of the requests that were served: "99.9 %"`, func(d *decoder, n ast.Node) { e.Availability = d.availability(n) }},
		{"budget", mapping("budget"), "how much may go wrong: requests, time, a part of a month's errors", func(d *decoder, n ast.Node) { e.Budget = d.budget(n) }},
		{"share", mapOf(aBound), "a server: the part of the answers that are its", func(d *decoder, n ast.Node) { e.Share = d.shares(n) }},
		{"distribution", orMapping(choice(laws...), "distribution"), "even, weights or algorithm: as the algorithm must give it", func(d *decoder, n ast.Node) { e.Distribution = d.distribution(n) }},
		{"detection", orMapping(aWord, "detection"), "a fault: the director takes its servers out within the time that haproxy.cfg gives", func(d *decoder, n ast.Node) { e.Detection = d.detection(n, "detection") }},
		{"recovery", orMapping(aWord, "detection"), "a fault: the director takes its servers back in time, and they serve again", func(d *decoder, n ast.Node) { e.Recovery = (*sim.Recovery)(d.detection(n, "recovery")) }},
		{"status", mapping("status"), "what the clients got", func(d *decoder, n ast.Node) { e.Status = d.status(n) }},
		{"state", mapping("state"), "what the director's statistics say of servers", func(d *decoder, n ast.Node) { e.State = d.state(n) }},
		{"output", mapping("output"), "what an action printed", func(d *decoder, n ast.Node) { e.Output = d.output(n) }},
		{"log", mapping("log"), "what a node's log says", func(d *decoder, n ast.Node) { e.Log = d.log(n) }},
		{"page", mapping("page"), "what every answer's body must hold", func(d *decoder, n ast.Node) { e.Page = d.page(n) }},
		{"content", orMapping(aPath, "content"), "a path: all servers give the same body for it", func(d *decoder, n ast.Node) { e.Content = d.content(n) }},
		{"lost", orMapping(aWord, "lost"), "a step: it loses no request (a reload, a drain)", func(d *decoder, n ast.Node) { e.Lost = d.lost(n) }},
		{"latency", aLatencyMap, "quantiles of the time to the last byte: p99: 200ms", func(d *decoder, n ast.Node) { e.Latency = d.latency(n) }},
	}
}

// window resolves the words of `in`. A fault need not be named where the scenario has only one.
func (d *decoder) window(s *sim.Scenario, e *sim.Expectation, what, text string, at ast.Node) {
	if text != "" && slices.Contains([]string{"detection", "recovery", "output", "lost"}, what) {
		d.fail(at, "%s has no window: leave out in", what)
		return
	}
	words := strings.Fields(text)
	if len(words) == 0 {
		e.Window = sim.Window{Kind: sim.All}
		return
	}
	if slices.Contains(d.named, words[0]) && len(words) == 1 {
		e.Window = sim.Window{Kind: sim.Named, Name: words[0]}
		return
	}
	kinds := windowNames()
	if !slices.Contains(kinds, words[0]) {
		d.fail(at, "%s", unknown("window", words[0], append(kinds, d.named...)))
		return
	}
	if len(words) > 2 {
		d.fail(at, "window %q has too many words: a window is a kind and a fault", text)
		return
	}
	e.Window.Kind = sim.WindowKind(words[0])
	if len(words) == 2 {
		e.Window.Fault = words[1]
	} else if names := d.faultNames(s); len(names) == 1 && e.Window.Kind != sim.All {
		e.Window.Fault = names[0]
	}
	d.checkWindow(s, e.Window, at)
}

func (d *decoder) checkWindow(s *sim.Scenario, w sim.Window, at ast.Node) {
	switch {
	case w.Kind == sim.All && w.Fault != "":
		d.fail(at, "the window all is not a fault's: leave out %s", w.Fault)
	case w.Fault == "" && w.Kind != sim.All && w.Kind != sim.Before:
		d.fail(at, `the window %s needs a fault: write "%s NAME"`, w.Kind, w.Kind)
	case actionOf(s, w.Fault) != nil:
		if w.Kind != sim.Before && w.Kind != sim.During && w.Kind != sim.After {
			d.fail(at, "%s is an action, which has no window %s: it has before, during and after", w.Fault, w.Kind)
		}
	case w.Fault != "":
		d.checkFaultName(s, w.Fault, at)
		if f := s.Fault(d.occurrence(w.Fault, sim.StepEffect)); f != nil && f.For == 0 && (w.Kind == sim.After || w.Kind == sim.Restored) {
			d.fail(at, "%s is held until the load is over: there is nothing after it; give it for", f.Name)
		}
	}
}

func (d *decoder) checkFaultName(s *sim.Scenario, name string, at ast.Node) {
	if s.Fault(name) != nil || len(d.rounds[name]) > 0 {
		return
	}
	d.fail(at, "%s", unknown("fault of the timeline", name, d.faultNames(s)))
}

// faultNames are the faults as the file has them: one that comes several times has one name.
func (d *decoder) faultNames(s *sim.Scenario) (names []string) {
	for _, f := range s.Faults() {
		if name := orText(f.Of, f.Name); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// actionOf finds an action of the timeline by name, nil if there is none.
func actionOf(s *sim.Scenario, name string) *sim.Action {
	for _, st := range s.Timeline {
		if st.Action != nil && st.Action.Name == name {
			return st.Action
		}
	}
	return nil
}

// describe names an expectation by what it expects; its window is shown beside it.
func describe(e *sim.Expectation) string {
	switch {
	case e.Availability != nil:
		return "availability"
	case e.Budget != nil:
		return "error budget"
	case len(e.Share) == 1:
		return "share of " + e.Share[0].Server
	case len(e.Share) > 0:
		return "shares"
	case e.Distribution != nil && e.Distribution.Even:
		return "even distribution"
	case e.Distribution != nil && e.Distribution.Algorithm:
		return "distribution by the algorithm"
	case e.Distribution != nil:
		return "distribution by weight"
	case e.Detection != nil:
		return "detection of " + e.Detection.Fault
	case e.Recovery != nil:
		return "recovery from " + e.Recovery.Fault
	case e.Status != nil:
		return "status mix"
	case e.State != nil:
		return "states of servers"
	case e.Output != nil:
		return "output of " + e.Output.Action
	case e.Log != nil:
		return "log of " + e.Log.Node
	case e.Page != nil && e.Page.Path != "":
		return "page " + e.Page.Path
	case e.Page != nil:
		return "pages"
	case e.Content != nil && e.Content.Path != "":
		return "same content of " + e.Content.Path
	case e.Content != nil:
		return "same content"
	case e.Lost != nil && e.Lost.From == e.Lost.To:
		return "nothing lost in " + e.Lost.From
	case e.Lost != nil:
		return "nothing lost from " + e.Lost.From + " to " + e.Lost.To
	}
	return "latency"
}
