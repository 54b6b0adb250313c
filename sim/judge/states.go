package judge

import (
	"fmt"
	"slices"
	"strings"

	"simulacro/sim"
)

// states holds the samples of the director's statistics in the window against what they must be.
func (r *record) states(st *sim.States, w window) finding {
	var measured, broken []string
	seen := 0
	for _, s := range r.config.Servers {
		if len(st.Servers) > 0 && !slices.Contains(st.Servers, s.NodeOf(r.plan)) {
			continue
		}
		var samples []sample
		for _, smp := range r.samples[s.Name] {
			if w.has(smp.at) {
				samples = append(samples, smp)
			}
		}
		if len(samples) == 0 {
			return cannotTell(stateBound(st), "no sample of the state of %s in the window", s.Name)
		}
		seen += len(samples)
		measured = append(measured, s.Name+" "+seenStates(samples, st.Check != "" || len(st.Sees) > 0))
		broken = append(broken, brokenStates(st, s.Name, samples)...)
	}
	if len(measured) == 0 {
		return cannotTell(stateBound(st), "haproxy.cfg has none of these servers in backend %q", r.config.Backend)
	}
	return unbroken(broken, strings.Join(measured, ", "), stateBound(st), plural(seen, "sample")+" of the director's statistics")
}

// seenStates lists the states in the order in which they came, with their checks where these matter.
func seenStates(samples []sample, checks bool) string {
	var list []string
	for _, s := range samples {
		word := s.state()
		if checks {
			word += " (" + s.check() + ")"
		}
		if len(list) == 0 || list[len(list)-1] != word {
			list = append(list, word)
		}
	}
	return strings.Join(list, " → ")
}

// check is the result of the last check; while one is under way, HAProxy marks the result before it with a star.
func (s sample) check() string { return strings.TrimPrefix(s.CheckStatus, "* ") }

func brokenStates(st *sim.States, name string, samples []sample) (broken []string) {
	first := func(bad func(sample) bool) int { return slices.IndexFunc(samples, bad) }
	if i := first(func(s sample) bool { return st.Always != "" && s.state() != st.Always }); i >= 0 {
		broken = append(broken, fmt.Sprintf("%s was %s at %s", name, samples[i].Status, samples[i].at.UTC().Format("15:04:05.000")))
	}
	if i := first(func(s sample) bool { return st.Never != "" && s.state() == st.Never }); i >= 0 {
		broken = append(broken, fmt.Sprintf("%s was %s at %s", name, samples[i].Status, samples[i].at.UTC().Format("15:04:05.000")))
	}
	if st.Reaches != "" && first(func(s sample) bool { return s.state() == st.Reaches }) < 0 {
		broken = append(broken, fmt.Sprintf("%s was never %s", name, st.Reaches))
	}
	for _, check := range st.Sees {
		if first(func(s sample) bool { return s.check() == check }) < 0 {
			broken = append(broken, fmt.Sprintf("%s's check was never %s", name, check))
		}
	}
	if got := sequence(samples); len(st.Sequence) > 0 && !slices.Equal(got, st.Sequence) {
		broken = append(broken, fmt.Sprintf("%s went %s", name, strings.Join(got, " → ")))
	}
	if i := first(func(s sample) bool { return st.Check != "" && s.check() != st.Check }); i >= 0 {
		broken = append(broken, fmt.Sprintf("%s's check was %s at %s", name, samples[i].check(), samples[i].at.UTC().Format("15:04:05.000")))
	}
	return broken
}

// sequence is the states in their order, without what HAProxy adds to them ("UP 1/3").
func sequence(samples []sample) (list []string) {
	for _, s := range samples {
		if state := s.state(); len(list) == 0 || list[len(list)-1] != state {
			list = append(list, state)
		}
	}
	return list
}

func stateBound(st *sim.States) string {
	var parts []string
	for _, p := range []struct{ word, value string }{
		{"always", st.Always}, {"never", st.Never}, {"reaches", st.Reaches}, {"check", st.Check},
		{"sees", strings.Join(st.Sees, ", ")}, {"in sequence", strings.Join(st.Sequence, " → ")},
	} {
		if p.value != "" {
			parts = append(parts, p.word+" "+p.value)
		}
	}
	return strings.Join(parts, ", ")
}
