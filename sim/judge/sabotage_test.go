package judge_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simulacro/sim"
	"simulacro/sim/judge"
	"simulacro/sim/simtest"
)

// each gives a history of its own in which every event has been handed to change, which may drop it by false.
func each(h sim.History, change func(e *sim.Event, t time.Duration) bool) sim.History {
	var out sim.History
	for _, e := range h {
		if e.Request != nil {
			q := *e.Request
			e.Request = &q
		}
		if e.Stats != nil {
			s := *e.Stats
			e.Stats = &s
		}
		if e.Load != nil {
			l := *e.Load
			e.Load = &l
		}
		if e.Fault != nil {
			f := *e.Fault
			e.Fault = &f
		}
		if e.Run != nil {
			r := *e.Run
			e.Run = &r
		}
		if change(&e, e.At.Sub(simtest.Epoch)) {
			out = append(out, e)
		}
	}
	return out
}

func requests(h sim.History, from, to time.Duration, change func(q *sim.Request)) sim.History {
	return each(h, func(e *sim.Event, t time.Duration) bool {
		if e.Request != nil && t >= from && t < to {
			change(e.Request)
		}
		return true
	})
}

func stats(h sim.History, server string, from, to time.Duration, change func(s *sim.ServerStats)) sim.History {
	return each(h, func(e *sim.Event, t time.Duration) bool {
		if e.Stats != nil && e.Stats.Server == server && t >= from && t < to {
			change(e.Stats)
		}
		return true
	})
}

func without(h sim.History, drop func(e sim.Event) bool) sim.History {
	return slices.DeleteFunc(slices.Clone(h), drop)
}

func step(name string) func(e sim.Event) bool {
	return func(e sim.Event) bool { return e.Fault != nil && e.Fault.Step == name }
}

func isChange(e sim.Event) bool {
	return e.Kind == sim.KindLog && strings.Contains(e.Text, "Server http_back/")
}

const ever = time.Hour

