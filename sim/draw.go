package sim

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
)

// Pick leaves a fault's targets to the seed.
type Pick struct {
	N  int
	Of []string // nodes, in the plan's order
	// Avoid are faults that may be there at the same time: what they hit is not drawn.
	Avoid []string
}

// The endings of the names that stand for nodes which only the seed decides on: "kill.targets", "kill.others".
const (
	TargetsOf = ".targets" // the nodes that the fault hits
	OthersOf  = ".others"  // the real servers that it does not hit
)

// Drawn tells whether the seed decides on anything of the scenario besides the order of paths.
func (s *Scenario) Drawn() bool {
	return slices.ContainsFunc(s.Faults(), func(f *Fault) bool { return f.Pick != nil })
}

// Draw is the scenario with everything decided that is left to the seed: the same seed gives the same targets. Names such as
// "kill.targets" are nodes in it. The error tells of a name that does not stand for the number of nodes that its place needs.
func (s *Scenario) Draw(seed int64) (*Scenario, error) {
	return s.settled(func(d *Scenario, f *Fault) []string { return f.Pick.draw(d, f.Name, seed) })
}

// Drew is the scenario with the targets that a history tells of: what its seed has drawn.
func (s *Scenario) Drew(h History) (*Scenario, error) {
	hit := map[string][]string{}
	for _, e := range h {
		if e.Fault != nil && !slices.Contains(hit[e.Fault.ID], e.Fault.Target) {
			hit[e.Fault.ID] = append(hit[e.Fault.ID], e.Fault.Target)
		}
	}
	if run := h.Run(); run != nil { // in the plan's order, as they are drawn: the targets' steps come in any
		order := run.Plan.Nodes()
		place := func(name string) int { return slices.IndexFunc(order, func(n Node) bool { return n.Name == name }) }
		for _, targets := range hit {
			slices.SortStableFunc(targets, func(a, b string) int { return place(a) - place(b) })
		}
	}
	return s.settled(func(_ *Scenario, f *Fault) []string { return hit[f.Name] })
}

func (s *Scenario) settled(targets func(d *Scenario, f *Fault) []string) (*Scenario, error) {
	d := *s
	d.Timeline = slices.Clone(s.Timeline)
	for i, st := range d.Timeline {
		if st.Fault != nil && st.Fault.Pick != nil {
			f := *st.Fault
			f.Targets = targets(&d, &f)
			d.Timeline[i].Fault = &f
		}
	}
	for i, st := range d.Timeline {
		if st.Action == nil {
			continue
		}
		a := *st.Action
		var err error
		if a.Node, err = d.oneNode(a.Node); err != nil {
			return nil, fmt.Errorf("action %s: %w", a.Name, err)
		}
		d.Timeline[i].Action = &a
	}
	d.Expect = slices.Clone(s.Expect)
	for i := range d.Expect {
		if err := d.settle(&d.Expect[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", d.Expect[i].Name, err)
		}
	}
	return &d, nil
}

// draw picks nodes. Each fault has numbers of its own, so that one that is added to a file does not move the others.
func (p *Pick) draw(s *Scenario, name string, seed int64) []string {
	pool := slices.DeleteFunc(slices.Clone(p.Of), func(node string) bool {
		return slices.ContainsFunc(p.Avoid, func(other string) bool {
			f := s.Fault(other)
			return f != nil && slices.Contains(f.Targets, node)
		})
	})
	h := fnv.New64a()
	h.Write([]byte(name))
	rng := rand.New(rand.NewPCG(uint64(seed), h.Sum64()))
	var drawn []string
	for _, i := range rng.Perm(len(pool))[:min(p.N, len(pool))] {
		drawn = append(drawn, pool[i])
	}
	slices.SortFunc(drawn, func(a, b string) int { return slices.Index(p.Of, a) - slices.Index(p.Of, b) })
	return drawn
}

// settle puts nodes in the place of the names that stand for them.
func (s *Scenario) settle(e *Expectation) (err error) {
	switch {
	case len(e.Share) > 0:
		var all []ServerShare
		for _, share := range e.Share {
			for _, node := range s.Nodes(share.Server) {
				all = append(all, ServerShare{node, share.Bound})
			}
		}
		if e.Share = all; len(all) == 0 {
			err = errors.New("the names of its share stand for no server")
		}
	case e.Distribution != nil:
		c := *e.Distribution
		c.Servers, e.Distribution = s.allNodes(c.Servers), &c
	case e.Detection != nil:
		c := *e.Detection
		c.Servers, e.Detection = s.allNodes(c.Servers), &c
	case e.Recovery != nil:
		c := *e.Recovery
		c.Servers, e.Recovery = s.allNodes(c.Servers), &c
	case e.State != nil:
		c := *e.State
		c.Servers, e.State = s.allNodes(c.Servers), &c
	case e.Page != nil:
		c := *e.Page
		c.Servers, e.Page = s.allNodes(c.Servers), &c
	case e.Content != nil:
		c := *e.Content
		c.Servers, e.Content = s.allNodes(c.Servers), &c
	case e.Log != nil:
		c := *e.Log
		c.Node, err = s.oneNode(c.Node)
		e.Log = &c
	}
	return err
}

func (s *Scenario) allNodes(names []string) (nodes []string) {
	for _, name := range names {
		nodes = append(nodes, s.Nodes(name)...)
	}
	return nodes
}

func (s *Scenario) oneNode(name string) (string, error) {
	nodes := s.Nodes(name)
	if len(nodes) != 1 {
		return "", fmt.Errorf("%s stands for %d nodes, and one is needed", name, len(nodes))
	}
	return nodes[0], nil
}

// Nodes is what a name stands for: "kill.targets" and "kill.others" for nodes, any other for itself. A name whose fault has not
// been drawn yet, or is not there, stands for itself too.
func (s *Scenario) Nodes(name string) []string {
	if fault, ok := strings.CutSuffix(name, TargetsOf); ok {
		if f := s.Fault(fault); f != nil && len(f.Targets) > 0 {
			return f.Targets
		}
	}
	fault, ok := strings.CutSuffix(name, OthersOf)
	f := s.Fault(fault)
	if !ok || f == nil || len(f.Targets) == 0 {
		return []string{name}
	}
	plan := DefaultPlan()
	plan.Servers = s.Cluster.Servers
	var others []string
	for _, n := range plan.Nodes() {
		if n.Role == Server && !slices.Contains(f.Targets, n.Name) {
			others = append(others, n.Name)
		}
	}
	return others
}
