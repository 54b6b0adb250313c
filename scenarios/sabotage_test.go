package scenarios_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"simulacro/scenarios"
	"simulacro/sim"
	"simulacro/sim/fault"
	"simulacro/sim/run"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sabotageParts is how many runs the kinds of faults are spread over.
const sabotageParts = 3

// TestSabotage plays every kind of fault of the catalogue with an injection that does nothing, on real clusters: none may be seen,
// and without evidence the verdict is inconclusive, whatever else went well. The kinds follow each other in a few runs.
func TestSabotage(t *testing.T) {
	needEngine(t)
	t.Parallel()
	parts := make([][]fault.Kind, sabotageParts)
	for i, k := range fault.Kinds() {
		parts[i%sabotageParts] = append(parts[i%sabotageParts], k)
	}
	for i, kinds := range parts {
		t.Run(fmt.Sprint(i+1), func(t *testing.T) {
			t.Parallel()
			s, err := run.Load("sabotage.yaml", []byte(sabotaged(kinds)))
			require.NoError(t, err)
			done := play(t, sim.DirectorKinds()[i%2], s, run.Options{Seed: 1, Faults: dud}, sim.Inconclusive)
			for _, k := range kinds {
				c := check(done.Verdict, "evidence of "+k.Name)
				if assert.NotNil(t, c, "%s: the verdict does not speak of it", k.Name) {
					assert.Equal(t, sim.Inconclusive, c.Outcome, "%s: %s: %s", k.Name, c.Measured, c.Reason)
					assert.Contains(t, c.Reason, fault.ErrNotSeen.Error()+" within", k.Name)
					assert.NotContains(t, c.Reason, "no look was finished", k.Name)
				}
			}
		})
	}
}

// sabotaged is a scenario in which faults follow each other, and whose expectations would hold if they were taken on trust.
func sabotaged(kinds []fault.Kind) string {
	var b strings.Builder
	b.WriteString("title: faults that are none\nload: {rate: 10, timeout: 10s}\ntimeline:\n")
	for i, k := range kinds {
		when := "at: 100ms"
		if i > 0 {
			when = "after: " + kinds[i-1].Name + " recovered"
		}
		fmt.Fprintf(&b, "  - {fault: %s, name: %[1]s, target: %s, %s, for: 100ms%s}\n", k.Name, victim(k), when, params(k))
	}
	b.WriteString("settle: 200ms\nlimit: 10m\nexpect: [{availability: \"> 50 %\"}]\n")
	return b.String()
}

// victim is a node that a kind can hit: a real server where it may be one.
func victim(k fault.Kind) string {
	of := map[sim.Role]string{sim.Server: "cluster3", sim.Storage: "storage", sim.Director: "cluster1", sim.Client: "client"}
	for _, role := range append([]sim.Role{sim.Server}, k.Roles...) {
		for _, has := range k.Roles {
			if has == role {
				return of[role]
			}
		}
	}
	return of[sim.Server] // a kind without roles hits any
}

// params gives the parameters that a kind cannot do without a value of.
func params(k fault.Kind) string {
	var list []string
	for _, p := range k.Params {
		if !p.Required {
			continue
		}
		value := p.Default
		if len(p.Choices) > 0 {
			value = p.Choices[0]
		}
		list = append(list, p.Name+": "+value)
	}
	if len(list) == 0 {
		return ""
	}
	return ", params: {" + strings.Join(list, ", ") + "}"
}

// dud makes injections that do nothing. Their effect is looked for during a second, and once to the end at least.
func dud(env fault.Env, kind, id string, node sim.Node, params map[string]string, led *fault.Ledger, emit func(sim.Event)) (*fault.Injection, error) {
	k, err := fault.Find(kind)
	if err != nil {
		return nil, err
	}
	effect, recovered := k.Effect, k.Recovered
	k.Wait = time.Second
	k.Inject = func(context.Context, *fault.Site) error { return nil }
	k.Effect = func(ctx context.Context, s *fault.Site) (fault.Seen, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fault.DefaultWait)
		defer cancel()
		return effect(ctx, s)
	}
	k.Recovered = func(ctx context.Context, s *fault.Site) (fault.Seen, error) { return patient(ctx, s, recovered) }
	return k.On(env, id, node, params, led, emit)
}

// patient looks until it sees, since some recoveries start a service anew although there was nothing to mend.
func patient(ctx context.Context, s *fault.Site, look func(context.Context, *fault.Site) (fault.Seen, error)) (fault.Seen, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fault.DefaultWait)
	defer cancel()
	for {
		seen, err := look(ctx, s)
		if err == nil && seen.OK || ctx.Err() != nil {
			return seen, err
		}
	}
}

func check(v sim.Verdict, name string) *sim.Check {
	for i := range v.Checks {
		if v.Checks[i].Name == name {
			return &v.Checks[i]
		}
	}
	return nil
}

// TestScenariosLoad reads every file without an engine.
func TestScenariosLoad(t *testing.T) {
	for _, name := range scenarios.Names() {
		s := read(t, name)
		assert.NotEmpty(t, s.Title.ES, "%s has no Spanish title", name)
		assert.NotEmpty(t, s.Description.EN, "%s has no description", name)
		assert.NotEmpty(t, s.Description.ES, "%s has no Spanish description", name)
		assert.NotEmpty(t, s.Tags, "%s has no tags", name)
		assert.NotEmpty(t, s.Expect, "%s expects nothing", name)
		text, err := scenarios.Read(name)
		require.NoError(t, err)
		lines := strings.Split(string(text), "\n")
		assert.Regexp(t, `^# yaml-language-server: `, lines[0], "%s has no modeline", name)
		assert.Regexp(t, `^# .* .*[a-z]`, lines[1], "%s does not say its purpose", name)
	}
}

// TestEveryFaultHasAScenario wants each kind of the catalogue in a scenario, and the scenarios in the list of README.md.
func TestEveryFaultHasAScenario(t *testing.T) {
	used := map[string]bool{}
	for _, s := range readAll(t) {
		for _, f := range s.Faults() {
			used[f.Kind] = true
		}
	}
	for _, k := range fault.Kinds() {
		assert.True(t, used[k.Name], "no scenario has the fault %s", k.Name)
	}
	assert.GreaterOrEqual(t, len(scenarios.Names()), 40)
}
