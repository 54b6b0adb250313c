package report

import (
	"slices"
	"strings"
	"time"

	"simulacro/sim"
)

// unseen is the time of a step that the history does not hold.
const unseen time.Duration = -1

// band is a fault's time, by the steps that were seen.
type band struct {
	name, kind string
	targets    []string
	injected   time.Duration
	effect     time.Duration // on the last target
	down       time.Duration // when the director had the last server concerned DOWN
	recover    time.Duration // asked for
	recovered  time.Duration // on the last target
	up         time.Duration // when the director had the last server concerned UP again
}

// bands gathers the faults of a history, in the order of their injection.
func bands(h sim.History, s *series) []band {
	var list []band
	for _, e := range h {
		if e.Fault == nil {
			continue
		}
		i := slices.IndexFunc(list, func(b band) bool { return b.name == e.Fault.ID })
		if i < 0 {
			i = len(list)
			list = append(list, band{e.Fault.ID, e.Fault.Kind, nil, unseen, unseen, unseen, unseen, unseen, unseen})
		}
		list[i].add(e.Fault, e.At.Sub(s.zero))
	}
	for i := range list {
		list[i].follow(s.tracks)
	}
	return list
}

func (b *band) add(f *sim.FaultStep, at time.Duration) {
	for _, t := range strings.FieldsFunc(f.Target, func(c rune) bool { return c == ',' || c == ' ' }) {
		if !slices.Contains(b.targets, t) {
			b.targets = append(b.targets, t)
		}
	}
	switch f.Step {
	case sim.StepInjected:
		if b.injected == unseen {
			b.injected = at
		}
	case sim.StepEffect:
		b.effect = at
	case sim.StepRecover:
		if b.recover == unseen {
			b.recover = at
		}
	case sim.StepRecovered:
		b.recovered = at
	}
}

// follow finds when the director took the servers concerned out and back: the fault's targets where they are servers,
// else those that went DOWN.
func (b *band) follow(tracks []track) {
	if b.injected == unseen {
		return
	}
	direct := slices.ContainsFunc(tracks, func(t track) bool { return slices.Contains(b.targets, t.server) })
	for _, t := range tracks {
		if direct && !slices.Contains(b.targets, t.server) {
			continue
		}
		down := t.first("DOWN", b.injected)
		if down == unseen {
			continue
		}
		b.down = max(b.down, down)
		if b.recover != unseen {
			b.up = max(b.up, t.first("UP", max(down, b.recover)))
		}
	}
}

// first is when a state was first sampled at t or later.
func (t track) first(state string, from time.Duration) time.Duration {
	for _, p := range t.spans {
		if p.from >= from && p.word() == state {
			return p.from
		}
	}
	return unseen
}

// end is when the fault's mark on the cluster was gone, as far as was seen.
func (b band) end(length time.Duration) time.Duration {
	if end := max(b.recovered, b.up); end != unseen {
		return min(end, length)
	}
	return length
}

// segment is a part of a fault's time with a name for the reader.
type segment struct {
	from, to time.Duration
	class    string
	label    string
}

// segments cuts a fault's time into what a reader should tell apart.
func (b band) segments(length time.Duration) []segment {
	if b.effect == unseen {
		return nil
	}
	var list []segment
	add := func(from, to time.Duration, class, label string) {
		from, to = max(from, 0), min(to, length)
		if to > from {
			list = append(list, segment{from, to, class, label})
		}
	}
	if b.injected != unseen {
		add(b.injected, b.effect, "injecting", "injecting")
	}
	recover := b.recover
	if recover == unseen {
		recover = length
	}
	if b.down == unseen || b.down > recover {
		add(b.effect, recover, "undetected", "not detected")
	} else {
		add(b.effect, b.down, "undetected", "not yet detected")
		add(max(b.down, b.effect), recover, "detected", "detected")
	}
	add(recover, b.end(length), "recovering", "recovering")
	return list
}
