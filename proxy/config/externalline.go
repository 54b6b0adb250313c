package config

// External is the command that checks a section's servers (section 4.2, "option external-check").
type External struct {
	Command string
	Path    string // PATH of the command, where a name without a slash is looked for; "": none
	Barred  bool   // no insecure-fork-wanted: HAProxy forbids itself to start processes
}

// parseExternal reads `external-check`, of which the last command and the last path count.
func parseExternal(p *parser, w words) {
	x := &p.px.checks.external
	switch w.at(1) {
	case "":
		p.bad("missing argument after '%s'.\n", w[0])
	case "command":
		p.externalText(w, &x.Command)
	case "path":
		p.externalText(w, &x.Path)
	default:
		p.bad("'%s' only supports 'command' and 'path'. but got '%s'.", w[0], w[1])
	}
}

func (p *parser) externalText(w words, text *string) {
	switch {
	case w.at(2) == "":
		p.bad("missing argument after '%s'.", w[1])
	case !p.tooMany(w, 2, 0):
		*text = w[2]
	}
}

// externalOption reads `option external-check`.
func (p *parser) externalOption(w words) {
	if !p.tooMany(w, 0, 1) {
		p.px.checks.choose("external-check", nil)
	}
}

// finishExternal looks for what a section's command needs, and gives it; nil: it has none.
func (p *parser) finishExternal(s *section) *External {
	x := s.checks.external
	on := s.checks.option == "external-check"
	if on {
		p.needsExternal(s, &x)
	} else {
		p.ignoresExternal(s, &x)
	}
	if x.Command != "" && x.Command[0] != '/' && x.Path == "" {
		p.alert("Proxy '%s': 'external-check command' does not have a leading '/' and 'external-check path' is not set.", s.Name)
	}
	if !on {
		return nil
	}
	return &x
}

func (p *parser) needsExternal(s *section, x *External) {
	if !p.external {
		p.alert("Proxy '%s' : 'option external-check' unable to find required 'global.external-check'.", s.Name)
	}
	if x.Command == "" {
		p.alert("Proxy '%s' : 'option external-check' unable to find required 'external-check command'.", s.Name)
	}
	if x.Barred = !p.forks; x.Barred {
		p.warn("Proxy '%s' : 'insecure-fork-wanted' not enabled in the global section, 'option external-check' will likely fail.", s.Name)
	}
}

func (p *parser) ignoresExternal(s *section, x *External) {
	for _, set := range []struct{ name, text string }{{"command", x.Command}, {"path", x.Path}} {
		if set.text != "" {
			p.warn("'external-check %s' will be ignored for %s '%s' (requires 'option external-check').", set.name, s.word(), s.Name)
		}
	}
}
