package scenario

import (
	"fmt"

	"github.com/goccy/go-yaml/ast"

	"simulacro/sim"
)

func scenarioFields(s *sim.Scenario) []field {
	return []field{
		{"title", aTranslation, "one line that says what is rehearsed", func(d *decoder, n ast.Node) { d.text(n, "title", &s.Title) }},
		{"description", aTranslation, "what there is to learn from it", func(d *decoder, n ast.Node) { d.text(n, "description", &s.Description) }},
		{"tags", texts, "to choose scenarios by", func(d *decoder, n ast.Node) { s.Tags = d.words(n, "tag") }},
		{"cluster", mapping("cluster"), "what the cluster must be like", func(d *decoder, n ast.Node) { d.object(n, "cluster", clusterFields(&s.Cluster)) }},
		{"load", mapping("load"), "the requests to send", func(d *decoder, n ast.Node) { d.load(n, &s.Load) }},
		{"steady", orMapping(aTime, "steady"), "how long the steady state may take to hold; 0: it is not waited for; without it " + sim.ShortTime(DefaultSteady), func(d *decoder, n ast.Node) { d.steady(n, s) }},
		{"warm", aTime, "load that is sent first and not judged; without it, none", func(d *decoder, n ast.Node) { d.duration(n, "warm", &s.Warm) }},
		{"timeline", listOf("step"), "faults and operator's actions", func(d *decoder, n ast.Node) { d.timeline(n, s) }},
		{"windows", mapOfWindows, "parts of the run by names of their own, for expectations to look at", func(d *decoder, n ast.Node) { d.windows(n, s) }},
		{"settle", aTime, "load after the last step has ended and the steady state holds again; without it " + sim.ShortTime(DefaultSettle), func(d *decoder, n ast.Node) { d.duration(n, "settle", &s.Settle) }},
		{"expect", listOf("expectation"), "what must hold", func(d *decoder, n ast.Node) { d.expectations(n, s) }},
		{"seed", whole(1, maxSeed), "of every random choice; without it the run draws one and prints it", func(d *decoder, n ast.Node) {
			if v, ok := d.integer(n, "seed", 1, maxSeed); ok {
				s.Seed = v
			}
		}},
		{"limit", aTime, "of the whole scenario, the cluster's boot excluded; without it " + sim.ShortTime(DefaultLimit), func(d *decoder, n ast.Node) {
			d.duration(n, "limit", &s.Limit)
			if s.Limit == 0 {
				d.fail(n, "limit is 0: the scenario could not run")
			}
		}},
	}
}

// The largest numbers that the loader takes.
const (
	maxSeed  = 1 << 62
	maxCount = 100_000_000
)

func clusterFields(c *sim.Cluster) []field {
	return []field{
		{"director", oneOrMany(choice(directorNames()...)), "simulacro or haproxy, where the scenario is meant for one of them only", func(d *decoder, n ast.Node) {
			for _, item := range d.items(n) {
				var kind string
				d.choice(item, "director", directorNames(), &kind)
				if kind != "" {
					c.Directors = append(c.Directors, sim.DirectorKind(kind))
				}
			}
		}},
		{"servers", whole(1, sim.MaxServers), fmt.Sprintf("how many real servers; without it %d", DefaultServers), func(d *decoder, n ast.Node) {
			if v, ok := d.integer(n, "servers", 1, sim.MaxServers); ok {
				c.Servers = int(v)
			}
		}},
		{"haproxy", aText, "a whole haproxy.cfg in place of the practical's", func(d *decoder, n ast.Node) { d.str(n, "haproxy", &c.HAProxy) }},
		{"patch", oneOrMany(mapping("patch")), "changes to haproxy.cfg, section by section", func(d *decoder, n ast.Node) {
			for _, item := range d.items(n) {
				c.Patch, d.patches = append(c.Patch, d.patch(item)), append(d.patches, item)
			}
		}},
		{"mount", aText, "NFS options of the real servers' /etc/fstab", func(d *decoder, n ast.Node) { d.str(n, "mount", &c.Mount) }},
		{"limits", mapOfLimits, "what nodes may use of the machine, by node; servers stands for all real servers", func(d *decoder, n ast.Node) { d.limits(n, c) }},
	}
}

func directorNames() []string {
	var names []string
	for _, k := range sim.DirectorKinds() {
		names = append(names, string(k))
	}
	return names
}

func patchFields(p *sim.SectionPatch) []field {
	return []field{
		{"section", aText, "the section's header, as in haproxy.cfg", func(d *decoder, n ast.Node) { d.str(n, "section", &p.Section) }},
		{"remove", texts, "lines to drop, by their leading words", func(d *decoder, n ast.Node) { p.Remove = d.words(n, "remove") }},
		{"replace", mapOf(aText), "a line's leading words: the line to put there", func(d *decoder, n ast.Node) { p.Replace = d.changes(n) }},
		{"add", texts, "lines to add at the section's end", func(d *decoder, n ast.Node) { p.Add = d.words(n, "add") }},
	}
}

func (d *decoder) patch(n ast.Node) (p sim.SectionPatch) {
	seen := d.object(n, "patch", patchFields(&p))
	if p.Section == "" {
		d.fail(n, `patch has no section: name one, such as "backend http_back"`)
	} else if !sim.IsSection(p.Section) {
		d.fail(seen["section"], "%q is not the header of a section of haproxy.cfg", p.Section)
	}
	if len(p.Remove)+len(p.Replace)+len(p.Add) == 0 {
		d.fail(n, "patch changes nothing: give it remove, replace or add")
	}
	return p
}

func (d *decoder) changes(n ast.Node) (list []sim.LineChange) {
	entries, _ := d.entries(n, "replace")
	for _, e := range entries {
		if line, ok := d.word(e.value, "replace"); ok {
			list = append(list, sim.LineChange{Old: e.key, New: line})
		}
	}
	return list
}

// paths is one path, a list of equally wanted ones, or a mapping of paths to weights.
func (d *decoder) paths(n ast.Node) (list []sim.WeightedPath) {
	add := func(at ast.Node, path string, weight int64) {
		if !d.isPath(at, "path", path) {
			return
		}
		list = append(list, sim.WeightedPath{Path: path, Weight: int(weight)})
	}
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		entries, _ := d.entries(n, "paths")
		for _, e := range entries {
			if w, ok := d.integer(e.value, "weight of "+e.key, 1, 1_000_000); ok {
				add(e.at, e.key, w)
			}
		}
		return list
	}
	for _, item := range d.items(n) {
		if path, ok := d.word(item, "path"); ok {
			add(item, path, 1)
		}
	}
	return list
}
