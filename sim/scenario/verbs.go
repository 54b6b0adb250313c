package scenario

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"simulacro/sim"
)

func isMapping(n ast.Node) bool {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return true
	}
	return false
}

func availabilityFields(a *sim.Availability) []field {
	return []field{
		{"is", aBound, "per cents", func(d *decoder, n ast.Node) { a.Bound, _ = d.bound(n, "availability", ">=") }},
		{"ok", statuses, okDoc, func(d *decoder, n ast.Node) { a.OK = d.statuses(n) }},
		{"slice", aTime, "of time in place of requests: the part of the slices of this length in which every request was served", func(d *decoder, n ast.Node) {
			d.positive(n, "slice", &a.Slice)
		}},
	}
}

func (d *decoder) availability(n ast.Node) *sim.Availability {
	a := &sim.Availability{}
	if !isMapping(n) {
		a.Bound, _ = d.bound(n, "availability", ">=")
		return a
	}
	seen := d.object(n, "availability", availabilityFields(a))
	if seen["is"] == nil {
		d.fail(n, `availability has no bound: give it is: "99.9 %%"`)
	}
	return a
}

func (d *decoder) shares(n ast.Node) (list []sim.ServerShare) {
	entries, ok := d.entries(n, "share")
	if ok && len(entries) == 0 {
		d.fail(n, "share says nothing: give it a server and the part that is its")
	}
	for _, e := range entries {
		if b, ok := d.bound(e.value, "share of "+e.key, "="); ok {
			share := sim.ServerShare{Server: e.key, Bound: b}
			list = append(list, share)
		}
	}
	return list
}

func distributionFields(dist *sim.Distribution) []field {
	return []field{
		{"law", choice(laws...), lawDoc, func(d *decoder, n ast.Node) { d.law(n, dist) }},
		{"of", texts, "the servers that take part; without it all of the backend", func(d *decoder, n ast.Node) { dist.Servers = d.words(n, "of") }},
		{"within", whole(0, 1_000_000), "requests more than the algorithm's own deviation that are borne", func(d *decoder, n ast.Node) {
			dist.Within, _ = d.integer(n, "within", 0, 1_000_000)
		}},
	}
}

func (d *decoder) distribution(n ast.Node) *sim.Distribution {
	dist := &sim.Distribution{}
	if !isMapping(n) {
		d.law(n, dist)
		return dist
	}
	seen := d.object(n, "distribution", distributionFields(dist))
	if seen["law"] == nil {
		d.fail(n, "distribution has no law: %s", strings.Join(laws, ", "))
	}
	return dist
}

// laws are by what a distribution may be held against.
var laws = []string{"even", "weights", "algorithm"}

const lawDoc = "even; weights: those in haproxy.cfg; algorithm: what balance does, whichever it is: roundrobin by weight and exactly, random by chance (of several draws what was sent with no other request under way), " +
	"leastconn never to a server with more connections, first never past one with room, source, uri, url_param and hdr always to the same for one key"

func (d *decoder) law(n ast.Node, dist *sim.Distribution) {
	var s string
	d.choice(n, "distribution", laws, &s)
	dist.Even, dist.Algorithm = s == "even", s == "algorithm"
}

func detectionFields(det *sim.Detection, what string) []field {
	return []field{
		{"fault", aWord, "the fault's name", func(d *decoder, n ast.Node) { d.str(n, "fault", &det.Fault) }},
		{"servers", texts, "whose state is looked at; without it the fault's targets, or all servers", func(d *decoder, n ast.Node) { det.Servers = d.words(n, "servers") }},
		{"within", aTime, "in place of the bound that follows from haproxy.cfg", func(d *decoder, n ast.Node) { d.duration(n, "within", &det.Within) }},
		{"allow", aTime, "on top of the bound that follows from haproxy.cfg", func(d *decoder, n ast.Node) { d.duration(n, "allow", &det.Allow) }},
	}
}

// detection reads what detection and recovery share.
func (d *decoder) detection(n ast.Node, what string) *sim.Detection {
	det := &sim.Detection{}
	if !isMapping(n) {
		d.str(n, what, &det.Fault)
		return det
	}
	seen := d.object(n, what, detectionFields(det, what))
	if seen["within"] != nil && seen["allow"] != nil {
		d.fail(seen["allow"], "%s has both within and allow: allow is on top of the derived bound, within replaces it", what)
	}
	return det
}

var errorClasses = []string{"error", "refused", "reset", "timeout", "eof", "unreachable", "protocol"}

var statusForm = regexp.MustCompile(`^[1-5]([0-9][0-9]|xx)$`)

// statusWord reads a code, a class of codes or a class of errors.
func (d *decoder) statusWord(n ast.Node) (string, bool) {
	s, ok := d.word(n, "status")
	return s, ok && d.isStatus(n, s)
}

func (d *decoder) isStatus(at ast.Node, s string) bool {
	if statusForm.MatchString(s) {
		return true
	}
	for _, class := range errorClasses {
		if s == class {
			return true
		}
	}
	if near := Nearest(s, errorClasses); near != "" {
		d.fail(at, "unknown status %q: did you mean %q?", s, near)
	} else {
		d.fail(at, "unknown status %q: write a code (503), a class (5xx) or an error (%s)", s, strings.Join(errorClasses, ", "))
	}
	return false
}

func (d *decoder) statuses(n ast.Node) (list []string) {
	for _, item := range d.items(n) {
		if s, ok := d.statusWord(item); ok {
			list = append(list, s)
		}
	}
	return list
}

