package judge

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"simulacro/sim"
)

// significance is the chance with which a truly random director is called uneven.
const significance = 0.001

// distribution compares the answers of each server with what the algorithm in haproxy.cfg must give.
func (r *record) distribution(d *sim.Distribution, w window, requests []request) finding {
	parts := r.parts(d)
	by, none := answered(requests)
	total := len(requests) - none
	measured := counts(parts, by)
	if total == 0 {
		return cannotTell("", "no server answered any of the %d requests", len(requests))
	}
	if len(parts) == 0 {
		return cannotTell("", "haproxy.cfg has no servers in backend %q", r.config.Backend)
	}
	for _, node := range sortedNodes(by) {
		if !slices.ContainsFunc(parts, func(p part) bool { return p.node == node }) {
			return held(false, measured, "only "+names(parts), fmt.Sprintf("%s answered %d requests, but has no part in it", node, by[node]))
		}
	}
	switch r.config.Balance {
	case "roundrobin", "static-rr":
		return r.exact(d, w, parts, by, total, none, measured)
	case "random":
		if len(r.config.By) == 1 && r.config.By[0] == "1" {
			return chiSquare(parts, by, total, measured)
		}
		return r.drawn(parts, requests, measured)
	}
	if d.Algorithm {
		return r.law(d, w, parts, requests)
	}
	if d.Within == 0 {
		return cannotTell("", "balance %s promises no exact distribution: give within, or hold it against the law algorithm", r.config.Balance)
	}
	return compare(parts, by, total, float64(d.Within), measured, fmt.Sprintf("± %d requests", d.Within))
}

// part is a node, its share of the whole, and how many places it has on the ring of balance random.
type part struct {
	node   string
	ratio  float64
	places float64
}

// parts are the nodes that take part and what each is due.
func (r *record) parts(d *sim.Distribution) []part {
	var list []part
	var sum float64
	for _, s := range r.config.Servers {
		node := s.NodeOf(r.plan)
		if len(d.Servers) > 0 && !slices.Contains(d.Servers, node) || len(d.Servers) == 0 && (s.Backup || s.Disabled || s.Weight == 0) {
			continue
		}
		weight := float64(s.Weight)
		if d.Even {
			weight = 1
		}
		list = append(list, part{node, weight, placesPerWeight * float64(s.Weight)})
		sum += weight
	}
	for i := range list {
		list[i].ratio /= sum
	}
	return list
}

func names(parts []part) string {
	var list []string
	for _, p := range parts {
		list = append(list, p.node)
	}
	return strings.Join(list, ", ")
}

func counts(parts []part, by tally) string {
	var list []string
	for _, p := range parts {
		list = append(list, fmt.Sprintf("%s %d", p.node, by[p.node]))
	}
	for _, node := range sortedNodes(by) {
		if !slices.ContainsFunc(parts, func(p part) bool { return p.node == node }) {
			list = append(list, fmt.Sprintf("%s %d", node, by[node]))
		}
	}
	return strings.Join(list, ", ")
}

func sortedNodes(by tally) []string {
	var list []string
	for node := range by {
		list = append(list, node)
	}
	slices.Sort(list)
	return list
}

// exact holds round robin to its law: any run of consecutive requests gives each of equal servers its part to within
// one request. What can shift the count is added: requests under way at the window's edges (they may have overtaken each
// other), requests that a server was chosen for but did not answer, and for unequal weights one request more for each
// further server, since their turns are spread only nearly evenly.
func (r *record) exact(d *sim.Distribution, w window, parts []part, by tally, total, none int, measured string) finding {
	edges := r.underWay(w.from) + r.underWay(w.to)
	allowed := 1 + edges + none + int(d.Within)
	if edges+none > total/4 {
		return cannotTell("exact to 1 request", "%d requests were under way at the window's edges and %d not answered by a server: too many to tell with %d answers", edges, none, total)
	}
	bound := "exact to 1 request"
	if !equal(parts) {
		allowed += len(parts) - 1
		bound = fmt.Sprintf("exact to %d requests", len(parts))
	}
	if edges > 0 {
		bound += fmt.Sprintf(" + %d under way at the window's edges", edges)
	}
	if none > 0 {
		bound += fmt.Sprintf(" + %d not answered by a server", none)
	}
	if d.Within > 0 {
		bound += fmt.Sprintf(" + %d borne", d.Within)
	}
	if equal(parts) { // for equal parts the difference between any two servers is the sharper measure
		var least, most = math.MaxInt, 0
		for _, p := range parts {
			least, most = min(least, by[p.node]), max(most, by[p.node])
		}
		return held(most-least <= allowed, measured, bound, "the servers differ by "+plural(most-least, "request"))
	}
	return compare(parts, by, total, float64(allowed), measured, bound)
}