// Each expectation and each reason for trust is broken on its own by a history that differs in one thing: so no check is
// empty. The check that must notice is named; others may notice too.
func TestASabotagedHistoryDoesNotPass(t *testing.T) {
	once := func(change func(q *sim.Request)) func(q *sim.Request) {
		done := false
		return func(q *sim.Request) {
			if !done {
				change(q)
			}
			done = true
		}
	}
	for _, c := range []struct {
		name, check, window string
		drill               func() sim.History
		sabotage            func(h sim.History) sim.History
		want                sim.Outcome
		reason              string
	}{
		{"too many requests fail", "availability", "all", simtest.KillServer, func(h sim.History) sim.History {
			return requests(h, 24*time.Second, 24200*time.Millisecond, func(q *sim.Request) { q.Status = 502; q.Server = "" })
		}, sim.Fail, "502 × 24, 503 × 7"},
		{"an answer breaks off", "availability", "restored blackout", simtest.AllKilled, func(h sim.History) sim.History {
			return requests(h, 21*time.Second, ever, once(func(q *sim.Request) { q.Error = "eof" }))
		}, sim.Fail, "eof × 1"},
		{"a single request goes out of turn", "even distribution", "before kill", simtest.KillServer, func(h sim.History) sim.History {
			moved := false
			return requests(h, time.Second, 4*time.Second, func(q *sim.Request) {
				if q.Server == "cluster3" && !moved {
					q.Server, moved = "cluster2", true
				}
			})
		}, sim.Fail, "differ by 3 requests"},
		{"the director uses a server that is DOWN", "share of cluster3", "detected kill", simtest.KillServer, func(h sim.History) sim.History {
			return requests(h, 15*time.Second, ever, once(func(q *sim.Request) { q.Server = "cluster3" }))
		}, sim.Fail, "cluster3 answered 1 of"},
		{"a stranger answers", "even distribution", "restored kill", simtest.KillServer, func(h sim.History) sim.History {
			return requests(h, 25*time.Second, ever, once(func(q *sim.Request) { q.Server = "cluster9" }))
		}, sim.Fail, "cluster9 answered 1 requests, but has no part"},
		{"detected too late", "detection of kill", "", simtest.KillServer, func(h sim.History) sim.History {
			h = without(h, isChange)
			return stats(h, "cluster3", 0, 17400*time.Millisecond, func(s *sim.ServerStats) { s.Status = "UP" })
		}, sim.Fail, "took 12.4s"},
		{"never detected", "detection of kill", "", simtest.KillServer, func(h sim.History) sim.History {
			h = without(h, isChange)
			return stats(h, "cluster3", 0, ever, func(s *sim.ServerStats) { s.Status = "UP" })
		}, sim.Fail, "never seen to have cluster3 DOWN"},
		{"DOWN before the fault", "detection of kill", "", simtest.KillServer, func(h sim.History) sim.History {
			return stats(h, "cluster3", -ever, ever, func(s *sim.ServerStats) { s.Status = "DOWN" })
		}, sim.Inconclusive, "was not UP before the fault"},
		{"no check", "detection of kill", "", simtest.KillServer, func(h sim.History) sim.History {
			return each(h, func(e *sim.Event, _ time.Duration) bool {
				if e.Run != nil {
					e.Run.HAProxyCfg = strings.ReplaceAll(e.Run.HAProxyCfg, " check\n", "\n")
				}
				return true
			})
		}, sim.Fail, "has no check"},
		{"taken back too late", "recovery from kill", "", simtest.KillServer, func(h sim.History) sim.History {
			h = without(h, isChange)
			return stats(h, "cluster3", 19*time.Second, 26100*time.Millisecond, func(s *sim.ServerStats) { s.Status = "DOWN 1/2" })
		}, sim.Fail, "took 6.5s"},
		{"never taken back", "recovery from kill", "", simtest.KillServer, func(h sim.History) sim.History {
			h = without(h, isChange)
			return stats(h, "cluster3", 19*time.Second, ever, func(s *sim.ServerStats) { s.Status = "DOWN" })
		}, sim.Fail, "never seen to have cluster3 UP"},
		{"taken back, but not used", "recovery from kill", "", simtest.KillServer, func(h sim.History) sim.History {
			return requests(h, 20*time.Second, ever, func(q *sim.Request) {
				if q.Server == "cluster3" {
					q.Server = "cluster2"
				}
			})
		}, sim.Fail, "answered none of the"},
		{"never taken out", "recovery from kill", "", simtest.KillServer, func(h sim.History) sim.History {
			h = without(h, isChange)
			return stats(h, "cluster3", 0, ever, func(s *sim.ServerStats) { s.Status = "UP" })
		}, sim.Fail, "nothing to take back"},
		{"another status than allowed", "status mix", "before kill", simtest.KillServer, func(h sim.History) sim.History {
			return requests(h, time.Second, ever, once(func(q *sim.Request) { q.Status = 304 }))
		}, sim.Fail, "outside of what is allowed: 304"},
		{"a single 200 where all servers are dead", "status mix", "detected blackout", simtest.AllKilled, func(h sim.History) sim.History {
			return requests(h, 12*time.Second, ever, once(func(q *sim.Request) { q.Status = 200 }))
		}, sim.Fail, "outside of what is allowed: 200"},
		{"a status too rarely", "status mix", "during storage", simtest.StorageHang, func(h sim.History) sim.History {
			return requests(h, 5*time.Second, 6*time.Second, func(q *sim.Request) { q.Status, q.Error = 200, "" })
		}, sim.Fail, "timeout is 52.00 %"},
		{"a server flaps", "states of servers", "all", simtest.KillServer, func(h sim.History) sim.History {
			return stats(h, "cluster4", 12*time.Second, 12200*time.Millisecond, func(s *sim.ServerStats) { s.Status = "DOWN" })
		}, sim.Fail, "cluster4 was DOWN at 10:00:12"},
		{"a check goes red", "states of servers", "all", simtest.StorageHang, func(h sim.History) sim.History {
			return stats(h, "cluster2", 9*time.Second, 9200*time.Millisecond, func(s *sim.ServerStats) { s.CheckStatus = "L4CON" })
		}, sim.Fail, "cluster2's check was L4CON"},
		{"a state is not reached", "states of servers", "during kill", simtest.KillServer, func(h sim.History) sim.History {
			return stats(h, "cluster3", 0, ever, func(s *sim.ServerStats) { s.Status = "UP 1/3" })
		}, sim.Fail, "was never DOWN"},
		{"no samples", "states of servers", "all", simtest.StorageHang, func(h sim.History) sim.History {
			return without(h, func(e sim.Event) bool { return e.Stats != nil && e.Stats.Server == "cluster4" })
		}, sim.Inconclusive, "no sample of the state of cluster4"},
		{"the log is silent", "log of cluster1", "during kill", simtest.KillServer, func(h sim.History) sim.History {
			return without(h, isChange)
		}, sim.Fail, "does not contain"},
		{"slower than the bound", "latency", "before kill", simtest.KillServer, func(h sim.History) sim.History {
			return requests(h, time.Second, 1100*time.Millisecond, func(q *sim.Request) { q.Latency = 60 * time.Millisecond })
		}, sim.Fail, "p99 is 60ms"},
		{"quicker than the bound", "latency", "undetected kill", simtest.KillServer, func(h sim.History) sim.History {
			return requests(h, 0, ever, func(q *sim.Request) { q.Latency = time.Millisecond })
		}, sim.Fail, "max is 1ms"},

		{"no effect", "evidence of kill", "", simtest.KillServer, func(h sim.History) sim.History { return without(h, step(sim.StepEffect)) }, sim.Inconclusive, "the effect was not seen on cluster3"},
		{"no effect on one of three", "evidence of blackout", "", simtest.AllKilled, func(h sim.History) sim.History {
			return without(h, func(e sim.Event) bool { return step(sim.StepEffect)(e) && e.Fault.Target == "cluster4" })
		}, sim.Inconclusive, "the effect was not seen on cluster4"},
		{"no recovery", "evidence of kill", "", simtest.KillServer, func(h sim.History) sim.History { return without(h, step(sim.StepRecovered)) }, sim.Inconclusive, "the recovery was not seen"},
		{"no evidence", "evidence of kill", "", simtest.KillServer, func(h sim.History) sim.History {
			return each(h, func(e *sim.Event, _ time.Duration) bool {
				if e.Fault != nil {
					e.Fault.Evidence = ""
				}
				return true
			})
		}, sim.Inconclusive, "has no evidence"},
		{"a step failed", "evidence of kill", "", simtest.KillServer, func(h sim.History) sim.History {
			return append(slices.Clone(h), sim.Event{At: simtest.Epoch.Add(6 * time.Second), Kind: sim.KindFault,
				Fault: &sim.FaultStep{ID: "kill", Target: "cluster3", Step: sim.StepFailed, Evidence: "it still answers"}})
		}, sim.Inconclusive, "it still answers"},
		{"a window that needs the effect", "share of cluster3", "detected kill", simtest.KillServer, func(h sim.History) sim.History { return without(h, step(sim.StepEffect)) }, sim.Inconclusive, "the effect was not seen of kill"},
		{"the run broke off", "run complete", "", simtest.KillServer, func(h sim.History) sim.History {
			return without(h, func(e sim.Event) bool { return e.Text == "done" })
		}, sim.Inconclusive, "no phase"},
		{"load too low", "load delivered", "", simtest.KillServer, func(h sim.History) sim.History {
			return each(h, func(e *sim.Event, _ time.Duration) bool {
				if e.Load != nil {
					e.Load.Achieved = 118
				}
				return true
			})
		}, sim.Inconclusive, "another experiment"},
		{"load dropped", "load delivered", "", simtest.KillServer, func(h sim.History) sim.History {
			return each(h, func(e *sim.Event, _ time.Duration) bool {
				if e.Load != nil {
					e.Load.Dropped = 100
				}
				return true
			})
		}, sim.Inconclusive, "100 requests were not sent"},
		{"requests lost on the way", "load delivered", "", simtest.KillServer, func(h sim.History) sim.History {
			return without(h, func(e sim.Event) bool { return e.Request != nil && e.Request.Seq == 77 })
		}, sim.Inconclusive, "the history holds 3839"},
		{"the generator is silent", "load delivered", "", simtest.KillServer, func(h sim.History) sim.History {
			return without(h, func(e sim.Event) bool { return e.Load != nil })
		}, sim.Inconclusive, "did not tell"},
		{"no requests in a window", "availability", "restored blackout", simtest.AllKilled, func(h sim.History) sim.History {
			return without(h, func(e sim.Event) bool { return e.Request != nil && e.At.Sub(simtest.Epoch) > 18*time.Second })
		}, sim.Inconclusive, "no request was sent"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := c.sabotage(c.drill())
			v := judge.Judge(h, load(t, h))
			i := slices.IndexFunc(v.Checks, func(k sim.Check) bool { return k.Name == c.check && k.Window == c.window })
			require.GreaterOrEqual(t, i, 0, "no check %q in %q", c.check, c.window)
			assert.Equal(t, c.want, v.Checks[i].Outcome, "%+v", v.Checks[i])
			assert.Contains(t, v.Checks[i].Reason, c.reason)
			if c.want != sim.Pass {
				assert.NotEqual(t, sim.Pass, v.Outcome)
			}
		})
	}
}

