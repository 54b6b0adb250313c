package proxy

import (
	"fmt"

	"simulacro/proxy/rules"
	"simulacro/proxy/stats"
)

var _ stats.PatternAdmin = (*adapter)(nil)

// PatternSets implements stats.PatternAdmin.
func (a *adapter) PatternSets() []stats.PatternSet {
	list := make([]stats.PatternSet, 0, len(a.d.cfg.Patterns))
	for _, s := range a.d.cfg.Patterns {
		list = append(list, patternSet{s})
	}
	return list
}

// patternSet shows a set of rules' patterns to operators.
type patternSet struct{ *rules.PatternSet }

// Name implements stats.PatternSet.
func (s patternSet) Name() string { return s.File }

// Find implements stats.PatternSet.
func (s patternSet) Find(text string) (lines []string) {
	for _, f := range s.PatternSet.Find(text) {
		fold, index := "sensitive", "list"
		if f.Fold {
			fold = "insensitive"
		}
		if f.Tree {
			index = "tree"
		}
		line := fmt.Sprintf("type=%s, case=%s, match=no\n", f.How, fold)
		if f.Matches {
			line = fmt.Sprintf("type=%s, case=%s, match=yes, idx=%s, pattern=%q\n", f.How, fold, index, f.Pattern)
		}
		lines = append(lines, line)
	}
	return lines
}
