package judge

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"simulacro/sim"
)

const trio = " server cluster2 10.0.100.12:80 maxconn 2\n server cluster3 10.0.100.13:80\n server cluster4 10.0.100.14:80\n"

// balanced judges requests by the law of a `balance` line.
func balanced(balance string, within int64, requests []request) finding {
	r := &record{plan: sim.DefaultPlan(), config: ReadConfig("backend b\n balance " + balance + "\n" + trio), requests: requests}
	for _, q := range requests {
		r.longest = max(r.longest, q.Latency)
	}
	return r.distribution(&sim.Distribution{Algorithm: true, Within: within}, window{epoch, epoch.Add(time.Hour)}, requests)
}

// queued are 600 requests, 10 ms apart; cluster3 takes 900 ms for each, the others 30 ms. choose gets the connections of each.
func queued(choose func(i int, open [3]int) int) (list []request) {
	var ends [3][]time.Time
	for i := range 600 {
		at := epoch.Add(time.Duration(i) * 10 * time.Millisecond)
		var open [3]int
		for k := range ends {
			for _, e := range ends[k] {
				if e.After(at) {
					open[k]++
				}
			}
		}
		k := choose(i, open)
		takes := 30 * time.Millisecond
		if k == 1 {
			takes = 900 * time.Millisecond
		}
		ends[k] = append(ends[k], at.Add(takes))
		list = append(list, request{at, &sim.Request{Seq: int64(i), Status: 200, Server: fmt.Sprintf("cluster%d", k+2), Latency: takes}})
	}
	return list
}

func fewest(i int, open [3]int) int {
	best := i % 3
	for k := range open {
		if n := (i + k) % 3; open[n] < open[best] {
			best = n
		}
	}
	return best
}

func inTurn(i int, _ [3]int) int { return i % 3 }

func TestLawOfLeastconn(t *testing.T) {
	f := balanced("leastconn", 0, queued(fewest))
	assert.Equal(t, sim.Pass, f.outcome, "%+v", f)
	f = balanced("leastconn", 0, queued(inTurn))
	assert.Equal(t, sim.Fail, f.outcome, "%+v", f)
	assert.Contains(t, f.reason, "went to cluster3")
	f = balanced("leastconn", 1000, queued(inTurn))
	assert.Equal(t, sim.Pass, f.outcome, "so many are borne: %+v", f)
	f = balanced("leastconn", 0, answers(spreadOver(map[string]int{"cluster2": 20, "cluster3": 20, "cluster4": 20})...))
	assert.Equal(t, sim.Inconclusive, f.outcome, "nobody ever had more than another: %+v", f)

	rng := rand.New(rand.NewPCG(3, 4))
	blurred := queued(fewest)
	for i := range blurred { // the director's choice was a little later than the client's send
		blurred[i].Late = time.Duration(rng.IntN(int(blur / 2)))
	}
	assert.Equal(t, sim.Pass, balanced("leastconn", 0, blurred).outcome)
}

func TestLawOfFirst(t *testing.T) {
	room := func(i int, open [3]int) int {
		if open[0] < 2 {
			return 0
		}
		return 2
	}
	f := balanced("first", 0, queued(room))
	assert.Equal(t, sim.Fail, f.outcome, "cluster3 has no limit and stands before cluster4: %+v", f)
	f = balanced("first", 0, queued(func(_ int, open [3]int) int {
		if open[0] < 2 {
			return 0
		}
		return 1
	}))
	assert.Equal(t, sim.Pass, f.outcome, "%+v", f)
	assert.Equal(t, sim.Fail, balanced("first", 0, queued(inTurn)).outcome)
}

