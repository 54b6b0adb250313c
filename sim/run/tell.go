package run

import (
	"time"

	"simulacro/sim"
)

func (p *play) emit(e sim.Event) {
	p.board.note(e)
	p.rec.Record(e)
	p.tell(e)
}

func (p *play) tell(e sim.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.opt.Tell != nil && e.Request == nil && e.Stats == nil && e.Page == nil {
		p.opt.Tell(e)
	}
	if p.opt.Hear != nil {
		p.opt.Hear(e)
	}
}

func (p *play) phase(name string, at time.Time) {
	p.emit(sim.Event{At: at.UTC(), Kind: sim.KindPhase, Text: name})
}

// say tells who watches what the scenario's author has to say of a step.
func (p *play) say(text sim.Text) {
	if text.EN != "" {
		p.emit(sim.Event{At: time.Now().UTC(), Kind: sim.KindSay, Text: text.In(p.opt.Lang)})
	}
}

// troublePrefix marks the phase events that say why a run cannot tell.
const troublePrefix = "trouble: "

// note records why the run cannot tell.
func (p *play) note(err error) {
	p.phase(troublePrefix+err.Error(), time.Now())
}

func troubleOf(e sim.Event) (string, bool) {
	if e.Kind != sim.KindPhase || len(e.Text) < len(troublePrefix) || e.Text[:len(troublePrefix)] != troublePrefix {
		return "", false
	}
	return e.Text[len(troublePrefix):], true
}

func textEvent(text string) sim.Event {
	return sim.Event{At: time.Now().UTC(), Kind: sim.KindPhase, Text: text}
}
