package scenario

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"simulacro/sim"
)

func pageFields(p *sim.PageMatch) []field {
	return append([]field{
		{"path", aPath, "answers for this path only", func(d *decoder, n ast.Node) { d.path(n, &p.Path) }},
		{"of", texts, "answers of these servers only", func(d *decoder, n ast.Node) { p.Servers = d.words(n, "of") }},
		{"status", statuses, "answers with these codes or classes only; without it 2xx", func(d *decoder, n ast.Node) { p.Status = d.statuses(n) }},
	}, matchFields(&p.TextMatch)...)
}

func (d *decoder) page(n ast.Node) *sim.PageMatch {
	p := &sim.PageMatch{}
	seen := d.object(n, "page", pageFields(p))
	if seen["contains"] == nil && seen["lacks"] == nil && seen["matches"] == nil {
		d.fail(n, "page says nothing: give it contains, lacks or matches")
	}
	return p
}

func contentFields(c *sim.SameContent) []field {
	return []field{
		{"path", aPath, "the path; without it, each path of the load for itself", func(d *decoder, n ast.Node) { d.path(n, &c.Path) }},
		{"of", texts, "the servers that must have given it; without it all of the backend", func(d *decoder, n ast.Node) { c.Servers = d.words(n, "of") }},
		{"ignore", texts, "regular expressions (RE2): what of the body may differ, such as a time", func(d *decoder, n ast.Node) { c.Ignore = d.patterns(n, "ignore") }},
	}
}

func (d *decoder) content(n ast.Node) *sim.SameContent {
	c := &sim.SameContent{}
	if !isMapping(n) {
		d.path(n, &c.Path)
		return c
	}
	if seen := d.object(n, "content", contentFields(c)); len(seen) == 0 {
		d.fail(n, "content says nothing: give it a path")
	}
	return c
}

// path reads the path of a request.
func (d *decoder) path(n ast.Node, to *string) {
	if d.str(n, "path", to); *to != "" {
		d.isPath(n, "path", *to)
	}
}

// isPath tells whether a text can stand in a request line as it is (RFC 9112, section 3.2.1), and notes where it cannot.
func (d *decoder) isPath(at ast.Node, what, path string) bool {
	switch {
	case !strings.HasPrefix(path, "/"):
		d.fail(at, "%s %q must start with /", what, path)
	case strings.ContainsFunc(path, func(c rune) bool { return c <= ' ' || c >= 0x7f || c == '#' }):
		d.fail(at, "%s %q: blanks, # and what is not ASCII must be written as %%20 and the like", what, path)
	default:
		return true
	}
	return false
}

// checkPath refuses a path that the load does not ask for: no answer could be looked at.
func (d *decoder) checkPath(s *sim.Scenario, path string, at ast.Node) {
	var known []string
	for _, p := range s.Load.Paths {
		known = append(known, p.Path)
	}
	if path != "" && len(known) > 0 && !slices.Contains(known, path) {
		d.fail(at, "%s", unknown("path of the load", path, known))
	}
}
