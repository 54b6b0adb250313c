package scenario

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"simulacro/sim"
)

var boundForm = regexp.MustCompile(`^(>=|<=|=|>|<)?\s*([0-9]+(?:\.[0-9]+)?)\s*%(?:\s*(?:±|\+-|\+/-)\s*([0-9]+(?:\.[0-9]+)?)\s*%)?$`)

// parseBound reads ">= 99.9 %", "33.3 % ± 1 %" or "0 %"; op is the one that a bare value other than 0 has.
func parseBound(s, op string) (sim.Bound, error) {
	m := boundForm.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return sim.Bound{}, fmt.Errorf(`%q is not a bound: write per cents such as ">= 99.9 %%", "0 %%" or "33.3 %% ± 1 %%"`, s)
	}
	b := sim.Bound{Op: m[1], Value: percent(m[2])}
	if b.Op == "" {
		b.Op = op
		if b.Value == 0 {
			b.Op = "=" // a bare 0 % is meant, not "at least"
		}
	}
	if m[3] != "" {
		b.Op, b.Tolerance = "=", percent(m[3])
		if m[1] != "" && m[1] != "=" {
			return b, fmt.Errorf("%q has both %s and a tolerance: a tolerance is for a value to be met", s, m[1])
		}
	}
	switch {
	case b.Value > 1:
		return b, fmt.Errorf("%q is more than 100 %%", s)
	case b.Op == ">" && b.Value >= 1, b.Op == "<" && b.Value <= 0:
		return b, fmt.Errorf("%q can never hold", s)
	case b.Op == ">=" && b.Value == 0, b.Op == "<=" && b.Value == 1:
		return b, fmt.Errorf("%q always holds: it would check nothing", s)
	}
	return b, nil
}

func percent(s string) float64 {
	v, _ := strconv.ParseFloat(s, 64) // the form was matched
	return v / 100
}

// bound reads a Bound from a text, or a bare 0.
func (d *decoder) bound(n ast.Node, what, op string) (b sim.Bound, ok bool) {
	s, ok := d.word(n, what)
	if !ok {
		return b, false
	}
	if s == "0" {
		s = "0 %"
	}
	b, err := parseBound(s, op)
	if err != nil {
		d.fail(n, "%s: %v", what, err)
	}
	return b, err == nil
}

var latencyForm = regexp.MustCompile(`^(>=|<=)?\s*(\S+)$`)

// parseLatency reads "200ms", "<= 200ms" or ">= 3s".
func parseLatency(s string) (op string, v time.Duration, err error) {
	m := latencyForm.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return "", 0, fmt.Errorf(`%q is not a bound of a latency: write "<= 200ms" or ">= 3s"`, s)
	}
	v, err = time.ParseDuration(m[2])
	if err != nil || v <= 0 {
		return "", 0, fmt.Errorf(`%q is not a bound of a latency: write "<= 200ms" or ">= 3s"`, s)
	}
	if m[1] == "" {
		return "<=", v, nil
	}
	return m[1], v, nil
}
