package config

import (
	"errors"
	"strings"
	"syscall"
)

// caseKeywords say how names of fields are spelt to those who do not understand them in lower case (section 3.1).
var caseKeywords = []keyword{
	{name: "h1-case-adjust", usage: "<from> <to>", max: 2, parse: parseCaseAdjust},
	{name: "h1-case-adjust-file", usage: "<file>", max: 1, parse: parseCaseFile},
}

func parseCaseAdjust(p *parser, w words) {
	if w.at(1) == "" || w.at(2) == "" {
		p.bad("'%s' expects <from> and <to> as argument.", w[0])
		return
	}
	if err := p.addCase(w[1], w[2]); err != nil {
		p.bad("%s", err)
	}
}

func parseCaseFile(p *parser, w words) { p.word(w, &p.caseFile, "expects <file> as argument.") }

// addCase notes one name. It is found only where it is given in lower case, as heads have it.
func (p *parser) addCase(from, to string) error {
	g := &p.cfg.Global
	switch _, known := g.CaseAdjust[from]; {
	case to == "":
		return sayf("expect <to>")
	case !strings.EqualFold(from, to) || len(from) != len(to):
		return sayf("<from> and <to> must not differ execpt the case")
	case known:
		return sayf("duplicate entry '%s'", from)
	}
	if g.CaseAdjust == nil {
		g.CaseAdjust = map[string]string{}
	}
	g.CaseAdjust[from] = to
	return nil
}

// readCaseFile reads the last file of names, a pair a line. Of what can be opened and not read HAProxy says nothing.
func (p *parser) readCaseFile() {
	if p.caseFile == "" {
		return
	}
	text, err := p.opt.ReadFile(p.caseFile)
	if err != nil && !errors.Is(err, syscall.EISDIR) {
		p.alert("h1-headers-case-adjust-file '%s': failed to open file.", p.caseFile)
		return
	}
	for i, line := range strings.Split(string(text), "\n") {
		line, _, _ = strings.Cut(strings.TrimLeft(line, " \t"), "\r")
		if line == "" || line[0] == '#' {
			continue
		}
		from, to := line, ""
		if k := strings.IndexAny(line, " \t"); k >= 0 {
			from, to = line[:k], strings.Trim(line[k:], " \t")
		}
		if err := p.addCase(from, to); err != nil {
			p.alert("h1-headers-case-adjust-file '%s' : %s at line %d.", p.caseFile, err, i+1)
			return
		}
	}
}
