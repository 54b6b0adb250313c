package rules

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// PatternSet is what the runtime socket shows and changes of ACLs: the patterns of one line, or of a file, which several lines
// may match in ways of their own. Beside the version in use it may hold others that are being prepared (management manual,
// section 9.3, "prepare acl"). Its methods may be called while requests are matched.
type PatternSet struct {
	File string // "": they stand in the configuration

	mu        sync.Mutex
	users     []string    // ACLs, in HAProxy's words
	views     []*Patterns // one for each user
	cur, next int
	ahead     map[int][]string // versions to come
}

// newSet makes a set of one view; text is added by the caller.
func newSet(file, user string, view *Patterns) *PatternSet {
	return &PatternSet{File: file, users: []string{user}, views: []*Patterns{view}}
}

// Describe gives HAProxy's description of the set.
func (s *PatternSet) Describe() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.File == "" {
		return s.users[0]
	}
	return fmt.Sprintf("pattern loaded from file '%s' used by %s", s.File, strings.Join(s.users, ", by "))
}

// Versions gives the version in use, the last one prepared, and how many patterns there are in all.
func (s *PatternSet) Versions() (cur, next, entries int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, list := range s.ahead {
		entries += len(list)
	}
	for _, v := range s.views {
		entries += len(v.Items)
	}
	return s.cur, s.next, entries
}

// Texts gives a version's patterns as they were written; below 0: those in use.
func (s *PatternSet) Texts(version int) (list []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if version >= 0 && version != s.cur {
		return slices.Clone(s.ahead[version])
	}
	for _, p := range s.views[0].Items {
		list = append(list, p.Text)
	}
	return list
}

// Add puts a pattern at a version's end; below 0: at that in use. The error is of the first way to match that cannot take it.
func (s *PatternSet) Add(version int, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if version > s.next {
		return sayf("Version number in the future, please use 'prepare acl' before")
	}
	var made []*Pattern
	for _, v := range s.views {
		p, err := v.compile(text)
		if err != nil {
			return err
		}
		made = append(made, p)
	}
	if version >= 0 && version != s.cur {
		if s.ahead == nil {
			s.ahead = map[int][]string{}
		}
		if version > s.cur {
			s.ahead[version] = append(s.ahead[version], text)
		}
		return nil
	}
	for i, v := range s.views {
		v.push(made[i])
	}
	return nil
}

// Del takes a pattern out of the version in use; false: it is not there.
func (s *PatternSet) Del(text string) (found bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.views {
		v.change(func(items []*Pattern) []*Pattern {
			n := len(items)
			items = slices.DeleteFunc(slices.Clone(items), func(p *Pattern) bool { return p.Text == text })
			found = found || len(items) < n
			return items
		})
	}
	return found
}

// Clear empties a version; below 0: that in use.
func (s *PatternSet) Clear(version int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if version >= 0 && version != s.cur {
		delete(s.ahead, version)
		return
	}
	for _, v := range s.views {
		v.change(func([]*Pattern) []*Pattern { return nil })
	}
}

// Prepare opens a new version, empty and not in use.
func (s *PatternSet) Prepare() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	return s.next
}

// Commit puts a prepared version to use, and forgets those before it; false: there is no such version.
func (s *PatternSet) Commit(version int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if version <= s.cur || version > s.next {
		return false
	}
	texts := s.ahead[version]
	for v := range s.ahead {
		if v <= version {
			delete(s.ahead, v)
		}
	}
	s.cur = version
	for _, v := range s.views {
		v.change(func([]*Pattern) (items []*Pattern) {
			for _, text := range texts {
				if p, err := v.compile(text); err == nil { // Add has tried it
					items = append(items, p)
				}
			}
			return items
		})
	}
	return true
}

// Found is how one of a set's ways to match takes a text.
type Found struct {
	How     string // str, beg, ip, …
	Fold    bool   // letters' case does not count
	Tree    bool   // HAProxy would keep the patterns in a tree, not in a list
	Matches bool
	Pattern string // the first that fits
}

// Find matches a text in each of the set's ways.
func (s *PatternSet) Find(text string) (list []Found) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.views {
		f := Found{How: v.how, Fold: v.fold, Tree: v.how == "ip" || !v.fold && (v.how == "str" || v.how == "beg")}
		if p := v.find(text); p != nil {
			f.Matches, f.Pattern = true, p.Text
		}
		list = append(list, f)
	}
	return list
}
