package judge_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"simulacro/sim"
	"simulacro/sim/judge"
	"simulacro/sim/simtest"
)

const claims = `title: All that can be expected
load: {rate: 120, paths: [/index.php]}
timeline:
  - {fault: node-kill, name: kill, target: cluster3, at: 5s, for: 14s}
  - {run: systemctl reload haproxy, name: reload, node: cluster1, at: 2s}
settle: 6s
expect:
  - {name: Availability.Bound, availability: 99.5 %}
  - {name: Availability.Slice, availability: {is: 85 %, slice: 1s}}
  - {name: Budget.Requests, budget: {requests: 10}}
  - {name: Budget.Time, budget: {time: 80ms}}
  - {name: Budget.Outage, budget: {outage: 20ms}}
  - {name: Budget.Spends, budget: {objective: 99 %, over: 1m, spends: 14 %}}
  - {name: Share.Bound, share: {cluster3: 0 %}, in: detected}
  - {name: Distribution.Even, distribution: even, in: before}
  - {name: Distribution.Algorithm, distribution: algorithm, in: before}
  - {name: Distribution, distribution: weights, in: before}
  - {name: Detection, detection: kill}
  - {name: Detection.Within, detection: {fault: kill, within: 6s}}
  - {name: Recovery, recovery: kill}
  - {name: Recovery.Within, recovery: {fault: kill, within: 3s}}
  - {name: Status.Only, status: {only: [200, 503]}}
  - {name: Status.None, status: {none: [reset, 4xx], 200: ">= 1 %"}}
  - {name: Status.Share, status: {none: reset, 503: "<= 2 %"}}
  - {name: State.Always, state: {of: cluster2, always: UP, check: L4OK}}
  - {name: State.Never, state: {of: cluster2, never: MAINT, check: L4OK}}
  - {name: State.Reaches, state: {of: cluster3, reaches: DOWN, never: MAINT}}
  - {name: State.Check, state: {of: cluster2, check: L4OK, never: MAINT}}
  - {name: State.Sees, state: {of: cluster3, sees: [L4OK, L4TOUT], never: MAINT}}
  - {name: State.Sequence, state: {of: cluster3, sequence: [UP, DOWN, UP], never: MAINT}}
  - {name: Output.Exit, output: {of: reload, exit: 0, contains: Reloaded}}
  - {name: Output.Contains, output: {of: reload, contains: "Reloaded 192.168.1.101", lacks: ALERT}}
  - {name: Output.Lacks, output: {of: reload, lacks: ALERT, contains: Reloaded}}
  - {name: Output.Matches, output: {of: reload, matches: "Reloaded .*1", lacks: ALERT}}
  - {name: Log.Contains, log: {contains: http_back/cluster3 is DOWN, lacks: ALERT}}
  - {name: Log.Lacks, log: {lacks: ALERT, contains: Server}}
  - {name: Log.Matches, log: {matches: "is DOWN, reason: .* timeout", lacks: ALERT}}
  - {name: Page.Contains, page: {contains: Simulacro, lacks: <?php}}
  - {name: Page.Lacks, page: {path: /index.php, lacks: <?php, contains: <p>}}
  - {name: Page.Matches, page: {of: cluster3, matches: "Server: 10\\.0\\.100\\.", lacks: <?php}}
  - {name: Content, content: {path: /index.php, ignore: "Server: .*"}, in: before}
  - {name: Lost.Most, lost: reload}
  - {name: Latency.Bound, latency: {p99: 50ms}, in: before}
`

// parameters say what an expectation is about, or are borne by it: they cannot be violated.
var parameters = []string{
	"Availability.OK", "Budget.Objective", "Budget.Over", "Budget.OK", "Share.Server", "Distribution.Servers", "Distribution.Within",
	"Detection.Fault", "Detection.Servers", "Detection.Allow", "Recovery.Fault", "Recovery.Servers", "Recovery.Allow", "State.Servers",
	"Output.Action", "Log.Node", "Page.Path", "Page.Servers", "Page.Status", "Content.Path", "Content.Servers", "Content.Ignore",
	"Lost.From", "Lost.To", "Lost.Settle", "Latency.Q", "Latency.Op",
}

// around are the fields of an Expectation that expect nothing.
var around = []string{"Name", "Why", "Line", "Window"}

// claimed is a history in which all the claims hold.
func claimed() sim.History {
	h := each(simtest.KillServer(), func(e *sim.Event, _ time.Duration) bool {
		if q := e.Request; q != nil {
			if q.Source = "192.168.1.50"; q.Server != "" {
				q.Body = "of-" + q.Server
			}
		}
		if e.Run != nil {
			e.Run.Source = claims
		}
		return true
	})
	for i, server := range []string{"cluster2", "cluster3", "cluster4"} {
		h = append(h, sim.Event{At: simtest.Epoch, Kind: sim.KindPage, Page: &sim.Page{Path: "/index.php", Status: 200, Server: server,
			Hash: "of-" + server, Text: fmt.Sprintf("<title>Simulacro</title>\n<p>\nServer: 10.0.100.1%d<br>\n", i+2)}})
	}
	return append(h, sim.Event{At: simtest.Epoch.Add(2200 * time.Millisecond), Kind: sim.KindAction, Node: "cluster1", Action: &sim.ActionDone{
		ID: "reload", Command: "systemctl reload haproxy", Took: 150 * time.Millisecond, Output: sim.Output{Stdout: "Reloaded 192.168.1.101"}}})
}

