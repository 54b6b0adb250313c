package judge

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"simulacro/sim"
)

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// answers are requests a millisecond apart, each answered by the named server at once.
func answers(servers ...string) (list []request) {
	for i, s := range servers {
		list = append(list, request{epoch.Add(time.Duration(i) * time.Millisecond), &sim.Request{Status: 200, Server: s, Latency: time.Microsecond}})
	}
	return list
}

func spreadOver(counts map[string]int) (servers []string) {
	for _, s := range []string{"cluster2", "cluster3", "cluster4"} {
		for range counts[s] {
			servers = append(servers, s)
		}
	}
	return servers
}

func TestDistributionFollowsTheAlgorithm(t *testing.T) {
	cfg := func(balance, weights string) string {
		var w [3]int
		fmt.Sscan(weights, &w[0], &w[1], &w[2])
		return fmt.Sprintf("backend b\n balance %s\n server cluster2 10.0.100.12:80 weight %d\n server cluster3 10.0.100.13:80 weight %d\n server cluster4 10.0.100.14:80 weight %d\n", balance, w[0], w[1], w[2])
	}
	for _, c := range []struct {
		name    string
		balance string
		weights string
		d       sim.Distribution
		counts  map[string]int
		want    sim.Outcome
	}{
		{"round robin, one apart", "roundrobin", "1 1 1", sim.Distribution{Even: true}, map[string]int{"cluster2": 34, "cluster3": 33, "cluster4": 33}, sim.Pass},
		{"round robin, two apart", "roundrobin", "1 1 1", sim.Distribution{Even: true}, map[string]int{"cluster2": 34, "cluster3": 34, "cluster4": 32}, sim.Fail},
		{"two apart are borne", "roundrobin", "1 1 1", sim.Distribution{Even: true, Within: 1}, map[string]int{"cluster2": 34, "cluster3": 34, "cluster4": 32}, sim.Pass},
		{"one server does not answer", "static-rr", "1 1 1", sim.Distribution{Even: true}, map[string]int{"cluster2": 50, "cluster3": 50}, sim.Fail},
		{"only those named", "roundrobin", "1 1 1", sim.Distribution{Even: true, Servers: []string{"cluster2", "cluster3"}}, map[string]int{"cluster2": 50, "cluster3": 50}, sim.Pass},
		{"one more than those named", "roundrobin", "1 1 1", sim.Distribution{Even: true, Servers: []string{"cluster2", "cluster3"}}, map[string]int{"cluster2": 50, "cluster3": 50, "cluster4": 1}, sim.Fail},
		{"by weight", "roundrobin", "3 2 1", sim.Distribution{}, map[string]int{"cluster2": 300, "cluster3": 200, "cluster4": 100}, sim.Pass},
		{"not by weight", "roundrobin", "3 2 1", sim.Distribution{}, map[string]int{"cluster2": 304, "cluster3": 196, "cluster4": 100}, sim.Fail},
		{"even although weights differ", "roundrobin", "3 2 1", sim.Distribution{Even: true}, map[string]int{"cluster2": 300, "cluster3": 200, "cluster4": 100}, sim.Fail},
		{"weight 0 has no part", "roundrobin", "1 1 0", sim.Distribution{}, map[string]int{"cluster2": 50, "cluster3": 50}, sim.Pass},
		{"random, as chance has it", "random", "1 1 1", sim.Distribution{Even: true}, map[string]int{"cluster2": 320, "cluster3": 355, "cluster4": 325}, sim.Pass},
		{"random, as few places have it", "random", "1 1 1", sim.Distribution{Even: true}, map[string]int{"cluster2": 340, "cluster3": 290, "cluster4": 370}, sim.Pass},
		{"random, against all chance", "random", "64 64 64", sim.Distribution{Even: true}, map[string]int{"cluster2": 280, "cluster3": 400, "cluster4": 320}, sim.Fail},
		{"random, against few places too", "random", "1 1 1", sim.Distribution{Even: true}, map[string]int{"cluster2": 120, "cluster3": 560, "cluster4": 320}, sim.Fail},
		{"random, too few to tell", "random", "1 1 1", sim.Distribution{Even: true}, map[string]int{"cluster2": 5, "cluster3": 5, "cluster4": 4}, sim.Inconclusive},
		{"leastconn promises nothing", "leastconn", "1 1 1", sim.Distribution{Even: true}, map[string]int{"cluster2": 34, "cluster3": 33, "cluster4": 33}, sim.Inconclusive},
		{"leastconn within", "leastconn", "1 1 1", sim.Distribution{Even: true, Within: 5}, map[string]int{"cluster2": 37, "cluster3": 33, "cluster4": 30}, sim.Pass},
		{"leastconn beyond", "leastconn", "1 1 1", sim.Distribution{Even: true, Within: 5}, map[string]int{"cluster2": 40, "cluster3": 33, "cluster4": 27}, sim.Fail},
	} {
		t.Run(c.name, func(t *testing.T) {
			requests := answers(spreadOver(c.counts)...)
			r := &record{plan: sim.DefaultPlan(), config: ReadConfig(cfg(c.balance, c.weights)), requests: requests}
			f := r.distribution(&c.d, window{epoch, epoch.Add(time.Hour)}, requests)
			assert.Equal(t, c.want, f.outcome, "%+v", f)
		})
	}
}