// The order in which events of several sources were written does not matter, nor does when the run took place.
func TestTheVerdictDependsOnNothingButTheEvents(t *testing.T) {
	h := simtest.AllKilled()
	s := load(t, h)
	want := judge.Judge(h, s)
	rapid.Check(t, func(t *rapid.T) {
		shift := time.Duration(rapid.Int64Range(-1e15, 1e15).Draw(t, "shift"))
		moved := each(h, func(e *sim.Event, _ time.Duration) bool { e.At = e.At.Add(shift); return true })
		for range rapid.IntRange(0, 50).Draw(t, "swaps") {
			i := rapid.IntRange(1, len(moved)-1).Draw(t, "i")
			j := rapid.IntRange(1, len(moved)-1).Draw(t, "j")
			if moved[i].At != moved[j].At {
				moved[i], moved[j] = moved[j], moved[i]
			}
		}
		got := judge.Judge(moved, s)
		if !slices.Equal(got.Checks, want.Checks) || !slices.Equal(got.Facts, want.Facts) {
			t.Fatalf("got %+v", got)
		}
	})
}

// A failure more never makes availability pass that did not pass before.
func TestMoreFailuresAreNeverBetter(t *testing.T) {
	h := simtest.AllKilled()
	s := load(t, h)
	rank := map[sim.Outcome]int{sim.Pass: 0, sim.Fail: 1}
	rapid.Check(t, func(t *rapid.T) {
		worse := func(h sim.History, n int) sim.History {
			return requests(h, 20*time.Second, ever, func(q *sim.Request) {
				if n > 0 {
					q.Status, n = 500, n-1
				}
			})
		}
		n := rapid.IntRange(0, 5).Draw(t, "n")
		a, b := judge.Judge(worse(h, n), s), judge.Judge(worse(h, n+1), s)
		for i := range a.Checks {
			if a.Checks[i].Name == "availability" && a.Checks[i].Window != "detected blackout" && rank[a.Checks[i].Outcome] > rank[b.Checks[i].Outcome] {
				t.Fatalf("%+v, then %+v", a.Checks[i], b.Checks[i])
			}
		}
	})
}
