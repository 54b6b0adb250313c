package config

import (
	"slices"
	"strings"
)

// keyword is one entry of a section's table. The table is what the parser runs on and what the reference is made from:
// a new keyword is a new entry.
type keyword struct {
	name  string
	usage string // its arguments, in the manual's notation
	max   int    // the most arguments; -1: parse looks for itself
	need  side   // in a proxy: HAProxy warns that the line is ignored where the section lacks that side
	hint  string // what that warning adds
	local bool   // not allowed in defaults
	tight bool   // the refusal in defaults has no space before its colon
	parse func(p *parser, w words)
}

// side is a capability of a proxy: to accept clients, to have servers.
type side int

const (
	frontSide side = 1 << iota
	backSide
	bothSides = frontSide | backSide
)

func find(table []keyword, name string) *keyword {
	for i := range table {
		if table[i].name == name {
			return &table[i]
		}
	}
	return nil
}

// unknownKeyword refuses a word that no table has: by name where HAProxy has it, else with HAProxy's suggestion.
func (p *parser) unknownKeyword(word string, known []string) {
	if slices.Contains(known, word) {
		p.unsupported(word)
		return
	}
	if best := suggest(word, known); best != "" {
		p.bad("unknown keyword '%s' in '%s' section; did you mean '%s' maybe ?", word, p.open, best)
		return
	}
	p.bad("unknown keyword '%s' in '%s' section", word, p.open)
}

// Keyword describes a supported keyword, for the reference that -vv prints.
type Keyword struct {
	Name, Usage string
	Defaults    bool // may stand in defaults
	Front, Back bool
}

func (k Keyword) String() string { return strings.TrimSuffix(k.Name+" "+k.Usage, " ") }

// Sections names by a letter each the sections of a proxy that take it: defaults, frontends, backends.
func (k Keyword) Sections() string {
	letters := []byte("---")
	for i, may := range []bool{k.Defaults, k.Front, k.Back} {
		if may {
			letters[i] = "DFB"[i]
		}
	}
	return string(letters)
}

// Keywords lists what the given section understands: "global" or "proxy", in the tables' order.
func Keywords(section string) []Keyword {
	table := globalKeywords
	if section != "global" {
		table = proxyKeywords
	}
	list := make([]Keyword, 0, len(table))
	for _, k := range table {
		both := k.need == 0
		list = append(list, Keyword{k.name, k.usage, !k.local, both || k.need&frontSide != 0, both || k.need&backSide != 0})
	}
	return list
}
