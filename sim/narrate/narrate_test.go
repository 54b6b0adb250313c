package narrate

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"simulacro/sim"
	"simulacro/sim/simtest"
)

// hear gives all that is said of a history.
func hear(lang string, h sim.History) (said []string) {
	n := New(lang)
	for _, e := range h {
		for _, s := range n.Hear(e) {
			said = append(said, s.Text)
		}
	}
	return said
}

func TestAKillIsToldFromItsBeginningToItsEnd(t *testing.T) {
	for lang, want := range map[string][]string{
		"en": {"First the steady state", "The load begins", "cluster3 loses its power", "It has been seen to work", "waited",
			"A check of cluster3 has failed (L4TOUT)", "Clients get 503", "The director has taken cluster3 out (L4TOUT), 5.8s after the fault was seen", "The last 100 clients",
			"Now cluster3 is mended", "It has been seen to be mended", "The director has taken cluster3 back (L4OK), 2.9s after the repair was seen", "The load is over"},
		"es": {"Primero el estado estable", "Empieza la carga", "cluster3 se queda sin corriente", "Se ha visto que funciona", "ha esperado",
			"Ha fallado una comprobación de cluster3", "Los clientes reciben 503", "El director ha retirado a cluster3 (L4TOUT), 5.8s después", "Los últimos 100",
			"Ahora se repara cluster3", "Se ha visto que está reparado", "El director ha readmitido a cluster3", "La carga ha terminado"},
	} {
		said := strings.Join(hear(lang, simtest.KillServer()), "\n")
		for _, w := range want {
			assert.Contains(t, said, w)
		}
		assert.NotContains(t, said, "%!")
		assert.NotContains(t, said, "NODE")
		assert.Less(t, strings.Count(said, "\n"), 40, "a class can follow it")
	}
}

// What is said once is not said again while nothing changes.
func TestNothingIsToldTwice(t *testing.T) {
	for _, h := range []sim.History{simtest.AllKilled(), simtest.StorageHang()} {
		seen := map[string]int{}
		for _, s := range hear("en", h) {
			seen[s]++
		}
		for s, n := range seen {
			assert.LessOrEqual(t, n, 3, s) // once for each of three servers
		}
	}
}

func TestEveryTextIsThereInBothLanguages(t *testing.T) {
	tables := map[string]map[string]moment{"phases": phases, "changes": changes, "outcomes": outcomes, "faults": faults,
		"others": {"again": servedAgain, "seen": seen, "mended": mended, "mending": mending, "unknown": unknownFault}}
	for name, table := range tables {
		for key, m := range table {
			for _, text := range []sim.Text{m.text, m.look} {
				assert.Equal(t, text.EN == "", text.ES == "", "%s of %s", key, name)
				assert.Equal(t, strings.Count(text.EN, "%"), strings.Count(text.ES, "%"), "%s of %s", key, name)
				assert.Equal(t, strings.Contains(text.EN, "%d"), strings.Contains(text.ES, "%d"), "%s of %s", key, name)
			}
			assert.NotEmpty(t, m.text.EN, "%s of %s", key, name)
		}
	}
	for key, m := range faults {
		assert.NotEmpty(t, m.look.EN, "%s does not say what to look at", key)
	}
}

func TestWhatItDoesNotKnowIsToldByItsName(t *testing.T) {
	n := New("es")
	said := n.Hear(sim.Event{Kind: sim.KindFault, Fault: &sim.FaultStep{ID: "v", Kind: "volcano", Target: "storage", Step: sim.StepInjected}})
	assert.Equal(t, "Ahora algo se rompe: volcano en storage.", said[0].Text)
	assert.True(t, said[1].Look)
	assert.False(t, Knows("volcano"))
	assert.True(t, Knows("node-kill"))
	said = n.Hear(sim.Event{Kind: sim.KindFault, Fault: &sim.FaultStep{ID: "v", Kind: "volcano", Target: "storage", Step: sim.StepFailed, Evidence: "it is quiet."}})
	assert.Contains(t, said[0].Text, "it is quiet. Sin evidencia")
}