func actions(h sim.History, change func(a *sim.ActionDone)) sim.History {
	return each(h, func(e *sim.Event, _ time.Duration) bool {
		if e.Action != nil {
			a := *e.Action
			change(&a)
			e.Action = &a
		}
		return true
	})
}

func pages(h sim.History, from, to string) sim.History {
	return each(h, func(e *sim.Event, _ time.Duration) bool {
		if e.Page != nil {
			p := *e.Page
			p.Text = strings.ReplaceAll(p.Text, from, to)
			e.Page = &p
		}
		return true
	})
}

func logs(h sim.History, from, to string) sim.History {
	return each(h, func(e *sim.Event, _ time.Duration) bool {
		if e.Kind == sim.KindLog {
			e.Text = strings.ReplaceAll(e.Text, from, to)
		}
		return true
	})
}

// failing lets requests fail.
func failing(h sim.History, from, to time.Duration, n int) sim.History {
	return requests(h, from, to, func(q *sim.Request) {
		if n > 0 && q.Status == 200 {
			q.Status, q.Server, q.Body, n = 502, "", "", n-1
		}
	})
}

func late(up bool) func(h sim.History) sim.History {
	return func(h sim.History) sim.History {
		h = without(h, isChange)
		if up {
			return stats(h, "cluster3", 19*time.Second, 28*time.Second, func(s *sim.ServerStats) { s.Status = "DOWN 1/2" })
		}
		return stats(h, "cluster3", 0, 18500*time.Millisecond, func(s *sim.ServerStats) { s.Status = "UP" })
	}
}

func unfair(h sim.History) sim.History {
	return requests(h, 0, 4*time.Second, func(q *sim.Request) {
		if q.Server == "cluster3" && q.Seq%2 == 0 {
			q.Server = "cluster2"
		}
	})
}

func state(server string, change func(s *sim.ServerStats)) func(h sim.History) sim.History {
	return func(h sim.History) sim.History {
		return stats(h, server, 10*time.Second, 10500*time.Millisecond, change)
	}
}

// violations break one claim each.
var violations = map[string]func(h sim.History) sim.History{
	"Availability.Bound": func(h sim.History) sim.History { return failing(h, 25*time.Second, 30*time.Second, 20) },
	"Availability.Slice": func(h sim.History) sim.History {
		for s := range 5 {
			h = failing(h, time.Duration(s)*time.Second, time.Duration(s+1)*time.Second, 1)
		}
		return h
	},
	"Budget.Requests": func(h sim.History) sim.History { return failing(h, 25*time.Second, 30*time.Second, 4) },
	"Budget.Time":     func(h sim.History) sim.History { return failing(h, 25*time.Second, 30*time.Second, 4) },
	"Budget.Outage":   func(h sim.History) sim.History { return failing(h, 25*time.Second, 30*time.Second, 3) },
	"Budget.Spends":   func(h sim.History) sim.History { return failing(h, 25*time.Second, 30*time.Second, 4) },
	"Share.Bound": func(h sim.History) sim.History {
		return requests(h, 15*time.Second, 15100*time.Millisecond, func(q *sim.Request) { q.Server = "cluster3" })
	},
	"Distribution.Even":      unfair,
	"Distribution.Algorithm": unfair,
	"Distribution":           unfair,
	"Detection":              late(false),
	"Detection.Within":       late(false),
	"Recovery":               late(true),
	"Recovery.Within":        late(true),
	"Status.Only":            func(h sim.History) sim.History { return failing(h, time.Second, 2*time.Second, 1) },
	"Status.None": func(h sim.History) sim.History {
		return requests(h, 0, time.Second, func(q *sim.Request) { q.Status = 404 })
	},
	"Status.Share": func(h sim.History) sim.History {
		return requests(h, 25*time.Second, 26*time.Second, func(q *sim.Request) { q.Status = 503 })
	},
	"State.Always": state("cluster2", func(s *sim.ServerStats) { s.Status = "DOWN" }),
	"State.Never":  state("cluster2", func(s *sim.ServerStats) { s.Status = "MAINT" }),
	"State.Reaches": func(h sim.History) sim.History {
		return stats(h, "cluster3", 0, ever, func(s *sim.ServerStats) { s.Status = "UP" })
	},
	"State.Check": state("cluster2", func(s *sim.ServerStats) { s.CheckStatus = "L4CON" }),
	"State.Sees": func(h sim.History) sim.History {
		return stats(h, "cluster3", 0, ever, func(s *sim.ServerStats) { s.CheckStatus = "L4OK" })
	},
	"State.Sequence": state("cluster3", func(s *sim.ServerStats) { s.Status = "NOLB" }),
	"Output.Exit":    func(h sim.History) sim.History { return actions(h, func(a *sim.ActionDone) { a.Output.Code = 1 }) },
	"Output.Contains": func(h sim.History) sim.History {
		return actions(h, func(a *sim.ActionDone) { a.Output.Stdout = "nothing" })
	},
	"Output.Lacks": func(h sim.History) sim.History {
		return actions(h, func(a *sim.ActionDone) { a.Output.Stderr = "[ALERT]" })
	},
	"Output.Matches": func(h sim.History) sim.History {
		return actions(h, func(a *sim.ActionDone) { a.Output.Stdout = "Reloaded it" })
	},
	"Log.Contains":  func(h sim.History) sim.History { return logs(h, "cluster3 is DOWN", "cluster3 is going") },
	"Log.Lacks":     func(h sim.History) sim.History { return logs(h, "reason", "ALERT") },
	"Log.Matches":   func(h sim.History) sim.History { return logs(h, "timeout", "refusal") },
	"Page.Contains": func(h sim.History) sim.History { return pages(h, "Simulacro", "It works!") },
	"Page.Lacks":    func(h sim.History) sim.History { return pages(h, "Simulacro", "<?php") },
	"Page.Matches":  func(h sim.History) sim.History { return pages(h, "10.0.100.13", "localhost") },
	"Content": func(h sim.History) sim.History {
		return pages(h, "<p>\nServer: 10.0.100.13", "<b>\nServer: 10.0.100.13")
	},
	"Lost.Most": func(h sim.History) sim.History { return failing(h, 2300*time.Millisecond, 3*time.Second, 1) },
	"Latency.Bound": func(h sim.History) sim.History {
		return requests(h, time.Second, 1500*time.Millisecond, func(q *sim.Request) { q.Latency = time.Second })
	},
}

