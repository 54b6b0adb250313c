package rules

import "strings"

func parseSetVar(p *ruleParser) (doing, error) {
	name, conditions, err := p.variable()
	if err != nil {
		return nil, err
	}
	e, err := p.expr()
	if err == nil {
		err = p.usable(e)
	}
	if err != nil {
		return nil, err
	}
	return func(tx *Tx) Verdict {
		if v, ok := e.Eval(tx); ok {
			tx.setVar(name, v, conditions)
		}
		return Next
	}, nil
}

// variable reads what stands in the parentheses: a name and conditions.
func (p *ruleParser) variable() (string, []arg, error) {
	const usage = "Expects 'set-var(<var-name>)', 'set-var-fmt(<var-name>)' or 'unset-var(<var-name>)'"
	switch rest := strings.TrimPrefix(p.word, p.name); {
	case !strings.HasPrefix(rest, "("):
		return "", nil, sayf("invalid or incomplete action '%s'. %s", p.word, usage)
	case !strings.HasSuffix(rest, ")"):
		return "", nil, sayf("incomplete argument after action '%s'. %s", p.word, usage)
	}
	name, conditions := conditionsOf(p.param)
	if err := validVar(name, p.param[len(name):]+")"); err != nil {
		return "", nil, err
	}
	return name, conditions, checkConditions(append([]arg{{}}, conditions...))
}

// setVar writes a variable if the conditions hold, and tells whether it has.
func (tx *Tx) setVar(name string, v Value, conditions []arg) bool {
	vars, rest := tx.variable(name)
	if vars == nil || !allowed(vars, rest, strings.HasPrefix(name, "proc."), v, conditions) {
		return false
	}
	vars.Set(rest, v)
	return true
}

func parseSetVarFormat(p *ruleParser) (doing, error) {
	name, conditions, err := p.variable()
	if err != nil {
		return nil, err
	}
	w, _ := p.take() // without a format the variable is empty
	p.env.Moved = true
	f, err := ParseFormat(p.env, w, false)
	if err != nil {
		return nil, err
	}
	return func(tx *Tx) Verdict { tx.setVar(name, Text(tx.cut(f.Text(tx))), conditions); return Next }, nil
}

func parseUnsetVar(p *ruleParser) (doing, error) {
	if strings.Contains(p.param, ",") {
		return nil, sayf(`unset-var does not expect parameters after the variable name. Only "set-var" and "set-var-fmt" manage conditions`)
	}
	name, _, err := p.variable()
	if err != nil {
		return nil, err
	}
	return func(tx *Tx) Verdict {
		if vars, rest := tx.variable(name); vars != nil {
			vars.Unset(rest)
		}
		return Next
	}, nil
}
