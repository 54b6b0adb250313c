package observe

import (
	"context"
	"fmt"
	"time"

	"simulacro/sim"
)

// Observer looks at one director. Where a field is empty that part is not looked at.
type Observer struct {
	Node   string        // whose events these are
	Socket string        // the stats socket
	Log    string        // the log file
	Every  time.Duration // between two looks; 0 means DefaultEvery
}

// DefaultEvery is fine enough to see a check interval of some seconds end.
const DefaultEvery = 100 * time.Millisecond

// Run hands events to emit until ctx ends. A director that does not answer is an event, not an error: it may be the
// point of the exercise.
func (o Observer) Run(ctx context.Context, emit func(sim.Event)) error {
	every := o.Every
	if every <= 0 {
		every = DefaultEvery
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	log := &tail{path: o.Log}
	defer log.Close()
	trouble := map[string]string{}
	for {
		if o.Log != "" { // first, so that no line is missed that comes after the first sample
			o.note(trouble, "log", o.readLog(log, emit), emit)
		}
		if o.Socket != "" {
			o.note(trouble, "stats", o.sample(emit), emit)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func (o Observer) sample(emit func(sim.Event)) error {
	at := time.Now().UTC()
	all, err := Sample(o.Socket)
	for i := range all {
		emit(sim.Event{At: at, Kind: sim.KindStats, Node: o.Node, Stats: &all[i]})
	}
	return err
}

func (o Observer) readLog(log *tail, emit func(sim.Event)) error {
	lines, err := log.lines()
	for _, l := range lines {
		emit(sim.Event{At: time.Now().UTC(), Kind: sim.KindLog, Node: o.Node, Text: l})
	}
	return err
}

// note tells of a trouble when it begins and when it ends, not at each look.
func (o Observer) note(trouble map[string]string, what string, err error, emit func(sim.Event)) {
	now := ""
	if err != nil {
		now = err.Error()
	}
	if trouble[what] == now {
		return
	}
	text := fmt.Sprintf("observer: %s", now)
	if now == "" {
		text = fmt.Sprintf("observer: %s: back", what)
	}
	trouble[what] = now
	emit(sim.Event{At: time.Now().UTC(), Kind: sim.KindLog, Node: o.Node, Text: text})
}