// Every stretch of a round robin is even to one request, wherever it is cut; and never with a turn skipped twice.
func TestRoundRobinIsEvenWhereverItIsCut(t *testing.T) {
	config := ReadConfig("backend b\n server cluster2 10.0.100.12:80\n server cluster3 10.0.100.13:80\n server cluster4 10.0.100.14:80\n")
	rapid.Check(t, func(t *rapid.T) {
		var turns []string
		for i := range 120 {
			turns = append(turns, []string{"cluster2", "cluster3", "cluster4"}[i%3])
		}
		from := rapid.IntRange(0, 60).Draw(t, "from")
		to := rapid.IntRange(from+6, 120).Draw(t, "to")
		all := answers(turns...)
		r := &record{plan: sim.DefaultPlan(), config: config, requests: all}
		w := window{all[from].at, all[to-1].at.Add(1)}
		if f := r.distribution(&sim.Distribution{Even: true}, w, r.in(w)); f.outcome != sim.Pass {
			t.Fatalf("%+v", f)
		}
		skipped := 0
		for i := from; i < to && skipped < 2; i++ {
			if all[i].Server == "cluster3" {
				all[i].Server, skipped = "cluster2", skipped+1
			}
		}
		if f := r.distribution(&sim.Distribution{Even: true}, w, r.in(w)); f.outcome != sim.Fail {
			t.Fatalf("%+v", f)
		}
	})
}

// Of two drawn servers the less loaded one is taken: what is sent while others are under way is not chance alone.
func TestTwoDrawsAreChanceOnlyWhereNothingIsUnderWay(t *testing.T) {
	judged := func(balance string, latency time.Duration) finding {
		all := answers(spreadOver(map[string]int{"cluster2": 141, "cluster3": 79, "cluster4": 80})...)
		for i := range 55 { // the first ones, all of cluster2, wait
			all[i].Latency = latency
		}
		r := &record{plan: sim.DefaultPlan(), config: ReadConfig("backend b\n balance " + balance + "\n default-server weight 64\n server cluster2 10.0.100.12:80\n server cluster3 10.0.100.13:80\n server cluster4 10.0.100.14:80\n"), requests: all}
		return r.distribution(&sim.Distribution{Even: true}, window{epoch, epoch.Add(time.Hour)}, all)
	}
	assert.Equal(t, sim.Fail, judged("random", time.Microsecond).outcome)
	assert.Equal(t, sim.Fail, judged("random(1)", 10*time.Millisecond).outcome)
	f := judged("random", 10*time.Millisecond)
	assert.NotEqual(t, sim.Fail, f.outcome, "%+v", f)
	f = judged("random(2)", time.Second)
	assert.Equal(t, sim.Inconclusive, f.outcome)
	assert.Contains(t, f.reason, "random(1)")
}

func TestRequestsUnderWayAtTheEdgesAreAllowedFor(t *testing.T) {
	all := answers("cluster2", "cluster2", "cluster2", "cluster3", "cluster4", "cluster2", "cluster3", "cluster4", "cluster3", "cluster4")
	all[0].Latency = 10 * time.Millisecond // sent before the window, and still waiting for its turn when that begins
	r := &record{plan: sim.DefaultPlan(), config: ReadConfig("backend b\n server cluster2 10.0.100.12:80\n server cluster3 10.0.100.13:80\n server cluster4 10.0.100.14:80\n"), requests: all}
	f := r.distribution(&sim.Distribution{Even: true}, window{all[1].at, epoch.Add(time.Second)}, all[1:])
	assert.Equal(t, sim.Pass, f.outcome, "%+v", f)
	assert.Equal(t, "exact to 1 request + 1 under way at the window's edges", f.bound)
}

