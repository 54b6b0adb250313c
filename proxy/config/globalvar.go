package config

import (
	"strings"

	"simulacro/proxy/rules"
)

// parseGlobalSetVar makes a rule of it, which is run once at the start. Only process-wide variables are there by then.
func parseGlobalSetVar(p *parser, w words) {
	if w.at(1) == "" || w.at(2) == "" {
		p.bad("'%s' requires a process-wide variable name ('proc.<name>') and a sample expression.", w[0])
		return
	}
	if !strings.HasPrefix(w[1], "proc.") {
		if err := rules.ValidVar(w[1]); err != nil {
			p.bad("%s", err)
			return
		}
		p.bad("'%s': cannot set variable '%s', only scope 'proc' is permitted in the global section.", w[0], w[1])
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
