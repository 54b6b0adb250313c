package scenario

import (
	"regexp"

	"github.com/goccy/go-yaml/ast"

	"simulacro/sim"
)

func matchFields(to *sim.TextMatch) []field {
	return []field{
		{"contains", texts, "each is there", func(d *decoder, n ast.Node) { to.Contains = d.words(n, "contains") }},
		{"lacks", texts, "none is there", func(d *decoder, n ast.Node) { to.Lacks = d.words(n, "lacks") }},
		{"matches", texts, "regular expressions (RE2), each matches", func(d *decoder, n ast.Node) { to.Matches = d.patterns(n, "matches") }},
	}
}

// patterns reads regular expressions.
func (d *decoder) patterns(n ast.Node, what string) (list []string) {
	for _, item := range d.items(n) {
		if s, ok := d.word(item, what); ok {
			if _, err := regexp.Compile(s); err != nil {
				d.fail(item, "%s: %v", what, err)
			}
			list = append(list, s)
		}
	}
	return list
}

func outputFields(out *sim.OutputMatch) []field {
	return append([]field{
		{"of", aWord, "the action's name", func(d *decoder, n ast.Node) { d.str(n, "of", &out.Action) }},
		{"exit", whole(0, 255), "its exit code", func(d *decoder, n ast.Node) { out.Exit = d.exit(n) }},
	}, matchFields(&out.TextMatch)...)
}

func (d *decoder) output(n ast.Node) *sim.OutputMatch {
	out := &sim.OutputMatch{}
	seen := d.object(n, "output", outputFields(out))
	if out.Action == "" {
		d.fail(n, "output has no of: name the action")
	}
	if len(seen) == 1 && seen["of"] != nil {
		d.fail(n, "output says nothing: give it contains, lacks, matches or exit")
	}
	return out
}

func logFields(l *sim.LogMatch) []field {
	return append([]field{
		{"node", aWord, "whose log; without it the director's", func(d *decoder, n ast.Node) { d.str(n, "node", &l.Node) }},
	}, matchFields(&l.TextMatch)...)
}

func (d *decoder) log(n ast.Node) *sim.LogMatch {
	l := &sim.LogMatch{}
	seen := d.object(n, "log", logFields(l))
	if seen["contains"] == nil && seen["lacks"] == nil && seen["matches"] == nil {
		d.fail(n, "log says nothing: give it contains, lacks or matches")
	}
	if l.Node == "" {
		l.Node = "cluster1"
	}
	return l
}
