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
	beyond     bool          // it hits nodes that the director's checks are not about: its own, the client's
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
			list = append(list, band{name: e.Fault.ID, kind: e.Fault.Kind,
				injected: unseen, effect: unseen, down: unseen, recover: unseen, recovered: unseen, up: unseen})
		}
		list[i].add(e.Fault, e.At.Sub(s.zero))
	}
	for i := range list {
		list[i].follow(s.tracks)
		list[i].beyond = list[i].down == unseen && beyond(h.Run(), list[i].targets)
	}
	return list
}

// beyond tells whether no target is a node that the director's checks can tell anything of.
func beyond(run *sim.RunInfo, targets []string) bool {
	if run == nil {
		return false
	}
	return !slices.ContainsFunc(targets, func(name string) bool {
		n, err := run.Plan.Node(name)
		return err != nil || n.Role == sim.Server || n.Role == sim.Storage
	})
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
		if n := len(list); n > 0 {
			from = max(from, list[n-1].to)
		}
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
	switch {
	case b.beyond:
		add(b.effect, recover, "detected", "in effect")
	case b.down == unseen || b.down > recover:
		add(b.effect, recover, "undetected", "not detected")
	default:
		add(b.effect, b.down, "undetected", "not yet detected")
		add(max(b.down, b.effect), recover, "detected", "detected")
	}
	add(recover, b.end(length), "recovering", "recovering")
	return list
}
