package scenario

import (
	"fmt"
	"math"
	"strconv"

	"github.com/goccy/go-yaml/ast"

	"simulacro/sim"
)

// The rates that the generator is for, in requests/s.
const (
	minRate = 0.001
	maxRate = 100_000
)

// maxSources is how many client addresses there are beside each other, from that of the client node on.
const maxSources = 50

// The ways from the client to the director.
const (
	viaAddress = "address"
	viaForward = "port-forward"
)

var viaDoc = fmt.Sprintf("the way to the director: `%s`, its own; or `%s`, the client's port forward http://localhost:%d; without it `%s`",
	viaAddress, viaForward, sim.ForwardPort, viaAddress)

func (d *decoder) load(n ast.Node, l *sim.Load) {
	seen := d.object(n, "load", loadFields(l))
	switch {
	case seen["rate"] != nil && seen["steps"] != nil:
		d.fail(seen["steps"], "load has both rate and steps: the steps have rates of their own")
	case seen["rate"] == nil && seen["steps"] == nil:
		d.fail(n, "load has no rate: give the requests a second, or steps")
	}
	if seen["count"] != nil && seen["for"] != nil {
		d.fail(seen["for"], "load has both count and for: the load ends by one of them")
	}
	if l.Forwarded && l.Sources > 1 {
		d.fail(seen["sources"], "sources is %d: through the port forward all requests come from the client node's own address", l.Sources)
	}
	if at := seen["steps"]; at != nil {
		d.checkSteps(l, at, seen)
	}
	for _, key := range []string{"for", "count", "steps"} {
		if at := seen[key]; at != nil {
			d.later = append(d.later, func(s *sim.Scenario) { d.checkLength(s, key, at) })
			break
		}
	}
}

// checkLength refuses a load that the generator would end before its time.
func (d *decoder) checkLength(s *sim.Scenario, key string, at ast.Node) {
	l := s.Load.After(s.Warm)
	length := l.For
	if l.For > 0 {
		length += s.Warm
	} else if l.Count > 0 && l.Rate > 0 {
		length, _ = l.Due(l.Count - 1)
	}
	if length > sim.MaxLoad {
		d.fail(at, "%s: the load lasts %s with what is sent to warm up, and the most is %s", key, sim.ShortTime(length), sim.ShortTime(sim.MaxLoad))
	}
}

// rate reads requests a second.
func (d *decoder) rate(n ast.Node, to *float64) {
	d.number(n, "rate", to)
	if *to != 0 && (*to < minRate || *to > maxRate) {
		d.fail(n, "rate is %g: it must be %g to %d requests/s", *to, minRate, maxRate)
		*to = 0
	}
}

// checkSteps wants every step but the last to end, and something to be sent.
func (d *decoder) checkSteps(l *sim.Load, at ast.Node, seen map[string]ast.Node) {
	for i, st := range l.Steps {
		l.Rate = math.Max(l.Rate, st.Rate)
		if st.For == 0 && i < len(l.Steps)-1 {
			d.fail(at, "step %d of the load has no for: only the last one may go on until the load ends", i+1)
			return
		}
	}
	if len(l.Steps) == 0 {
		return
	}
	last := l.Steps[len(l.Steps)-1]
	switch {
	case l.Rate == 0:
		d.fail(at, "the load's steps send nothing: give one a rate")
	case l.Count > 0 && last.For == 0 && last.Rate == 0:
		if _, ok := l.Due(l.Count - 1); !ok {
			d.fail(seen["count"], "count is %d: the steps end in a pause before so many are sent", l.Count)
		}
	case l.Count > 0:
		if _, ok := l.Due(l.Count - 1); !ok {
			d.fail(seen["count"], "count is %d: the steps are over before so many are sent", l.Count)
		}
	case last.For > 0 && l.For == 0:
		for _, st := range l.Steps {
			l.For += st.For
		}
	case last.For > 0:
		var all float64
		for _, st := range l.Steps {
			all += st.For.Seconds()
		}
		if all < l.For.Seconds() {
			d.fail(seen["for"], "for is %s: the steps are over before, after %gs", sim.ShortTime(l.For), all)
		}
	}
}

func loadFields(l *sim.Load) []field {
	return []field{
		{"rate", aNumber, "requests a second, sent at their time whether or not earlier ones were answered", func(d *decoder, n ast.Node) { d.rate(n, &l.Rate) }},
		{"steps", listOf("rateStep"), "in place of rate: rates one after the other, from the load's start", func(d *decoder, n ast.Node) {
			if _, ok := n.(*ast.SequenceNode); !ok {
				d.fail(n, "steps must be a list, each with a rate and for, not %s", kindOf(n))
				return
			}
			for _, item := range d.items(n) {
				l.Steps = append(l.Steps, d.rateStep(item))
			}
		}},
		{"count", whole(1, maxCount), "how many requests, exactly; without it the load lasts as long as the timeline", func(d *decoder, n ast.Node) {
			if v, ok := d.integer(n, "count", 1, maxCount); ok {
				l.Count = v
			}
		}},
		{"for", aTime, "how long the load lasts, where there is no timeline", func(d *decoder, n ast.Node) { d.duration(n, "for", &l.For) }},
		{"paths", aPaths, "what is asked for, with weights where a mapping; without it " + DefaultPath, func(d *decoder, n ast.Node) { l.Paths = d.paths(n) }},
		{"sources", whole(1, maxSources), "how many client addresses the requests come from, in turn; without it the client node's own", func(d *decoder, n ast.Node) {
			if v, ok := d.integer(n, "sources", 1, maxSources); ok {
				l.Sources = int(v)
			}
		}},
		{"via", choice(viaAddress, viaForward), viaDoc, func(d *decoder, n ast.Node) {
			var way string
			d.choice(n, "via", []string{viaAddress, viaForward}, &way)
			l.Forwarded = way == viaForward
		}},
		{"keepalive", aFlag, "several requests over one connection; without it, a connection each", func(d *decoder, n ast.Node) { d.boolean(n, "keepalive", &l.Keepalive) }},
		{"timeout", aTime, "the client's patience; without it " + sim.ShortTime(DefaultTimeout), func(d *decoder, n ast.Node) {
			d.duration(n, "timeout", &l.Timeout)
			if l.Timeout == 0 {
				d.fail(n, "timeout is 0: no request could be answered")
			}
		}},
	}
}

func rateStepFields(st *sim.RateStep) []field {
	return []field{
		{"rate", aNumberOr0, "requests a second; 0 is a pause", func(d *decoder, n ast.Node) { d.rateOr0(n, &st.Rate) }},
		{"for", aTime, "how long; of the last step, without it, until the load ends", func(d *decoder, n ast.Node) {
			d.duration(n, "for", &st.For)
			if st.For == 0 {
				d.fail(n, "for is 0: nothing would be sent at this rate")
			}
		}},
	}
}

func (d *decoder) rateStep(n ast.Node) (st sim.RateStep) {
	if seen := d.object(n, "step of the load", rateStepFields(&st)); seen["rate"] == nil && len(seen) > 0 {
		d.fail(n, "step of the load has no rate: give the requests a second, 0 for a pause")
	}
	return st
}

// rateOr0 is rate, or 0 for a pause.
func (d *decoder) rateOr0(n ast.Node, to *float64) {
	if s, ok := d.word(n, "rate"); ok {
		if v, err := strconv.ParseFloat(s, 64); err == nil && v == 0 {
			*to = 0
			return
		}
		d.rate(n, to)
	}
}
