package judge

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"simulacro/sim"
)

// A window of the scenario's own lies between two moments; one of which a moment is missing cannot be told of.
func TestNamedWindows(t *testing.T) {
	at := func(s int) time.Time { return epoch.Add(time.Duration(s) * time.Second) }
	step := func(s int, target, name string) sim.Event {
		return sim.Event{At: at(s), Kind: sim.KindFault, Fault: &sim.FaultStep{ID: "kill", Target: target, Step: name, Evidence: "x"}}
	}
	h := sim.History{{At: at(0), Kind: sim.KindPhase, Text: "load"},
		step(2, "cluster2", sim.StepEffect), step(3, "cluster3", sim.StepEffect), step(8, "cluster2", sim.StepRecover), step(9, "cluster3", sim.StepRecover),
		{At: at(5), Kind: sim.KindAction, Action: &sim.ActionDone{ID: "look"}}, {At: at(20), Kind: sim.KindPhase, Text: "done"}}
	s := &sim.Scenario{Timeline: []sim.Step{{Fault: &sim.Fault{Name: "kill", Targets: []string{"cluster2", "cluster3"}}}, {Action: &sim.Action{Name: "look"}}}}
	moment := func(of, step string, plus int) sim.Moment {
		return sim.Moment{Of: of, Step: step, Plus: time.Duration(plus) * time.Second}
	}
	for _, c := range []struct {
		from, to sim.Moment
		want     string
	}{
		{moment("kill", sim.StepEffect, 0), moment("kill", sim.StepRecover, 0), "3s to 8s"}, // there on both, not yet gone on either
		{moment("", sim.MomentStart, 1), moment("look", sim.ActionEnd, 2), "1s to 7s"},
		{moment("look", sim.ActionEnd, 0), moment("", sim.MomentEnd, 0), "5s to 20s"},
		{moment("look", sim.ActionEnd, 0), moment("kill", sim.StepEffect, 0), "kill effect was seen before look done"},
		{moment("", sim.MomentStart, 0), moment("kill", sim.StepRecovered, 0), "the recovery was not seen of kill"},
		{moment("kill", sim.MomentDown, 0), moment("", sim.MomentEnd, 0), "the director was not seen to have cluster2 DOWN"},
		{moment("look", sim.ActionEnd, 0), moment("", sim.MomentEnd, 3), "5s to 20s"},
	} {
		s.Windows = []sim.NamedWindow{{Name: "w", From: c.from, To: c.to}}
		r := newRecord(h, s)
		r.config = ReadConfig("backend b\n server cluster2 10.0.100.12:80 check\n")
		w, err := r.window(sim.Window{Kind: sim.Named, Name: "w"})
		got := fmt.Sprintf("%v to %v", w.from.Sub(epoch), w.to.Sub(epoch).Truncate(time.Second))
		if err != nil {
			got = err.Error()
		}
		assert.Equal(t, c.want, got)
	}
	_, err := newRecord(h, s).window(sim.Window{Kind: sim.Named, Name: "other"})
	assert.Error(t, err)
}

// Between the begin and the end of the look that saw a recovery, requests may still have failed: no window begins there.
func TestWindowsBeginWhenTheLookHasEnded(t *testing.T) {
	at := func(s int) time.Time { return epoch.Add(time.Duration(s) * time.Second) }
	step := func(began, ended int, name string) sim.Event {
		return sim.Event{At: at(began), Kind: sim.KindFault, Fault: &sim.FaultStep{ID: "kill", Target: "cluster2", Step: name, Evidence: "x", Seen: at(ended)}}
	}
	h := sim.History{{At: at(0), Kind: sim.KindPhase, Text: "load"}, step(2, 4, sim.StepEffect),
		{At: at(8), Kind: sim.KindFault, Fault: &sim.FaultStep{ID: "kill", Target: "cluster2", Step: sim.StepRecover}},
		step(10, 13, sim.StepRecovered), {At: at(20), Kind: sim.KindPhase, Text: "done"}}
	r := newRecord(h, &sim.Scenario{
		Timeline: []sim.Step{{Fault: &sim.Fault{Name: "kill", Targets: []string{"cluster2"}}}},
		Windows: []sim.NamedWindow{{Name: "well", From: sim.Moment{Of: "kill", Step: sim.StepRecovered}, To: sim.Moment{Step: sim.MomentEnd}},
			{Name: "second", From: sim.Moment{Of: "kill", Step: sim.StepEffect}, To: sim.Moment{Of: "kill", Step: sim.StepEffect, Plus: time.Second}}},
	})
	for kind, want := range map[sim.WindowKind]string{sim.During: "4s to 8s", sim.After: "13s to 20s", sim.Named: "13s to 20s"} {
		w := sim.Window{Kind: kind, Fault: "kill"}
		if kind == sim.Named {
			w = sim.Window{Kind: kind, Name: "well"}
		}
		got, err := r.window(w)
		assert.NoError(t, err)
		assert.Equal(t, want, fmt.Sprintf("%v to %v", got.from.Sub(epoch), got.to.Sub(epoch).Truncate(time.Second)), kind)
	}
	second, err := r.window(sim.Window{Kind: sim.Named, Name: "second"})
	assert.NoError(t, err)
	assert.Equal(t, time.Second, second.to.Sub(second.from).Truncate(time.Second), "a time after a look counts from its end at either edge")
	assert.Equal(t, at(2), r.since(r.faults["kill"], CheckServer{}, false), "times are measured from the look's begin")
}

func TestALoadInStepsHasTheirMeanRate(t *testing.T) {
	l := sim.Load{Rate: 100, Steps: []sim.RateStep{{Rate: 10, For: 2 * time.Second}, {For: time.Second}, {Rate: 100}}}
	assert.InDelta(t, 10, meanRate(l, 20), 1e-9)
	assert.InDelta(t, 20/3.0, meanRate(l, 21), 1e-9, "the 21st comes after the pause")
	assert.InDelta(t, 120/4.0, meanRate(l, 121), 1e-9)
}