func TestLawsOfHashes(t *testing.T) {
	keyed := func(server func(key, i int) int, paths bool) (list []request) {
		for i := range 300 {
			key := i % 30
			q := &sim.Request{Seq: int64(i), Status: 200, Source: fmt.Sprintf("192.168.1.%d", 50+key), Path: "/index.php", Server: fmt.Sprintf("cluster%d", 2+server(key, i))}
			if paths {
				q.Path = fmt.Sprintf("/page%d?user=u%d&n=%d", key/2, key, i%2)
			}
			list = append(list, request{epoch.Add(time.Duration(i) * time.Millisecond), q})
		}
		return list
	}
	sticky := func(key, _ int) int { return key / 2 % 3 }
	turns := func(_, i int) int { return i / 7 % 3 }
	one := func(int, int) int { return 1 }
	for _, c := range []struct {
		name, balance string
		requests      []request
		want          sim.Outcome
	}{
		{"source", "source", keyed(sticky, false), sim.Pass},
		{"source in turn", "source", keyed(turns, false), sim.Fail},
		{"source, all to one", "source", keyed(one, false), sim.Fail},
		{"uri", "uri", keyed(sticky, true), sim.Pass},
		{"uri in turn", "uri", keyed(turns, true), sim.Fail},
		{"uri whole", "uri whole", keyed(func(key, i int) int { return (key + i%2) % 3 }, true), sim.Pass},
		{"uri without its query is broken by that", "uri", keyed(func(key, i int) int { return (key + i%2) % 3 }, true), sim.Fail},
		{"url_param", "url_param user", keyed(sticky, true), sim.Pass},
		{"url_param in turn", "url_param user", keyed(turns, true), sim.Fail},
		{"url_param that nobody has", "url_param none", keyed(sticky, true), sim.Inconclusive},
		{"hdr", "hdr(User-Agent)", keyed(one, false), sim.Pass},
		{"hdr in turn", "hdr(User-Agent)", keyed(turns, false), sim.Fail},
		{"nothing came twice", "source", keyed(sticky, false)[:30], sim.Inconclusive},
		{"unknown", "rdp-cookie", keyed(sticky, false), sim.Inconclusive},
	} {
		f := balanced(c.balance, 0, c.requests)
		assert.Equal(t, c.want, f.outcome, "%s: %+v", c.name, f)
		assert.NotEmpty(t, f.reason, c.name)
	}
}

// The laws of round robin and random are their distributions, by the weights.
func TestLawsOfTurnsAndChance(t *testing.T) {
	even := answers(spreadOver(map[string]int{"cluster2": 30, "cluster3": 30, "cluster4": 30})...)
	odd := answers(spreadOver(map[string]int{"cluster2": 60, "cluster3": 20, "cluster4": 10})...)
	for _, balance := range []string{"roundrobin", "static-rr", "random"} {
		assert.Equal(t, sim.Pass, balanced(balance, 0, even).outcome, balance)
		assert.Equal(t, sim.Fail, balanced(balance, 0, odd).outcome, balance)
	}
}

func TestWindowsOfActions(t *testing.T) {
	s := &sim.Scenario{Timeline: []sim.Step{{Action: &sim.Action{Name: "reload"}}, {Action: &sim.Action{Name: "never"}}}}
	h := sim.History{
		{At: epoch, Request: &sim.Request{Status: 200}},
		{At: epoch.Add(3 * time.Second), Kind: sim.KindAction, Action: &sim.ActionDone{ID: "reload", Took: time.Second}},
		{At: epoch.Add(9 * time.Second), Request: &sim.Request{Status: 200}},
	}
	r := newRecord(h, s)
	for kind, want := range map[sim.WindowKind][2]time.Duration{
		sim.Before: {0, 2 * time.Second}, sim.During: {2 * time.Second, 3 * time.Second}, sim.After: {3 * time.Second, 9*time.Second + 1},
	} {
		w, err := r.window(sim.Window{Kind: kind, Fault: "reload"})
		assert.NoError(t, err)
		assert.Equal(t, want, [2]time.Duration{w.from.Sub(epoch), w.to.Sub(epoch)}, kind)
	}
	for _, w := range []sim.Window{{Kind: sim.Detected, Fault: "reload"}, {Kind: sim.During, Fault: "never"}, {Kind: sim.During, Fault: "nobody"}} {
		_, err := r.window(w)
		assert.Error(t, err, w)
	}
}

