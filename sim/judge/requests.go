package judge

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"simulacro/sim"
)

// outcome is what the client got, in one word: the error's class, else the code.
func (q request) outcome() string {
	if q.Error != "" || q.Status == 0 {
		if q.Error == "" {
			return "error"
		}
		return q.Error
	}
	return strconv.Itoa(q.Status)
}

// is tells whether the request got a status as scenario files write them: 503, 5xx, refused, error.
func (q request) is(status string) bool {
	got := q.outcome()
	failed := q.Error != "" || q.Status == 0
	switch {
	case status == "error":
		return failed
	case strings.HasSuffix(status, "xx"):
		return !failed && len(got) == 3 && got[0] == status[0]
	}
	return got == status
}

// served tells whether the request counts as served: by one of the words, 2xx and 3xx where there are none.
func (q request) served(ok []string) bool {
	if len(ok) == 0 {
		return q.OK()
	}
	return slices.ContainsFunc(ok, q.is)
}

// served is the availability of requests, or of time.
func served(a *sim.Availability, w window, requests []request) finding {
	if a.Slice > 0 {
		return availableTime(a, w, requests)
	}
	return availability(a, requests)
}

func availability(a *sim.Availability, requests []request) finding {
	served, bad := 0, tally{}
	for _, q := range requests {
		if q.served(a.OK) {
			served++
		} else {
			bad[q.outcome()]++
		}
	}
	ratio := float64(served) / float64(len(requests))
	reason := fmt.Sprintf("%d of %d requests were not served: %s", len(requests)-served, len(requests), bad)
	if len(bad) == 0 {
		reason = "every request was served"
	}
	return held(a.Bound.Holds(ratio), fmt.Sprintf("%s (%d of %d)", percent(ratio), served, len(requests)), a.Bound.Percent(), reason)
}

// percent prints a ratio so that 100 % and 0 % are exact and nothing is rounded into them.
func percent(v float64) string {
	switch {
	case v == 0 || v == 1:
		return fmt.Sprintf("%.0f %%", v*100)
	case v > 0.9995 || v < 0.0005:
		return fmt.Sprintf("%.4f %%", v*100)
	}
	return fmt.Sprintf("%.2f %%", v*100)
}

// answered counts the answers of each node, and those requests that no server answered.
func answered(requests []request) (by tally, none int) {
	by = tally{}
	for _, q := range requests {
		if q.Server == "" {
			none++
		} else {
			by[q.Server]++
		}
	}
	return by, none
}

func shares(want []sim.ServerShare, requests []request) finding {
	by, none := answered(requests)
	total := len(requests) - none
	var measured, bounds, broken []string
	for _, w := range want {
		bounds = append(bounds, w.Server+" "+w.Bound.Percent())
	}
	bound := strings.Join(bounds, ", ")
	if total == 0 {
		return cannotTell(bound, "no server answered any of the %d requests", len(requests))
	}
	for _, w := range want {
		ratio := float64(by[w.Server]) / float64(total)
		measured = append(measured, fmt.Sprintf("%s %s (%d of %d)", w.Server, percent(ratio), by[w.Server], total))
		if !w.Bound.Holds(ratio) {
			broken = append(broken, fmt.Sprintf("%s answered %d of %d", w.Server, by[w.Server], total))
		}
	}
	return unbroken(broken, strings.Join(measured, ", "), bound, fmt.Sprintf("of %s, %s", plural(total, "answer"), by))
}

// statusMix holds what the clients got against only, none and the bounds of single statuses.
func statusMix(mix *sim.StatusMix, requests []request) finding {
	got := tally{}
	var outside, forbidden, broken []string
	for _, q := range requests {
		word := q.outcome()
		got[word]++
		if got[word] > 1 {
			continue // its kind has been judged
		}
		if len(mix.Only) > 0 && !slices.ContainsFunc(mix.Only, q.is) {
			outside = append(outside, word)
		}
		if slices.ContainsFunc(mix.None, q.is) {
			forbidden = append(forbidden, word)
		}
	}
	for _, s := range mix.Share {
		n := 0
		for _, q := range requests {
			if q.is(s.Status) {
				n++
			}
		}
		if ratio := float64(n) / float64(len(requests)); !s.Bound.Holds(ratio) {
			broken = append(broken, fmt.Sprintf("%s is %s (%d of %d)", s.Status, percent(ratio), n, len(requests)))
		}
	}
	var reasons []string
	if len(outside) > 0 {
		reasons = append(reasons, "outside of what is allowed: "+strings.Join(outside, ", "))
	}
	if len(forbidden) > 0 {
		reasons = append(reasons, "not allowed: "+strings.Join(forbidden, ", "))
	}
	reasons = append(reasons, broken...)
	return unbroken(reasons, got.String(), mixBound(mix), fmt.Sprintf("all %s are within it", plural(len(requests), "request")))
}

func mixBound(mix *sim.StatusMix) string {
	var parts []string
	if len(mix.Only) > 0 {
		parts = append(parts, "only "+strings.Join(mix.Only, ", "))
	}
	if len(mix.None) > 0 {
		parts = append(parts, "no "+strings.Join(mix.None, ", "))
	}
	for _, s := range mix.Share {
		parts = append(parts, s.Status+" "+s.Bound.Percent())
	}
	return strings.Join(parts, "; ")
}

// latencies are those of the requests that were answered or waited for in vain: a refusal is quick, but it is no answer.
func latencies(want []sim.Quantile, requests []request) finding {
	sorted := waits(requests)
	var measured, bounds, broken []string
	for _, q := range want {
		bounds = append(bounds, fmt.Sprintf("%s %s %s", q.Label(), q.Op, short(q.Bound)))
	}
	bound := strings.Join(bounds, ", ")
	if len(sorted) == 0 {
		return cannotTell(bound, "none of the %d requests was answered", len(requests))
	}
	for i, q := range want {
		v := quantile(sorted, q.Q)
		measured = append(measured, q.Label()+" "+short(v))
		if q.Op == ">=" && v < q.Bound || q.Op != ">=" && v > q.Bound {
			broken = append(broken, fmt.Sprintf("%s is %s, to be %s", q.Label(), short(v), bounds[i][len(q.Label())+1:]))
		}
	}
	return unbroken(broken, strings.Join(measured, ", "), bound, fmt.Sprintf("of %s, from the intended send to the last byte", plural(len(sorted), "answer")))
}

func waits(requests []request) []time.Duration {
	var list []time.Duration
	for _, q := range requests {
		if q.Status != 0 || q.Error == "timeout" {
			list = append(list, q.Latency)
		}
	}
	slices.Sort(list)
	return list
}

// quantile is the smallest value that at least the part q of the sorted ones do not exceed (nearest rank).
func quantile(sorted []time.Duration, q float64) time.Duration {
	i := int(math.Ceil(q*float64(len(sorted))-1e-9)) - 1
	return sorted[min(max(i, 0), len(sorted)-1)]
}