// fields lists what can be claimed: "Type.Field" for each field below an Expectation, "Type" for those that are nothing but
// parameters (and for a distribution by weights, which is the lack of a field).
func fields() (all []string) {
	e := reflect.TypeFor[sim.Expectation]()
	for i := range e.NumField() {
		name, kind := e.Field(i).Name, e.Field(i).Type
		if slices.Contains(around, name) {
			continue
		}
		own := 0
		for _, f := range reflect.VisibleFields(kind.Elem()) {
			if f.Anonymous {
				continue
			}
			if key := name + "." + f.Name; !slices.Contains(parameters, key) {
				all, own = append(all, key), own+1
			}
		}
		if own == 0 || slices.Contains([]string{"Distribution", "Detection", "Recovery"}, name) {
			all = append(all, name)
		}
	}
	return all
}

// Whatever can be expected is violated by some history, and by nothing but what that history differs in. A field that is
// added to an expectation without a violation here fails this test.
func TestEveryClaimCanBeViolated(t *testing.T) {
	want := fields()
	slices.Sort(want)
	require.Equal(t, want, slices.Sorted(maps.Keys(violations)), "each thing that can be expected needs a violation, or is a parameter")

	whole := claimed()
	v := judge.Judge(whole, load(t, whole))
	for _, c := range v.Checks {
		require.Equal(t, sim.Pass, c.Outcome, "%+v", c)
		assert.NotEmpty(t, c.Reason, c.Name)
		assert.NotEmpty(t, c.Measured, c.Name)
		assert.NotEmpty(t, c.Bound, c.Name)
	}
	for name, violate := range violations {
		t.Run(name, func(t *testing.T) {
			h := violate(claimed())
			s := load(t, h)
			i := slices.IndexFunc(s.Expect, func(e sim.Expectation) bool { return e.Name == name })
			require.GreaterOrEqual(t, i, 0, "no expectation of that name")
			c := checkOf(judge.Judge(h, s), name)
			assert.Equal(t, sim.Fail, c.Outcome, "%+v", c)
			assert.NotEmpty(t, c.Reason)
			if forget(&s.Expect[i], name) {
				c = checkOf(judge.Judge(h, s), name)
				assert.Equal(t, sim.Pass, c.Outcome, "without %s it holds: %+v", name, c)
			}
		})
	}
}

func checkOf(v sim.Verdict, name string) sim.Check {
	i := slices.IndexFunc(v.Checks, func(c sim.Check) bool { return c.Name == name })
	return v.Checks[i]
}

// forget takes one claim out of an expectation that makes another one too; false where it makes no other.
func forget(e *sim.Expectation, name string) bool {
	kind, field, _ := strings.Cut(name, ".")
	if !slices.Contains([]string{"Status", "State", "Output", "Log", "Page"}, kind) {
		return false
	}
	f := reflect.ValueOf(e).Elem().FieldByName(kind).Elem().FieldByName(field)
	f.SetZero()
	return true
}
