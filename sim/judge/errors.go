package judge

import (
	"fmt"
	"strings"
	"time"

	"simulacro/sim"
)

// availableTime is the part of the window's slices, of those in which requests were sent, in which every one was served.
func availableTime(a *sim.Availability, w window, requests []request) finding {
	slices, bad := map[int64]bool{}, map[int64]bool{}
	var worst request
	for _, q := range requests {
		n := int64(q.at.Sub(w.from) / a.Slice)
		slices[n] = true
		if !q.served(a.OK) {
			if len(bad) == 0 {
				worst = q
			}
			bad[n] = true
		}
	}
	ratio := float64(len(slices)-len(bad)) / float64(len(slices))
	reason := fmt.Sprintf("in every slice of %s every request was served", short(a.Slice))
	if len(bad) > 0 {
		reason = fmt.Sprintf("in %d of %d slices of %s a request was not served, first at %s: %s", len(bad), len(slices), short(a.Slice), clock(worst.at), worst.outcome())
	}
	return held(a.Bound.Holds(ratio), fmt.Sprintf("%s (%d of %d slices of %s)", percent(ratio), len(slices)-len(bad), len(slices), short(a.Slice)),
		a.Bound.Percent()+" of the time", reason)
}

// losses are the requests that were not served and the time that they stand for.
type losses struct {
	requests int
	time     time.Duration // each stands for the time until the next one is sent
	outage   time.Duration // the longest without one that is served in between
	kinds    tally
}

func (r *record) losses(ok []string, requests []request) losses {
	l := losses{kinds: tally{}}
	var down time.Duration
	for i, q := range requests {
		if q.served(ok) {
			down = 0
			continue
		}
		l.requests++
		l.kinds[q.outcome()]++
		stands := r.interval(requests, i)
		l.time += stands
		down += stands
		l.outage = max(l.outage, down)
	}
	return l
}

// interval is the time from a request to the next; of the last one, the time from the one before.
func (r *record) interval(requests []request, i int) time.Duration {
	switch {
	case i+1 < len(requests):
		return requests[i+1].at.Sub(requests[i].at)
	case i > 0:
		return requests[i].at.Sub(requests[i-1].at)
	case r.scenario.Load.Rate > 0:
		return time.Duration(float64(time.Second) / r.scenario.Load.Rate)
	}
	return 0
}

// spent holds what was lost against an error budget.
func (r *record) spent(b *sim.ErrorBudget, requests []request) finding {
	l := r.losses(b.OK, requests)
	measured := []string{fmt.Sprintf("%d of %s, %s in all, %s at a time", l.requests, plural(len(requests), "request"), short(l.time), short(l.outage))}
	var bounds, broken []string
	limit := func(given bool, ok bool, bound, reason string) {
		if !given {
			return
		}
		bounds = append(bounds, bound)
		if !ok {
			broken = append(broken, reason)
		}
	}
	if b.Requests != nil {
		limit(true, int64(l.requests) <= *b.Requests, fmt.Sprintf("<= %s", plural(int(*b.Requests), "request")), fmt.Sprintf("%d were not served", l.requests))
	}
	limit(b.Time > 0, l.time <= b.Time, "<= "+short(b.Time)+" in all", fmt.Sprintf("%s in all without service", short(l.time)))
	limit(b.Outage > 0, l.outage <= b.Outage, "<= "+short(b.Outage)+" at a time", fmt.Sprintf("%s at a time without service", short(l.outage)))
	if b.Objective > 0 {
		room := time.Duration((1 - b.Objective) * float64(b.Over))
		part := float64(l.time) / float64(room)
		measured = append(measured, fmt.Sprintf("%s of the budget", percent(part)))
		limit(true, b.Spends.Holds(part), fmt.Sprintf("%s of the %s that %s over %s leaves", b.Spends.Percent(), short(room), percent(b.Objective), short(b.Over)),
			fmt.Sprintf("%s is %s of the budget", short(l.time), percent(part)))
	}
	reason := "every request was served"
	if l.requests > 0 {
		reason = "not served: " + l.kinds.String()
	}
	return held(len(broken) == 0, strings.Join(measured, "; "), strings.Join(bounds, ", "), strings.Join(append(broken, reason), "; "))
}

// lost holds a planned work against the requests that it touched.
func (r *record) lost(n *sim.NoneLost) finding {
	bound := fmt.Sprintf("<= %s", plural(int(n.Most), "request"))
	if n.Most == 0 {
		bound = "none"
	}
	w, err := r.work(n)
	if err != nil {
		return cannotTell(bound, "%v", err)
	}
	var touched []request
	before := 0
	for _, q := range r.requests {
		if q.at.Before(w.to) && !q.at.Add(q.Latency).Before(w.from) && !q.at.Before(r.start) {
			touched = append(touched, q)
			if q.at.Before(w.from) {
				before++
			}
		}
	}
	if len(touched) == 0 {
		return cannotTell(bound, "no request was under way from %s to %s", clock(w.from), clock(w.to))
	}
	l := r.losses(nil, touched)
	reason := fmt.Sprintf("%d were under way when it began, %d were sent until %s after its end", before, len(touched)-before, short(n.Settle))
	if l.requests > 0 {
		reason = fmt.Sprintf("not served: %s; %s", l.kinds, reason)
	}
	return held(int64(l.requests) <= n.Most, fmt.Sprintf("%d of %s", l.requests, plural(len(touched), "request")), bound, reason)
}

// work is the time from the beginning of one step to some time after the end of another. A command that failed where
// nobody expected it has done no work.
func (r *record) work(n *sim.NoneLost) (w window, err error) {
	var ok bool
	if w.from, _, ok = r.life(n.From); !ok {
		return w, fmt.Errorf("%s was not done", n.From)
	}
	if _, w.to, ok = r.life(n.To); !ok {
		return w, fmt.Errorf("%s did not come to its end", n.To)
	}
	w.to = w.to.Add(n.Settle)
	for _, st := range r.scenario.Timeline {
		if a := st.Action; a != nil && (a.Name == n.From || a.Name == n.To) && a.Exit == nil && r.actions[a.Name].Output.Code != 0 {
			return w, fmt.Errorf("%s ended with code %d: it proves nothing", a.Name, r.actions[a.Name].Output.Code)
		}
	}
	return w, nil
}

// life is when a step began and ended: an action by its command, a fault from its injection to its recovery.
func (r *record) life(name string) (from, to time.Time, ok bool) {
	if w, done := r.acted[name]; done {
		return w.from, w.to, true
	}
	m := r.faults[name]
	if m == nil {
		return from, to, false
	}
	from, began := m.step(sim.StepInjected, false)
	to, ended := m.step(sim.StepRecovered, true)
	return from, to, began && ended
}

// clock is a time of day for a reason.
func clock(t time.Time) string { return t.UTC().Format("15:04:05.000") }