func TestStatusWords(t *testing.T) {
	for _, c := range []struct {
		q  sim.Request
		is []string
		no []string
	}{
		{sim.Request{Status: 200}, []string{"200", "2xx"}, []string{"201", "5xx", "error", "eof"}},
		{sim.Request{Status: 503}, []string{"503", "5xx"}, []string{"504", "error"}},
		{sim.Request{Status: 200, Error: "eof"}, []string{"eof", "error"}, []string{"200", "2xx"}},
		{sim.Request{Error: "refused"}, []string{"refused", "error"}, []string{"reset", "5xx"}},
		{sim.Request{}, []string{"error"}, []string{"200"}},
	} {
		q := request{Request: &c.q}
		for _, s := range c.is {
			assert.True(t, q.is(s), "%+v is %s", c.q, s)
		}
		for _, s := range c.no {
			assert.False(t, q.is(s), "%+v is not %s", c.q, s)
		}
	}
}

func TestQuantilesAreNearestRank(t *testing.T) {
	var sorted []time.Duration
	for i := range 100 {
		sorted = append(sorted, time.Duration(i+1))
	}
	for q, want := range map[float64]time.Duration{0.5: 50, 0.99: 99, 0.999: 100, 1: 100, 0.001: 1} {
		assert.Equal(t, want, quantile(sorted, q), q)
	}
	assert.Equal(t, time.Duration(7), quantile([]time.Duration{7}, 0.5))
}

func TestOutputLogAndExit(t *testing.T) {
	three := 3
	s := &sim.Scenario{Timeline: []sim.Step{{Action: &sim.Action{Name: "status", Node: "cluster1", Run: "systemctl status haproxy", Exit: &three}}, {Action: &sim.Action{Name: "free"}}}}
	plan := sim.DefaultPlan()
	plan.Outer, _ = sim.ParseNet("192.168.77")
	h := func(code int) sim.History {
		return sim.History{
			{At: epoch, Kind: sim.KindRun, Run: &sim.RunInfo{Plan: plan}},
			{At: epoch.Add(1), Kind: sim.KindAction, Node: "cluster1", Action: &sim.ActionDone{ID: "status",
				Output: sim.Output{Code: code, Stdout: "cannot bind socket for [192.168.77.101:80]\n", Stderr: "warning\n"}}},
			{At: epoch.Add(2), Kind: sim.KindLog, Node: "cluster1", Text: "proxy http_front started"},
			{At: epoch.Add(3), Kind: sim.KindPhase, Text: "done"},
		}
	}
	r := newRecord(h(3), s)
	match := func(contains, lacks, matches string) (m sim.TextMatch) {
		for text, to := range map[string]*[]string{contains: &m.Contains, lacks: &m.Lacks, matches: &m.Matches} {
			if text != "" {
				*to = []string{text}
			}
		}
		return m
	}
	for _, c := range []struct {
		name string
		got  finding
		want sim.Outcome
	}{
		{"contains, with the practical's address", r.output(&sim.OutputMatch{Action: "status", TextMatch: match("[192.168.1.101:80]", "", "")}), sim.Pass},
		{"stderr counts", r.output(&sim.OutputMatch{Action: "status", TextMatch: match("warning", "", "")}), sim.Pass},
		{"does not contain", r.output(&sim.OutputMatch{Action: "status", TextMatch: match("running", "", "")}), sim.Fail},
		{"lacks", r.output(&sim.OutputMatch{Action: "status", TextMatch: match("", "running", "")}), sim.Pass},
		{"does not lack", r.output(&sim.OutputMatch{Action: "status", TextMatch: match("", "warning", "")}), sim.Fail},
		{"matches", r.output(&sim.OutputMatch{Action: "status", TextMatch: match("", "", `bind \w+ for`)}), sim.Pass},
		{"does not match", r.output(&sim.OutputMatch{Action: "status", TextMatch: match("", "", `^bind`)}), sim.Fail},
		{"exit", r.output(&sim.OutputMatch{Action: "status", Exit: &three}), sim.Pass},
		{"another exit", newRecord(h(0), s).output(&sim.OutputMatch{Action: "status", Exit: &three}), sim.Fail},
		{"not done", r.output(&sim.OutputMatch{Action: "free"}), sim.Inconclusive},
		{"log contains", r.log(&sim.LogMatch{Node: "cluster1", TextMatch: match("http_front started", "", "")}, window{epoch, epoch.Add(9)}), sim.Pass},
		{"log outside of the window", r.log(&sim.LogMatch{Node: "cluster1", TextMatch: match("http_front started", "", "")}, window{epoch, epoch.Add(2)}), sim.Fail},
		{"log of another node", r.log(&sim.LogMatch{Node: "cluster2", TextMatch: match("http_front started", "", "")}, window{epoch, epoch.Add(9)}), sim.Fail},
		{"log lacks", r.log(&sim.LogMatch{Node: "cluster1", TextMatch: match("", "ALERT", "")}, window{epoch, epoch.Add(9)}), sim.Pass},
		{"no log, so nothing is lacking", r.log(&sim.LogMatch{Node: "cluster2", TextMatch: match("", "ALERT", "")}, window{epoch, epoch.Add(9)}), sim.Inconclusive},
	} {
		assert.Equal(t, c.want, c.got.outcome, "%s: %+v", c.name, c.got)
	}
	checks := r.exits()
	assert.Equal(t, []sim.Outcome{sim.Pass, sim.Inconclusive}, []sim.Outcome{checks[0].Outcome, checks[1].Outcome}, "%+v", checks)
	assert.Equal(t, sim.Fail, newRecord(h(1), s).exits()[0].Outcome)
}

