package proxy

import (
	"time"

	"simulacro/proxy/rules"
	"simulacro/proxy/stats"
)

var _ stats.VarAdmin = (*adapter)(nil)

// Var implements stats.VarAdmin.
func (a *adapter) Var(name string) (kind, value string, ok bool) {
	v, ok := a.d.engine.Vars().Lookup(name)
	return v.TypeName(), v.String(), ok
}

// SetVar implements stats.VarAdmin.
func (a *adapter) SetVar(name, value string, format bool) error {
	action := "set-var(" + name + ")"
	if format {
		action = "set-var-fmt(" + name + ")"
	}
	r, err := rules.ParseRule(&rules.Env{}, rules.SessionList, []string{action, value})
	if err != nil {
		return err
	}
	a.d.engine.RunRule(r, time.Now())
	return nil
}
