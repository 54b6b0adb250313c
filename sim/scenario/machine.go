package scenario

import (
	"math"
	"regexp"
	"slices"
	"strconv"

	"github.com/goccy/go-yaml/ast"

	"simulacro/sim"
)

// limits reads what each node may use. Nodes are known when the number of servers is.
func (d *decoder) limits(n ast.Node, c *sim.Cluster) {
	entries, ok := d.entries(n, "limits")
	if ok && len(entries) == 0 {
		d.fail(n, "limits says nothing: give it a node and what it may use")
	}
	for _, e := range entries {
		var l sim.Limits
		if seen := d.object(e.value, "limits of "+e.key, limitFields(&l)); len(seen) == 0 {
			d.fail(e.at, "limits of %s say nothing: give them cpu or memory", e.key)
		}
		d.later = append(d.later, func(s *sim.Scenario) { d.limitNode(s, e.at, e.key, l) })
	}
}

func (d *decoder) limitNode(s *sim.Scenario, at ast.Node, name string, l sim.Limits) {
	nodes := []string{name}
	if name == AllServers {
		nodes = serverNames(s)
	} else {
		d.checkNode(s, at, &nodes[0])
	}
	c := &s.Cluster
	for _, node := range nodes {
		if slices.ContainsFunc(c.Limits, func(other sim.NodeLimits) bool { return other.Node == node }) {
			d.fail(at, "%s has limits already: give it one entry", node)
			continue
		}
		c.Limits = append(c.Limits, sim.NodeLimits{Node: node, Limits: l})
	}
	order := plan(s).Nodes()
	place := func(name string) int { return slices.IndexFunc(order, func(n sim.Node) bool { return n.Name == name }) }
	slices.SortFunc(c.Limits, func(a, b sim.NodeLimits) int { return place(a.Node) - place(b.Node) })
}

// The least that a node is given: with less it does not come through its boot.
const (
	minCPU    = 0.01
	minMemory = 32 << 20
)

func limitFields(l *sim.Limits) []field {
	return []field{
		{"cpu", aNumber, "processors, as in 0.25", func(d *decoder, n ast.Node) {
			if d.number(n, "cpu", &l.CPU); l.CPU != 0 && (l.CPU < minCPU || l.CPU > 512) {
				d.fail(n, "cpu is %g: it must be %g to 512", l.CPU, minCPU)
			}
		}},
		{"memory", aSize, "bytes, as in 128MB; swap counts", func(d *decoder, n ast.Node) {
			if v, ok := d.size(n, "memory"); ok && v < minMemory {
				d.fail(n, "memory is too little: a node needs 32MB at least")
			} else {
				l.Memory = v
			}
		}},
	}
}

var sizeForm = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)\s*(kB|MB|GB)$`)

// size reads an amount of memory with its unit; a unit is a power of 1024, as the engine has it.
func (d *decoder) size(n ast.Node, what string) (int64, bool) {
	s, ok := d.word(n, what)
	if !ok {
		return 0, false
	}
	m := sizeForm.FindStringSubmatch(s)
	if m == nil {
		d.fail(n, "%s must be an amount with its unit, such as 128MB or 1GB, not %q", what, s)
		return 0, false
	}
	v, _ := strconv.ParseFloat(m[1], 64) // the form was matched
	bytes := v * map[string]float64{"kB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}[m[2]]
	if bytes > math.MaxInt64/2 {
		d.fail(n, "%s %q is more than any machine has", what, s)
		return 0, false
	}
	return int64(bytes), true
}

// steady reads how long the steady state may take or, in a mapping, what it is besides.
func (d *decoder) steady(n ast.Node, s *sim.Scenario) {
	if !isMapping(n) {
		d.duration(n, "steady", &s.Steady)
		return
	}
	seen := d.object(n, "steady", steadyFields(s))
	d.later = append(d.later, func(s *sim.Scenario) {
		if at := seen["servers"]; at != nil {
			s.Holds.Servers = d.servers(s, s.Holds.Servers, at)
		}
		if at := seen["for"]; at != nil && s.Holds.For >= s.Steady {
			d.fail(at, "for is %s: the steady state may take %s in all", sim.ShortTime(s.Holds.For), sim.ShortTime(s.Steady))
		}
	})
}

func steadyFields(s *sim.Scenario) []field {
	return []field{
		{"within", aTime, "how long it may take to hold; without it " + sim.ShortTime(DefaultSteady), func(d *decoder, n ast.Node) {
			if d.duration(n, "within", &s.Steady); s.Steady == 0 {
				d.fail(n, "within is 0: nothing could hold by then; steady: 0 does not wait for it")
			}
		}},
		{"for", aTime, "how long it must hold without a break; without it one look is enough", func(d *decoder, n ast.Node) { d.duration(n, "for", &s.Holds.For) }},
		{"page", aPath, "what each server gives to the director, and the director to the client, with code 200; without it " + DefaultPath, func(d *decoder, n ast.Node) {
			if d.str(n, "page", &s.Holds.Page); s.Holds.Page != "" {
				d.isPath(n, "page", s.Holds.Page)
			}
		}},
		{"servers", texts, "whom the director has up and who give the page; without it all", func(d *decoder, n ast.Node) { s.Holds.Servers = d.words(n, "servers") }},
	}
}