// A request that was under way when the fault struck says nothing of the time before.
func TestBeforeLeavesOutWhatTheFaultCaught(t *testing.T) {
	s := &sim.Scenario{Timeline: []sim.Step{{Fault: &sim.Fault{Name: "kill", Targets: []string{"cluster2"}}}}}
	h := sim.History{
		{At: epoch, Request: &sim.Request{Status: 200, Latency: time.Millisecond}},
		{At: epoch.Add(10 * time.Millisecond), Request: &sim.Request{Error: "reset", Latency: 4 * time.Millisecond}},
		{At: epoch.Add(12 * time.Millisecond), Kind: sim.KindFault, Fault: &sim.FaultStep{ID: "kill", Target: "cluster2", Step: sim.StepInjected}},
		{At: epoch.Add(20 * time.Millisecond), Request: &sim.Request{Status: 503}},
	}
	r := newRecord(h, s)
	for _, w := range []sim.Window{{Kind: sim.Before}, {Kind: sim.Before, Fault: "kill"}} {
		got, err := r.window(w)
		assert.NoError(t, err)
		assert.Len(t, r.in(got), 1)
	}
}

func TestAnEmptyHistoryIsInconclusive(t *testing.T) {
	s := &sim.Scenario{Load: sim.Load{Rate: 1}, Expect: []sim.Expectation{{Window: sim.Window{Kind: sim.All}, Availability: &sim.Availability{Bound: sim.Bound{Op: ">="}}}}}
	assert.Equal(t, sim.Inconclusive, Judge(nil, s).Outcome)
}

// A scenario that leaves the target to the catalogue is judged again without one, by the targets that the history tells of.
func TestTargetsComeFromTheHistoryWhereTheScenarioHasNone(t *testing.T) {
	s := &sim.Scenario{Timeline: []sim.Step{{Fault: &sim.Fault{Name: "clash"}}}}
	h := sim.History{{At: epoch, Kind: sim.KindPhase, Text: "load"}}
	assert.Equal(t, "it was not injected", newRecord(h, s).evidence(newRecord(h, s).faults["clash"]).reason)
	for i, step := range []string{sim.StepInjected, sim.StepEffect, sim.StepRecover, sim.StepRecovered} {
		h = append(h, sim.Event{At: epoch.Add(time.Duration(i)), Kind: sim.KindFault, Fault: &sim.FaultStep{ID: "clash", Target: "cluster1", Step: step, Evidence: "seen"}})
	}
	r := newRecord(h, s)
	assert.Equal(t, sim.Pass, r.evidence(r.faults["clash"]).outcome)
}

func TestAnOutputThatWasCutCannotTell(t *testing.T) {
	r := &record{plan: sim.DefaultPlan(), actions: map[string]*sim.ActionDone{"a": {Cut: true, Output: sim.Output{Stdout: "first"}}}}
	zero := 0
	assert.Equal(t, sim.Inconclusive, r.output(&sim.OutputMatch{Action: "a", TextMatch: sim.TextMatch{Lacks: []string{"last"}}}).outcome)
	assert.Equal(t, sim.Pass, r.output(&sim.OutputMatch{Action: "a", Exit: &zero}).outcome)
}