func TestWorkThatProvesNothing(t *testing.T) {
	fail := 1
	steps := []sim.Step{{Action: &sim.Action{Name: "reload"}}, {Action: &sim.Action{Name: "refused", Exit: &fail}}}
	h := sim.History{
		{At: epoch, Request: &sim.Request{Status: 200}},
		{At: epoch.Add(3 * time.Second), Kind: sim.KindAction, Action: &sim.ActionDone{ID: "reload", Output: sim.Output{Code: 1}}},
		{At: epoch.Add(3 * time.Second), Kind: sim.KindAction, Action: &sim.ActionDone{ID: "refused", Output: sim.Output{Code: 1}}},
		{At: epoch.Add(4 * time.Second), Request: &sim.Request{Status: 200}},
	}
	r := newRecord(h, &sim.Scenario{Timeline: steps})
	lost := func(name string, settle time.Duration) finding {
		return r.lost(&sim.NoneLost{From: name, To: name, Settle: settle})
	}
	assert.Contains(t, lost("reload", 2*time.Second).reason, "ended with code 1")
	assert.Equal(t, sim.Inconclusive, lost("reload", 2*time.Second).outcome)
	assert.Equal(t, sim.Pass, lost("refused", 2*time.Second).outcome, "that it is refused is what is expected")
	assert.Contains(t, lost("refused", time.Second).reason, "no request was under way")
	assert.Contains(t, lost("drain", time.Second).reason, "was not done")
}

func TestPagesThatTheHistoryDoesNotHold(t *testing.T) {
	r := &record{plan: sim.DefaultPlan(), config: ReadConfig("backend b\n" + trio), pages: map[string]*sim.Page{"a": {Hash: "a", Text: "page 1"}, "b": {Hash: "b", Text: "page 2"}, "cut": {Hash: "cut", Text: "page", Cut: true}}}
	of := func(hashes ...string) (list []request) {
		for i, h := range hashes {
			list = append(list, request{epoch, &sim.Request{Path: "/", Status: 200, Server: fmt.Sprintf("cluster%d", 2+i%3), Body: h}})
		}
		return list
	}
	match := &sim.PageMatch{TextMatch: sim.TextMatch{Contains: []string{"page"}}}
	digits := &sim.SameContent{Ignore: []string{`\d`}}
	for _, c := range []struct {
		name string
		got  finding
		want sim.Outcome
	}{
		{"all are there", r.page(match, of("a", "b")), sim.Pass},
		{"one is not", r.page(match, of("a", "x")), sim.Inconclusive},
		{"one is cut", r.page(match, of("a", "cut")), sim.Inconclusive},
		{"one is empty", r.page(match, of("a", "")), sim.Fail},
		{"no answer", r.page(&sim.PageMatch{Status: []string{"503"}, TextMatch: match.TextMatch}, of("a")), sim.Inconclusive},
		{"the same", r.content(&sim.SameContent{}, of("x", "x", "x")), sim.Pass},
		{"not the same", r.content(&sim.SameContent{}, of("x", "x", "y")), sim.Fail},
		{"the same but for digits", r.content(digits, of("a", "b", "a")), sim.Pass},
		{"not even known", r.content(digits, of("a", "b", "x")), sim.Inconclusive},
		{"a server is missing", r.content(&sim.SameContent{}, of("x", "x")), sim.Inconclusive},
		{"it is not asked for", r.content(&sim.SameContent{Servers: []string{"cluster2", "cluster3"}}, of("x", "x")), sim.Pass},
	} {
		assert.Equal(t, c.want, c.got.outcome, "%s: %+v", c.name, c.got)
	}
}
