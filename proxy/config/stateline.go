package config

// stateGlobalKeywords say where the states of servers are kept between two processes (section 3.1).
var stateGlobalKeywords = []keyword{
	{name: "server-state-base", usage: "<directory>", max: -1, parse: func(p *parser, w words) {
		p.statePlace(w, &p.cfg.Global.stateBase, "expects one argument: a directory path.")
	}},
	{name: "server-state-file", usage: "<file>", max: -1, parse: func(p *parser, w words) {
		p.statePlace(w, &p.cfg.Global.stateFile, "expect one argument: a file path.")
	}},
}

// stateKeywords say which of those files a backend's servers begin with (section 4.2).
var stateKeywords = []keyword{
	{name: "load-server-state-from-file", usage: "global | local | none", max: -1, need: backSide, parse: parseLoadState},
	{name: "server-state-file-name", usage: "[use-backend-name | <file>]", max: 1, need: backSide, parse: parseStateName},
}

// stateSource is where a backend's servers get their first states from.
type stateSource int

// The sources.
const (
	noStates stateSource = iota
	globalStates
	localStates
)

var stateSources = map[string]stateSource{"none": noStates, "global": globalStates, "local": localStates}

// statePlace reads a name that counts once; without says what is said where it is missing.
func (p *parser) statePlace(w words, name *string, without string) {
	switch {
	case *name != "":
		p.already(w)
	case w.at(1) == "":
		p.bad("'%s' %s", w[0], without)
	default:
		*name = w[1]
	}
}

func parseLoadState(p *parser, w words) {
	source, ok := stateSources[w.at(1)]
	if !ok {
		p.bad("'%s' expects 'global', 'local' or 'none'. Got '%s'", w[0], w.at(1))
		return
	}
	p.px.states = source
}

// parseStateName chooses a file. No name is the backend's, and so is that of a defaults section, which nobody inherits.
func parseStateName(p *parser, w words) {
	if p.px.stateName = w.at(1); w.at(1) == "use-backend-name" {
		p.px.stateName = ""
	}
}

// checkStates warns of a backend whose states are to come from a file that nothing names.
func (p *parser) checkStates(s *section) {
	if s.back && s.states == globalStates && p.cfg.Global.stateFile == "" {
		p.warn("backend '%s' configured to load server state file from global section 'server-state-file' directive. "+
			"Unfortunately, 'server-state-file' is not set!", s.Name)
	}
}