func equal(parts []part) bool {
	return !slices.ContainsFunc(parts, func(p part) bool { return p.ratio != parts[0].ratio })
}

// compare holds every count to its due within allowed requests.
func compare(parts []part, by tally, total int, allowed float64, measured, bound string) finding {
	for _, p := range parts {
		due := p.ratio * float64(total)
		if diff := float64(by[p.node]) - due; math.Abs(diff) > allowed {
			return held(false, measured, bound, fmt.Sprintf("%s answered %d requests, %.1f were due", p.node, by[p.node], due))
		}
	}
	return held(true, measured, bound, fmt.Sprintf("nobody is further from what was due of %s", plural(total, "answer")))
}

// underWay counts the requests that had been sent at t and not yet ended, where others follow: at the load's own edges
// nothing can be overtaken.
func (r *record) underWay(t time.Time) int {
	n, follow := 0, false
	for _, q := range r.requests {
		if !q.at.Before(t) {
			follow = true
			break
		}
		if q.at.Add(q.Latency).After(t) {
			n++
		}
	}
	if !follow {
		return 0
	}
	return n
}

// drawn holds choices among several drawn servers against their dues. Of those the one with the fewest connections is taken
// (configuration manual, 4.2 balance, "random"): chance alone decides where nothing is under way, and only such requests count.
func (r *record) drawn(parts []part, requests []request, measured string) finding {
	alone := r.alone(requests)
	by, none := answered(alone)
	f := chiSquare(parts, by, len(alone)-none, fmt.Sprintf("%s; of those sent with no other under way %s", measured, counts(parts, by)))
	if f.outcome == sim.Inconclusive {
		f.reason += ". Where others are under way the load decides too; random(1) would be chance alone"
	}
	return f
}

// alone are those of requests that were sent when none was under way.
func (r *record) alone(requests []request) (list []request) {
	var until time.Time
	at := 0
	for _, q := range requests {
		for ; at < len(r.requests) && r.requests[at].at.Before(q.at); at++ {
			if end := r.requests[at].at.Add(r.requests[at].Latency); end.After(until) {
				until = end
			}
		}
		if !until.After(q.at) {
			list = append(list, q)
		}
	}
	return list
}

// placesPerWeight is how many places on the ring that balance random draws from a server has for each unit of its weight.
const placesPerWeight = 16

// chiSquare tests counts against their dues (Pearson's test, len(parts)-1 degrees of freedom). The places on the ring lie at
// random themselves, so that a server's chance strays from its weight: by a 1/(2 places) of its square, the variance of the
// way from half between the neighbours on one side to half between those on the other. It is added to that of the counts.
func chiSquare(parts []part, by tally, total int, measured string) finding {
	var x float64
	for _, p := range parts {
		due := p.ratio * float64(total)
		if due < 5 {
			return cannotTell("", "%d answers are too few for a chi-square test: %s is due %.1f, and 5 are needed", total, p.node, due)
		}
		x += (float64(by[p.node]) - due) * (float64(by[p.node]) - due) / (due + due*due/(2*p.places))
	}
	limit, reason := chiSquareLimit(len(parts)-1), "a random choice gives such counts"
	if x > limit {
		reason = "a random choice gives such counts less than once in a thousand runs"
	}
	return held(x <= limit, fmt.Sprintf("%s (chi-square %.2f)", measured, x), fmt.Sprintf("chi-square <= %.2f (significance %g)", limit, significance), reason)
}

// chiSquareLimit is the value that chi-square with k degrees of freedom exceeds with the chance significance, by the
// Wilson-Hilferty approximation (good to 1 % from 2 degrees on; for 1 the exact 10.83).
func chiSquareLimit(k int) float64 {
	if k <= 1 {
		return 10.83
	}
	const z = 3.0902 // of the normal distribution at 1 - significance
	n := float64(k)
	return n * math.Pow(1-2/(9*n)+z*math.Sqrt(2/(9*n)), 3)
}
