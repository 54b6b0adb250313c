package config

import (
	"strings"

	"simulacro/proxy/rules"
)

// reuseModes are the words of http-reuse.
var reuseModes = map[string]Reuse{"never": ReuseNever, "safe": ReuseSafe, "aggressive": ReuseAggressive, "always": ReuseAlways}

func parseReuse(p *parser, w words) {
	mode, ok := reuseModes[w.at(1)]
	if !ok {
		p.bad("'%s' only supports 'never', 'safe', 'aggressive', 'always'.", w[0])
		return
	}
	p.px.Reuse = mode
	p.tooMany(w, 0, 1)
}

// parseDispatch reads the address that all of a section's traffic goes to.
func parseDispatch(p *parser, w words) {
	a, err := p.parseAddr(w.at(1), resolveNow|portOK|portMust|stream)
	if err != nil {
		p.bad("'%s' : %s", w[0], err)
		return
	}
	if p.tooMany(w, 1, 0) {
		return
	}
	p.px.Dispatch, p.px.HasDispatch = a.Address, true
}

// parseHashType takes what this director does: the defaults, map-based and sdbm without a second turn.
func parseHashType(p *parser, w words) {
	switch {
	case w.at(1) != "map-based" && w.at(1) != "consistent":
		p.bad("'%s' only supports 'consistent' and 'map-based'.", w[0])
	case w.at(2) != "" && !contains([]string{"sdbm", "djb2", "wt6", "crc32"}, w[2]):
		p.bad("'%s' only supports 'sdbm', 'djb2', 'crc32', or 'wt6' hash functions.", w[0])
	case w.at(3) != "" && w[3] != "avalanche":
		p.bad("'%s' only supports 'avalanche' as a modifier for hash functions.", w[0])
	default:
		p.px.HashType = w.from(1)
	}
}

// globalRuleKeywords are those of the global section that rules depend on.
func globalRuleKeywords() []keyword {
	return []keyword{
		{name: "set-var", usage: "<name> <expression>", max: -1, parse: parseGlobalSetVar},
		{name: "set-var-fmt", usage: "<name> <format>", max: -1, parse: parseGlobalSetVar},
	}
}

// parseGlobalSetVar makes a rule of it, which is run once at the start. Only process-wide variables are there by then.
func parseGlobalSetVar(p *parser, w words) {
	if w.at(1) == "" || w.at(2) == "" {
		p.bad("'%s' requires a process-wide variable name ('proc.<name>') and a sample expression.", w[0])
		return
	}
	if !strings.HasPrefix(w[1], "proc.") {
		p.bad("'%s': invalid variable name '%s': only process-wide variables ('proc.<name>') are allowed.", w[0], w[1])
		return
	}
	env := &rules.Env{Pos: rules.Pos{File: p.pos.File, Line: p.pos.Line}, ReadFile: p.readFile}
	r, err := rules.ParseRule(env, rules.SessionList, []string{w[0] + "(" + w[1] + ")", w[2]})
	if err != nil {
		p.bad("%s", err)
		return
	}
	p.cfg.Global.SetVars = append(p.cfg.Global.SetVars, r)
}
