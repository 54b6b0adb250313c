// Package narrate tells a class what happens in a run while it happens, and what to look at, in English or Spanish. It is
// fed with the run's events in their order and says at most a few sentences about each.
//
//	n := narrate.New("es")
//	for e := range events {
//		for _, s := range n.Hear(e) {
//			fmt.Println(s.Text)
//		}
//	}
//
// It knows the moments of a run, the faults of the catalogue and what clients can get; of a fault that it does not know it
// tells the evidence alone.
package narrate

import (
	"fmt"
	"strings"
	"time"

	"simulacro/sim"
)

// Saying is something to tell. Look is set where it says what to look at, or to type.
type Saying struct {
	Text string
	Look bool
}

// Narrator tells one run. The zero value tells in English.
type Narrator struct {
	lang   string
	zero   time.Time            // when the judged load began
	states map[string]string    // of the servers, by the director's statistics
	faults map[string]time.Time // when the effect was seen, of those that hold, by name
	mended map[string]time.Time // when the recovery was seen
	told   map[string]bool      // outcomes that clients got since the last step of a fault
	calm   int                  // requests served in a row
	hurt   bool                 // clients got something else than an answer
	broken bool                 // a fault is or was in effect
}

// New is a Narrator in a language ("en", "es").
func New(lang string) *Narrator { return &Narrator{lang: lang} }

// Hear takes an event in and gives what there is to say of it; most events say nothing.
func (n *Narrator) Hear(e sim.Event) []Saying {
	switch {
	case e.Kind == sim.KindPhase:
		if e.Text == "load" {
			n.zero = e.At
		}
		return n.say(phases[e.Text])
	case e.Fault != nil:
		return n.fault(e)
	case e.Stats != nil:
		return n.state(e)
	case e.Request != nil:
		return n.request(e)
	case e.Action != nil && e.Action.Output.Code != 0:
		return n.say(moment{text: text2("%s ended with code %d: read what it printed.", "%s terminó con código %d: lee lo que imprimió.")}, e.Action.Command, e.Action.Output.Code)
	}
	return nil
}

// moment is what can be told at some moment: what happens, and what to look at.
type moment struct{ text, look sim.Text }

func text2(en, es string) sim.Text { return sim.Text{EN: en, ES: es} }

// say puts a moment into words. The arguments are for both of its texts, as far as they take any.
func (n *Narrator) say(m moment, args ...any) (list []Saying) {
	for _, t := range []struct {
		text sim.Text
		look bool
	}{{m.text, false}, {m.look, true}} {
		format := t.text.In(n.lang)
		if format == "" {
			continue
		}
		list = append(list, Saying{fmt.Sprintf(format, args[:min(len(args), strings.Count(format, "%"))]...), t.look})
	}
	return list
}

// fault tells of a step of a fault: what kind it is when it strikes, its evidence when it is seen.
func (n *Narrator) fault(e sim.Event) []Saying {
	f := e.Fault
	switch f.Step {
	case sim.StepInjected:
		n.told, n.calm, n.broken = map[string]bool{}, 0, true
		m, known := faults[f.Kind]
		if !known {
			m = unknownFault
		}
		return n.replaced(m, f)
	case sim.StepEffect:
		n.set(&n.faults, f.ID, e.At)
		return n.say(seen)
	case sim.StepRecover:
		n.told = map[string]bool{}
		return n.replaced(mending, f)
	case sim.StepRecovered:
		delete(n.faults, f.ID)
		n.set(&n.mended, f.ID, e.At)
		return n.say(mended)
	case sim.StepFailed:
		return n.say(moment{text: text2("That did not work: %s. Without evidence the run proves nothing: its verdict will be inconclusive.",
			"Eso no funcionó: %s. Sin evidencia la prueba no demuestra nada: su veredicto será inconcluso.")}, strings.TrimSuffix(f.Evidence, "."))
	}
	return nil
}

func (n *Narrator) set(m *map[string]time.Time, key string, at time.Time) {
	if *m == nil {
		*m = map[string]time.Time{}
	}
	(*m)[key] = at
}

// replaced puts the fault's target into a moment's texts.
func (n *Narrator) replaced(m moment, f *sim.FaultStep) (list []Saying) {
	for _, s := range []Saying{{m.text.In(n.lang), false}, {m.look.In(n.lang), true}} {
		if s.Text != "" {
			s.Text = strings.NewReplacer("NODE", f.Target, "KIND", f.Kind).Replace(s.Text)
			list = append(list, s)
		}
	}
	return list
}

// state tells when the director changes its mind about a server.
func (n *Narrator) state(e sim.Event) []Saying {
	if e.Stats.Server == "BACKEND" || e.Stats.Server == "FRONTEND" {
		return nil
	}
	if n.states == nil {
		n.states = map[string]string{}
	}
	was, word := n.states[e.Stats.Server], e.Stats.Status
	n.states[e.Stats.Server] = word
	if was == "" || was == word {
		return nil
	}
	state, _, _ := strings.Cut(word, " ")
	before, _, _ := strings.Cut(was, " ")
	m, known := changes[state]
	switch {
	case state == "UP" && was == "UP": // the first failed check; the next ones say nothing new
		m = changes["failing"]
	case state == before || !known:
		return nil
	}
	return n.say(m, e.Stats.Server, e.Stats.CheckStatus, n.since(e.At, state))
}

// since is how long ago the fault struck, or was mended, in words; "" where there is none.
func (n *Narrator) since(at time.Time, state string) string {
	of, what := n.faults, text2("%s after the fault was seen", "%s después de verse el fallo")
	if state == "UP" {
		of, what = n.mended, text2("%s after the repair was seen", "%s después de verse la reparación")
	}
	var last time.Time
	for _, t := range of {
		if t.After(last) {
			last = t
		}
	}
	if last.IsZero() || at.Before(last) {
		return text2("not in answer to a fault of this drill", "no por un fallo de este ejercicio").In(n.lang)
	}
	return fmt.Sprintf(what.In(n.lang), sim.ShortTime(at.Sub(last)))
}

// calmAgain is after how many served requests in a row clients count as served again.
const calmAgain = 100

// request tells what clients get when it is new, and when it is over.
func (n *Narrator) request(e sim.Event) []Saying {
	if !n.broken {
		return nil
	}
	q := e.Request
	if q.OK() && q.Latency < time.Second {
		if n.calm++; n.hurt && n.calm == calmAgain {
			n.hurt = false
			return n.say(servedAgain, calmAgain)
		}
		return nil
	}
	n.calm, n.hurt = 0, true
	word := outcome(q)
	m, known := outcomes[word]
	if n.told[word] || !known {
		return nil
	}
	if n.told == nil {
		n.told = map[string]bool{}
	}
	n.told[word] = true
	return n.say(m, sim.ShortTime(q.Latency))
}

// outcome is what a client got, as the table has it.
func outcome(q *sim.Request) string {
	switch {
	case q.Error != "":
		return q.Error
	case q.OK():
		return "slow"
	}
	return fmt.Sprint(q.Status)
}

// Knows tells whether a kind of fault has words of its own.
func Knows(kind string) bool { _, known := faults[kind]; return known }