func statusFields(mix *sim.StatusMix) []field {
	return []field{
		{"only", statuses, "every request got one of these", func(d *decoder, n ast.Node) { mix.Only = d.statuses(n) }},
		{"none", statuses, "no request got one of these", func(d *decoder, n ast.Node) { mix.None = d.statuses(n) }},
	}
}

// status reads only, none, and the bounds of single statuses.
func (d *decoder) status(n ast.Node) *sim.StatusMix {
	mix := &sim.StatusMix{}
	fields := statusFields(mix)
	entries, _ := d.entries(n, "status")
	for _, e := range entries {
		i := slices.IndexFunc(fields, func(f field) bool { return f.key == e.key })
		switch {
		case i >= 0:
			fields[i].set(d, e.value)
		case Nearest(e.key, keys(fields)) != "" && !statusForm.MatchString(e.key):
			d.fail(e.at, "unknown field of status %q: did you mean %q?", e.key, Nearest(e.key, keys(fields)))
		case d.isStatus(e.at, e.key):
			if b, ok := d.bound(e.value, "share of "+e.key, ">="); ok {
				mix.Share = append(mix.Share, sim.StatusShare{Status: e.key, Bound: b})
			}
		}
	}
	return mix
}

// stateNames are the first words of the states in HAProxy's statistics.
var stateNames = []string{"UP", "DOWN", "MAINT", "NOLB", "DRAIN"}

// stateClaims are the fields that say something of the states.
var stateClaims = []string{"always", "never", "reaches", "check", "sees", "sequence"}

func stateFields(st *sim.States) []field {
	return []field{
		{"of", texts, "servers; without it all of the backend", func(d *decoder, n ast.Node) { st.Servers = d.words(n, "of") }},
		{"always", choice(stateNames...), "every sample has this state", func(d *decoder, n ast.Node) { d.choice(n, "state", stateNames, &st.Always) }},
		{"never", choice(stateNames...), "no sample has this state", func(d *decoder, n ast.Node) { d.choice(n, "state", stateNames, &st.Never) }},
		{"reaches", choice(stateNames...), "some sample of each server has this state", func(d *decoder, n ast.Node) { d.choice(n, "state", stateNames, &st.Reaches) }},
		{"check", aWord, "every sample has this check result, as in the statistics: L4OK, L7OK, L4TOUT …", func(d *decoder, n ast.Node) { d.str(n, "check", &st.Check) }},
		{"sees", texts, "each of these check results is in some sample of each server", func(d *decoder, n ast.Node) { st.Sees = d.words(n, "check result") }},
		{"sequence", listOfWords(stateNames...), "the states of each server in their order, from the window's first to its last: [UP, DOWN, UP]", func(d *decoder, n ast.Node) { st.Sequence = d.sequence(n) }},
	}
}

func (d *decoder) state(n ast.Node) *sim.States {
	st := &sim.States{}
	seen := d.object(n, "state", stateFields(st))
	if !slices.ContainsFunc(stateClaims, func(key string) bool { return seen[key] != nil }) {
		d.fail(n, "state says nothing: give it one of %s", strings.Join(stateClaims, ", "))
	}
	if st.Always != "" && st.Reaches != "" && st.Always != st.Reaches || st.Always != "" && st.Always == st.Never {
		d.fail(n, "state can never hold: always %s contradicts the rest", st.Always)
	}
	return st
}

// sequence reads states, each other than the one before: a state lasts until it changes.
func (d *decoder) sequence(n ast.Node) (list []string) {
	for _, item := range d.items(n) {
		var s string
		if d.choice(item, "state", stateNames, &s); s == "" {
			continue
		}
		if len(list) > 0 && list[len(list)-1] == s {
			d.fail(item, "sequence has %s twice in a row: a state lasts until it changes", s)
		}
		list = append(list, s)
	}
	return list
}

func (d *decoder) latency(n ast.Node) (list []sim.Quantile) {
	entries, ok := d.entries(n, "latency")
	if ok && len(entries) == 0 {
		d.fail(n, "latency says nothing: give it a quantile and its bound")
	}
	for _, e := range entries {
		q, ok := quantile(e.key)
		if !ok {
			d.fail(e.at, "unknown quantile %q: write p50, p99, p99.9 or max", e.key)
			continue
		}
		s, ok := d.word(e.value, e.key)
		if !ok {
			continue
		}
		op, v, err := parseLatency(s)
		if err != nil {
			d.fail(e.value, "%s: %v", e.key, err)
			continue
		}
		d.withinPatience(e.value, e.key, op, v)
		list = append(list, sim.Quantile{Q: q, Op: op, Bound: v})
	}
	return list
}

// withinPatience refuses bounds beyond the load's timeout: no latency can be longer.
func (d *decoder) withinPatience(at ast.Node, key, op string, v time.Duration) {
	d.later = append(d.later, func(s *sim.Scenario) {
		switch {
		case v <= s.Load.Timeout:
		case op == ">=":
			d.fail(at, "%s >= %s can never hold: the load gives up after its timeout of %s", key, v, s.Load.Timeout)
		default:
			d.fail(at, "%s <= %s always holds: the load gives up after its timeout of %s", key, v, s.Load.Timeout)
		}
	})
}

func quantile(s string) (float64, bool) {
	if s == "max" {
		return 1, true
	}
	v, err := strconv.ParseFloat(strings.TrimPrefix(s, "p"), 64)
	return v / 100, err == nil && strings.HasPrefix(s, "p") && v > 0 && v < 100
}
