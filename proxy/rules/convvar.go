package rules

import (
	"cmp"
	"strings"
)

// varConvs read or write variables.
func varConvs() []conv {
	return []conv{
		{name: "concat", sig: "|sVs", in: Str, out: Str, do: convConcat},
		{name: "add_item", sig: "sV|s", in: Str, out: Str, do: convAddItem, check: func(a []arg) error {
			if argText(a, 1, "")+argText(a, 2, "") == "" {
				return sayf("one of the optional arguments has to be nonempty")
			}
			return nil
		}},
		{name: "strcmp", sig: "V", in: Str, out: Int, check: namesVariable, do: func(tx *Tx, v Value, a []arg) (Value, bool) {
			x, ok := tx.lookup(a[0].s)
			if !ok {
				return v, false
			}
			return integer(compare(v.Str, x.String())), true
		}},
		{name: "secure_memcmp", sig: "V", in: Bin, out: Bool, check: namesVariable, do: func(tx *Tx, v Value, a []arg) (Value, bool) {
			x, ok := tx.lookup(a[0].s)
			return boolean(ok && equal(v.Str, x.bytes())), ok
		}},
		{name: "set-var", sig: "v|ssss", in: Any, out: Any, check: checkConditions, do: func(tx *Tx, v Value, a []arg) (Value, bool) {
			return v, tx.setVar(a[0].s, v, a[1:])
		}},
		{name: "unset-var", sig: "v", in: Any, out: Any, do: func(tx *Tx, v Value, a []arg) (Value, bool) {
			if vars, name := tx.variable(a[0].s); vars != nil {
				vars.Unset(name)
			}
			return v, true
		}},
	}
}

func namesVariable(a []arg) error {
	if a[0].s == "" {
		return sayf("missing variable name")
	}
	return nil
}

// lookup reads a variable by its whole name.
func (tx *Tx) lookup(name string) (Value, bool) {
	vars, rest := tx.variable(name)
	if vars == nil {
		return Value{}, false
	}
	return vars.Get(rest)
}

// compare is strcmp's: the difference of the first bytes that differ, or the longer one.
func compare(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return int(a[i]) - int(b[i])
		}
	}
	return cmp.Compare(len(a), len(b))
}

// convConcat appends a text, a variable's value and another text.
func convConcat(tx *Tx, v Value, a []arg) (Value, bool) {
	for i, x := range a {
		if i != 1 {
			v.Str += x.s
		} else if w, ok := tx.lookup(x.s); ok {
			v.Str += w.String()
		}
	}
	return Text(v.Str), true
}

// convAddItem appends a variable's value and a text, behind a delimiter where there is something on both its sides.
func convAddItem(tx *Tx, v Value, a []arg) (Value, bool) {
	item := ""
	if w, ok := tx.lookup(argText(a, 1, "")); ok {
		item = w.String()
	}
	item += argText(a, 2, "")
	if item != "" && v.Str != "" {
		item = a[0].s + item
	}
	return Text(v.Str + item), true
}

// setConditions are those that may follow set-var's variable.
var setConditions = []string{"ifexists", "ifnotexists", "ifempty", "ifnotempty", "ifset", "ifnotset", "ifgt", "iflt"}

func checkConditions(a []arg) error {
	for _, x := range a[1:] {
		if x.s != "" && !contains(setConditions, x.s) {
			return sayf("unknown condition \"%s\"", x.s)
		}
	}
	return nil
}

// allowed tells whether all conditions of a set-var hold (section 7.3.1, "set-var"). Every variable of the process exists from
// the start that the configuration sets anywhere, so made says so of one that has no value yet.
func allowed(vars *Vars, name string, made bool, v Value, conditions []arg) bool {
	old, set := vars.Get(name)
	numbers := set && old.Kind == Int && v.Kind == Int
	for _, c := range conditions {
		ok := true
		switch c.s {
		case "ifexists":
			ok = set || made
		case "ifnotexists":
			ok = !set && !made
		case "ifset":
			ok = set
		case "ifnotset":
			ok = !set
		case "ifempty":
			ok = !v.isScalar() && v.Str == ""
		case "ifnotempty":
			ok = v.isScalar() || v.Str != ""
		case "ifgt":
			ok = !numbers || old.Int > v.Int
		case "iflt":
			ok = !numbers || old.Int < v.Int
		}
		if !ok {
			return false
		}
	}
	return true
}

// conditionsOf splits what stands in set-var's parentheses.
func conditionsOf(param string) (name string, conditions []arg) {
	words := strings.Split(param, ",")
	for _, w := range words[1:] {
		conditions = append(conditions, arg{s: strings.TrimSpace(w)})
	}
	return words[0], conditions
}
