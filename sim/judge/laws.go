package judge

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"simulacro/sim"
)

// blur is how far the director's choice may lie from the moment at which the client sent its request, and how long a
// connection may still count for the director after the client has its answer. What lies nearer than that to a choice is
// taken for either.
const blur = 20 * time.Millisecond

// strayPart is the part of the decisions that may go against the law of leastconn or first: what the director counts
// (a connection that waits for its retry, one that closes slowly) is not all to be seen from the client.
const strayPart = 0.01

// hashKeys are so many different keys that they do not all go to one of several servers by chance.
const hashKeys = 20

// law holds the answers against the algorithm's own law (configuration manual, section 4.2, "balance").
func (r *record) law(d *sim.Distribution, w window, parts []part, requests []request) finding {
	switch r.config.Balance {
	case "leastconn":
		return r.decisions(d, w, parts, "no server with more connections than another", r.leastconn)
	case "first":
		return r.decisions(d, w, parts, "no server while an earlier one has room", r.first)
	case "source":
		return r.hashed(parts, requests, "source address", func(q request) (string, bool) { return q.Source, q.Source != "" })
	case "uri":
		whole := slices.Contains(r.config.By, "whole")
		return r.hashed(parts, requests, "path", func(q request) (string, bool) {
			path, query, has := strings.Cut(q.Path, "?")
			if whole && has {
				path += "?" + query
			}
			return path, true
		})
	case "url_param":
		return r.hashed(parts, requests, "parameter", func(q request) (string, bool) { return param(q.Path, r.config.By) })
	case "hdr": // the load sends the same headers with every request
		return r.hashed(parts, requests, "header", func(request) (string, bool) { return "the load's", true })
	}
	return cannotTell("", "the law of balance %s is not known here", r.config.Balance)
}

func param(path string, by []string) (string, bool) {
	_, query, _ := strings.Cut(path, "?")
	values, err := url.ParseQuery(query)
	if err != nil || len(by) == 0 || !values.Has(by[0]) {
		return "", false // those without it go by round robin
	}
	return values.Get(by[0]), true
}

// hashed demands that requests with one key were answered by one server, and that many keys do not all meet on one.
func (r *record) hashed(parts []part, requests []request, what string, keyOf func(request) (string, bool)) finding {
	bound := "one server for each " + what
	servers, times := map[string]tally{}, tally{}
	for _, q := range requests {
		key, has := keyOf(q)
		if !has || q.Server == "" {
			continue
		}
		if servers[key] == nil {
			servers[key] = tally{}
		}
		servers[key][q.Server]++
		times[key]++
	}
	keys, repeated, broken := tally{}, 0, []string{}
	for _, key := range sortedNodes(times) {
		for server := range servers[key] {
			keys[server]++
		}
		if times[key] > 1 {
			repeated++
		}
		if len(servers[key]) > 1 {
			broken = append(broken, fmt.Sprintf("%s was answered by %s", key, servers[key]))
		}
	}
	measured := fmt.Sprintf("%s of one %s each: %s", plural(len(times), "group"), what, counts(parts, keys))
	switch {
	case repeated == 0:
		return cannotTell(bound, "no %s came twice: the law could not be broken", what)
	case len(broken) > 0:
		return held(false, measured, bound, fmt.Sprintf("%d of %d went to several servers: %s", len(broken), len(times), broken[0]))
	case len(times) >= hashKeys && len(keys) == 1 && len(parts) > 1:
		return held(false, measured, bound+", and not one server for all", fmt.Sprintf("all %d are with one server", len(times)))
	}
	return held(true, measured, bound, fmt.Sprintf("%d groups were asked for more than once, and none went to two servers", repeated))
}

// choice is a server that a request went to, with what each server surely and possibly had under way then.
type choice struct {
	chosen      int // index in parts
	least, most []int
}

// decisions holds every choice against a rule, which tells whether it was against the law, and whether any could have been.
func (r *record) decisions(d *sim.Distribution, w window, parts []part, rule string, against func(parts []part, c choice) (broken, decidable bool)) finding {
	total, decidable, broken := 0, 0, 0
	var first *request
	for _, q := range r.in(w) {
		c, ok := r.choiceOf(q, parts)
		if !ok {
			continue
		}
		total++
		bad, could := against(parts, c)
		if could {
			decidable++
		}
		if bad {
			broken++
			if first == nil {
				first = &q
			}
		}
	}
	allowed := int(strayPart*float64(decidable)) + int(d.Within)
	bound := fmt.Sprintf("%s, but for %d choices", rule, allowed)
	if decidable == 0 {
		return cannotTell(rule, "of %d choices none could have been wrong: make a server slow, or the load higher", total)
	}
	by, _ := answered(r.in(w))
	measured := fmt.Sprintf("%s; against the law %d of %d choices that could be", counts(parts, by), broken, decidable)
	reason := fmt.Sprintf("none of the %d choices that could have been wrong was", decidable)
	if first != nil {
		reason = fmt.Sprintf("the first of %d: request %d went to %s at %s", broken, first.Seq, first.Server, first.at.UTC().Format("15:04:05.000"))
	}
	return held(broken <= allowed, measured, bound, reason)
}

// choiceOf counts what the servers had under way when a request was sent. Those that no server answered may have been with any.
func (r *record) choiceOf(q request, parts []part) (c choice, ok bool) {
	at := q.at.Add(q.Late)
	c = choice{chosen: slices.IndexFunc(parts, func(p part) bool { return p.node == q.Server }), least: make([]int, len(parts)), most: make([]int, len(parts))}
	if c.chosen < 0 {
		return c, false
	}
	i, _ := slices.BinarySearchFunc(r.requests, at.Add(-r.longest-blur), func(q request, t time.Time) int { return q.at.Compare(t) })
	for _, other := range r.requests[i:] {
		begin, end := other.at.Add(other.Late), other.at.Add(other.Latency)
		if other.at.After(at.Add(blur)) {
			break
		}
		if other.Seq == q.Seq || end.Before(at.Add(-blur)) {
			continue
		}
		sure := begin.Before(at.Add(-blur)) && end.After(at.Add(blur))
		for k, p := range parts {
			if other.Server == p.node && sure {
				c.least[k]++
			}
			if other.Server == p.node || other.Server == "" {
				c.most[k]++
			}
		}
	}
	return c, true
}

// leastconn: the chosen server had surely more connections by its weight than another one possibly had. Whether the
// request itself is counted with them makes a difference for unequal weights: both ways must say so.
func (r *record) leastconn(parts []part, c choice) (broken, decidable bool) {
	more := func(a, b int) bool {
		load := func(n, k int) float64 { return float64(n) / parts[k].ratio }
		return load(c.least[a], a) > load(c.most[b], b) && load(c.least[a]+1, a) > load(c.most[b]+1, b)
	}
	for a := range parts {
		for b := range parts {
			if a != b && more(a, b) {
				decidable = true
				broken = broken || a == c.chosen
			}
		}
	}
	return broken, decidable
}

// first: a server before the chosen one surely had a connection left of its maxconn.
func (r *record) first(parts []part, c choice) (broken, decidable bool) {
	for k := range c.chosen {
		limit := r.maxconn(parts[k].node)
		broken = broken || limit == 0 || c.most[k] < limit
	}
	return broken, true
}

func (r *record) maxconn(node string) int {
	for _, s := range r.config.Servers {
		if s.NodeOf(r.plan) == node {
			return s.Maxconn
		}
	}
	return 0
}

// plural counts things in words.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
