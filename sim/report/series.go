package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"simulacro/sim"
)

// series is what the plots show, on a time axis that starts with the load.
type series struct {
	zero    time.Time
	length  time.Duration
	step    time.Duration // of one bucket
	keys    []string      // of the stack, from the bottom: servers, then what else clients got
	servers int           // how many of keys are servers
	total   map[string]int
	sent    int
	buckets []bucket
	tracks  []track
	bands   []band
}

// bucket is what became of the requests that were sent in one step.
type bucket struct {
	count    map[string]int
	p50, p99 time.Duration // of those answered or waited for in vain; 0: none
}

// sum is how many requests were sent in the bucket.
func (b bucket) sum() (n int) {
	for _, c := range b.count {
		n += c
	}
	return n
}

// track is a server's states over time.
type track struct {
	server string
	spans  []span
}

// span is a time in which the director's statistics had one state of a server.
type span struct {
	from, to time.Duration
	state    string
}

func newSeries(h sim.History) *series {
	s := &series{total: map[string]int{}}
	sorted := slices.Clone(h)
	slices.SortStableFunc(sorted, func(a, b sim.Event) int { return a.At.Compare(b.At) })
	n := s.bounds(sorted)
	if s.length <= 0 {
		return s
	}
	s.step = niceStep(s.length, n)
	s.fill(sorted)
	s.follow(sorted)
	s.bands = bands(sorted, s)
	return s
}

// bounds is the time of the load, or of the whole history where nothing was sent, and how many requests there are.
func (s *series) bounds(h sim.History) (n int) {
	if len(h) == 0 {
		return 0
	}
	first, last := time.Time{}, time.Time{}
	for _, e := range h {
		if e.Request != nil {
			if first.IsZero() {
				first = e.At
			}
			last, n = e.At, n+1
		}
	}
	if n > 1 {
		last = last.Add(last.Sub(first) / time.Duration(n-1)) // each request stands for the time until the next
	}
	if first.IsZero() {
		first, last = h[0].At, h[len(h)-1].At
	}
	for _, e := range h {
		if e.Kind == sim.KindPhase && e.Text == "load" {
			first = e.At // what was sent to warm up is not judged, and not shown
			break
		}
	}
	s.zero, s.length = first, last.Sub(first)
	return n
}

// extent is the time of the first and the last event; zero where there is none.
func extent(h sim.History) (first, last time.Time) {
	for _, e := range h {
		if first.IsZero() || e.At.Before(first) {
			first = e.At
		}
		if e.At.After(last) {
			last = e.At
		}
	}
	return first, last
}

// niceStep is a round length for the buckets: such that about 45 requests fall into one, since with few of them the turns
// of a round robin show as ragged edges, but that there are 40 buckets at least and 160 at most.
func niceStep(length time.Duration, requests int) time.Duration {
	want := length * 45 / time.Duration(max(requests, 1))
	want = max(min(want, length/40), length/160)
	for _, ms := range []int{1000, 500, 250, 200, 100, 50} {
		if step := time.Duration(ms) * time.Millisecond; step <= want && want < time.Second {
			return step
		}
	}
	for _, s := range []int{60, 30, 20, 10, 5, 2, 1} {
		if step := time.Duration(s) * time.Second; step <= want {
			return step
		}
	}
	return 50 * time.Millisecond
}

// key is the layer of the stack that a request is in: the server that served it, else what the client got.
func key(q *sim.Request) string {
	switch {
	case q.OK() && q.Server != "":
		return q.Server
	case q.Error != "":
		return q.Error
	case q.Status == 0:
		return "error"
	}
	return strconv.Itoa(q.Status)
}

func (s *series) fill(h sim.History) {
	s.buckets = make([]bucket, int((s.length+s.step-1)/s.step))
	waits := make([][]time.Duration, len(s.buckets))
	servers := map[string]bool{}
	for _, e := range h {
		i := int(e.At.Sub(s.zero) / s.step)
		if e.Request == nil || e.At.Before(s.zero) || i >= len(s.buckets) {
			continue
		}
		q, k := e.Request, key(e.Request)
		if s.buckets[i].count == nil {
			s.buckets[i].count = map[string]int{}
		}
		s.buckets[i].count[k]++
		s.total[k]++
		s.sent++
		servers[k] = servers[k] || k == q.Server
		if q.Status != 0 || q.Error == "timeout" {
			waits[i] = append(waits[i], q.Latency)
		}
	}
	for i, w := range waits {
		if len(w) > 0 {
			slices.Sort(w)
			s.buckets[i].p50, s.buckets[i].p99 = w[(len(w)-1)/2], w[len(w)-1-(len(w)-1)/100]
		}
	}
	s.order(servers)
}

// order puts the servers first, by name, and what failed above them, the most frequent lowest.
func (s *series) order(servers map[string]bool) {
	for k := range s.total {
		s.keys = append(s.keys, k)
		if servers[k] {
			s.servers++
		}
	}
	slices.SortFunc(s.keys, func(a, b string) int {
		if servers[a] != servers[b] {
			if servers[a] {
				return -1
			}
			return 1
		}
		if servers[a] {
			return byName(a, b)
		}
		return cmp.Or(cmp.Compare(s.total[b], s.total[a]), cmp.Compare(a, b))
	})
}

// byName orders cluster2 before cluster10.
func byName(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }

// follow turns the samples of the director's statistics into spans of one state each.
func (s *series) follow(h sim.History) {
	last := map[string]*track{}
	var order []string
	for _, e := range h {
		if e.Stats == nil || e.Stats.Server == "BACKEND" || e.Stats.Server == "FRONTEND" {
			continue
		}
		name := e.Stats.Server
		at := min(max(e.At.Sub(s.zero), 0), s.length)
		tr := last[name]
		if tr == nil {
			tr = &track{server: name}
			last[name], order = tr, append(order, name)
		}
		if n := len(tr.spans); n > 0 {
			tr.spans[n-1].to = at
			if tr.spans[n-1].state == e.Stats.Status {
				continue
			}
		}
		tr.spans = append(tr.spans, span{at, at, e.Stats.Status})
	}
	slices.SortFunc(order, byName)
	for _, name := range order {
		s.tracks = append(s.tracks, *last[name])
	}
}

// state is the first word of a status: "UP 2/3" is UP.
func (p span) word() string {
	word, _, _ := strings.Cut(p.state, " ")
	return word
}
