package scenario

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"simulacro/sim"
)

// checkExpectation holds what an expectation names against the rest of the file, and refuses what cannot hold.
func (d *decoder) checkExpectation(s *sim.Scenario, e *sim.Expectation, what string, at ast.Node) {
	d.checkGroups(e, at)
	switch what {
	case "availability", "budget", "share", "distribution", "status", "page", "content", "lost", "latency":
		if d.seen["load"] == nil {
			d.fail(at, "%s needs a load: the scenario sends no requests", what)
		}
	}
	switch {
	case len(e.Share) > 0:
		d.checkShares(s, e.Share, at)
	case e.Distribution != nil:
		e.Distribution.Servers = d.servers(s, e.Distribution.Servers, at)
	case e.Detection != nil:
		d.checkDetection(s, e.Detection, what, at)
		e.Window = sim.Window{Kind: sim.During, Fault: e.Detection.Fault}
	case e.Recovery != nil:
		d.checkRecovery(s, e.Recovery, at)
		e.Window = sim.Window{Kind: sim.After, Fault: e.Recovery.Fault}
	case e.Status != nil:
		d.checkStatus(e.Status, at)
	case e.State != nil:
		e.State.Servers = d.servers(s, e.State.Servers, at)
	case e.Output != nil:
		d.checkOutput(s, e.Output, at)
	case e.Log != nil:
		d.checkOneNode(s, at, &e.Log.Node)
	case e.Page != nil:
		e.Page.Servers = d.servers(s, e.Page.Servers, at)
		d.checkPath(s, e.Page.Path, at)
	case e.Content != nil:
		e.Content.Servers = d.servers(s, e.Content.Servers, at)
		d.checkPath(s, e.Content.Path, at)
	case e.Lost != nil:
		d.checkLost(s, e.Lost, at)
	}
}

// checkGroups refuses names such as "flap.targets" of a fault that comes several times, where the window is not one of its own:
// they would stand for other nodes each time.
func (d *decoder) checkGroups(e *sim.Expectation, at ast.Node) {
	of := faultOf(*e)
	for _, name := range namesIn(e) {
		fault, ending, _ := strings.Cut(name, ".")
		if len(d.rounds[fault]) > 0 && "."+ending != "." && of != fault && !slices.Contains(d.rounds[fault], of) {
			d.fail(at, "%s is of a fault that comes several times: give the expectation a window of %s, or name one of them, such as %s-1.%s", name, fault, fault, ending)
		}
	}
}

// namesIn are the servers that an expectation names.
func namesIn(e *sim.Expectation) (names []string) {
	switch {
	case e.Distribution != nil:
		return e.Distribution.Servers
	case e.Detection != nil:
		return e.Detection.Servers
	case e.Recovery != nil:
		return e.Recovery.Servers
	case e.State != nil:
		return e.State.Servers
	case e.Page != nil:
		return e.Page.Servers
	case e.Content != nil:
		return e.Content.Servers
	}
	for _, share := range e.Share {
		names = append(names, share.Server)
	}
	return names
}

// servers checks that each name is a real server.
func (d *decoder) servers(s *sim.Scenario, names []string, at ast.Node) []string {
	known := serverNames(s)
	if len(names) == 1 && names[0] == AllServers {
		return known
	}
	for _, name := range names {
		if !slices.Contains(known, name) && !d.standsFor(s, name, at) {
			d.fail(at, "%s", unknown("real server", name, known))
		}
	}
	return names
}

func (d *decoder) checkShares(s *sim.Scenario, shares []sim.ServerShare, at ast.Node) {
	var least float64
	for _, share := range shares {
		d.servers(s, []string{share.Server}, at)
		switch share.Bound.Op {
		case "=", ">=", ">":
			least += share.Bound.Value - share.Bound.Tolerance
		}
	}
	if least > 1.0001 {
		d.fail(at, "shares can never hold: together they are at least %.4g %%", least*100)
	}
}

func (d *decoder) checkDetection(s *sim.Scenario, det *sim.Detection, what string, at ast.Node) {
	if det.Fault == "" {
		if names := d.faultNames(s); len(names) == 1 {
			det.Fault = names[0]
		} else {
			d.fail(at, "%s needs a fault: the scenario has %d", what, len(names))
			return
		}
	}
	d.checkFaultName(s, det.Fault, at)
	det.Servers = d.servers(s, det.Servers, at)
}

func (d *decoder) checkRecovery(s *sim.Scenario, rec *sim.Recovery, at ast.Node) {
	d.checkDetection(s, (*sim.Detection)(rec), "recovery", at)
	if f := s.Fault(d.occurrence(rec.Fault, sim.StepEffect)); f != nil && f.For == 0 {
		d.fail(at, "%s is held until the load is over: its recovery cannot be measured; give it for", f.Name)
	}
}

func (d *decoder) checkStatus(mix *sim.StatusMix, at ast.Node) {
	if len(mix.Only)+len(mix.None)+len(mix.Share) == 0 {
		d.fail(at, "status says nothing: give it only, none or a status with its bound")
	}
	for _, s := range mix.Only {
		if slices.Contains(mix.None, s) {
			d.fail(at, "status can never hold: %s is in only and in none", s)
		}
	}
}

func (d *decoder) checkOutput(s *sim.Scenario, out *sim.OutputMatch, at ast.Node) {
	var names []string
	for _, st := range s.Timeline {
		if st.Action == nil {
			continue
		}
		if names = append(names, st.Name()); st.Name() == out.Action {
			return
		}
	}
	if out.Action != "" {
		d.fail(at, "%s", unknown("action", out.Action, names))
	}
}
