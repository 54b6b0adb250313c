// Package simtest makes histories as runs leave them, for the tests of the judge, the reports and the command. They come
// from a small model of the cluster (round robin, checks, retries), a fixed seed and a fixed clock, so that each is always
// the same to the byte.
//
//	h := simtest.KillServer()
//	s, _ := scenario.Load("kill-server.yaml", []byte(h.Run().Source), scenario.Options{})
//	v := judge.Judge(h, s)
package simtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"simulacro/sim"
)

// Epoch is the moment at which the load of every history starts.
var Epoch = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// HAProxyCfg is a configuration in the manner of the practical's.
const HAProxyCfg = `global
    maxconn 3000
    stats socket /var/lib/haproxy/stats
defaults
    mode http
    option httplog
    option redispatch
    retries 3
    timeout connect 10s
    timeout client 1m
    timeout server 1m
    timeout check 10s
frontend http_front
    bind 192.168.1.101:80
    default_backend http_back
backend http_back
    balance roundrobin
    server cluster2 10.0.100.12:80 weight 1 maxconn 1000 check
    server cluster3 10.0.100.13:80 weight 1 maxconn 1000 check
    server cluster4 10.0.100.14:80 weight 1 maxconn 1000 check
`

// Model is one fault of a cluster under load; times count from the start of the load.
type Model struct {
	Name    string // of the scenario
	Title   string
	Source  string // the scenario file
	Fault   string
	Kind    string
	Targets []string
	Rate    int // requests/s
	Length  time.Duration
	Effect  time.Duration // when the fault is seen to work; it was injected 20 ms before
	Down    time.Duration // when the director has the victims DOWN; 0: never
	Recover time.Duration // when the recovery is asked for
	Back    time.Duration // when the recovery is seen
	Up      time.Duration // when the director has the victims UP
	// Hit is what becomes of a request sent at t to a victim that has failed and is not known to be DOWN.
	Hit func(t time.Duration, q *sim.Request, rng *rand.Rand)
	// Nobody is what the director answers where all servers are DOWN.
	Nobody func(q *sim.Request)

	rng    *rand.Rand
	events sim.History
	total  map[string]int64
}

// History plays the model.
func (m *Model) History() sim.History {
	m.rng = rand.New(rand.NewPCG(1, 2))
	m.events, m.total = nil, map[string]int64{}
	m.event(-2*time.Second, sim.Event{Kind: sim.KindRun, Run: &sim.RunInfo{Scenario: m.Name, Title: m.Title, Source: m.Source,
		Director: sim.Simulacro, Seed: 42, Plan: sim.DefaultPlan(), HAProxyCfg: HAProxyCfg, Version: "test"}})
	m.phase(-1900*time.Millisecond, "steady")
	m.phase(0, "load")
	m.requests()
	m.samples()
	m.faultSteps()
	m.phase(m.Effect-30*time.Millisecond, "faults")
	m.phase(m.Back, "after")
	sent := int64(m.Length.Seconds() * float64(m.Rate))
	m.event(m.Length+10*time.Millisecond, sim.Event{Kind: sim.KindLoad, Node: "client",
		Load: &sim.LoadSummary{Target: float64(m.Rate), Achieved: float64(m.Rate) - 0.04, Sent: sent}})
	m.phase(m.Length+20*time.Millisecond, "done")
	slices.SortStableFunc(m.events, func(a, b sim.Event) int { return a.At.Compare(b.At) })
	return m.events
}

func (m *Model) event(t time.Duration, e sim.Event) {
	e.At = Epoch.Add(t)
	m.events = append(m.events, e)
}

func (m *Model) phase(t time.Duration, text string) {
	m.event(t, sim.Event{Kind: sim.KindPhase, Text: text})
}

// victim tells whether the fault hits a server at t: broken in fact, and DOWN to the director.
func (m *Model) victim(server string, t time.Duration) (broken, down bool) {
	hit := slices.Contains(m.Targets, server)
	for _, target := range m.Targets {
		hit = hit || target == "storage"
	}
	return hit && t >= m.Effect && t < m.Back, hit && m.Down > 0 && t >= m.Down && t < m.Up
}

var servers = []string{"cluster2", "cluster3", "cluster4"}

func (m *Model) requests() {
	turn := 0
	for i := range int(m.Length.Seconds() * float64(m.Rate)) {
		t := time.Duration(i) * time.Second / time.Duration(m.Rate)
		q := &sim.Request{Seq: int64(i), Path: "/index.php", Status: 200, Latency: m.served(), Late: time.Duration(m.rng.IntN(90)) * time.Microsecond}
		for range servers {
			q.Server = servers[turn%len(servers)]
			turn++
			if _, down := m.victim(q.Server, t); !down {
				break
			}
			q.Server = ""
		}
		if q.Server == "" {
			m.Nobody(q)
		} else if broken, _ := m.victim(q.Server, t); broken {
			m.Hit(t, q, m.rng)
		}
		m.total[q.Server]++
		m.event(t, sim.Event{Kind: sim.KindRequest, Node: "client", Request: q})
	}
}

// served is the latency of a request that nothing is wrong with: log-normal about 2.4 ms.
func (m *Model) served() time.Duration {
	return time.Duration(2.4e6 * math.Exp(0.35*m.rng.NormFloat64()))
}

func (m *Model) samples() {
	for t := -time.Second; t <= m.Length; t += 200 * time.Millisecond {
		for _, server := range servers {
			broken, down := m.victim(server, t)
			s := &sim.ServerStats{Backend: "http_back", Server: server, Status: "UP", CheckStatus: "L4OK", Weight: 1}
			switch {
			case down:
				s.Status, s.CheckStatus, s.Downs = "DOWN", "L4TOUT", 1
			case broken && m.Down > 0 && t > (m.Effect+m.Down)/2:
				s.Status, s.CheckStatus = "UP 2/3", "L4TOUT"
			}
			m.event(t, sim.Event{Kind: sim.KindStats, Node: "cluster1", Stats: s})
		}
	}
	for _, server := range servers {
		if _, down := m.victim(server, m.Down); down {
			m.log(m.Down, fmt.Sprintf("Server http_back/%s is DOWN, reason: Layer4 timeout, check duration: 2001ms.", server))
			m.log(m.Up, fmt.Sprintf("Server http_back/%s is UP, reason: Layer4 check passed, check duration: 0ms.", server))
		}
	}
}

func (m *Model) log(t time.Duration, text string) {
	m.event(t+40*time.Millisecond, sim.Event{Kind: sim.KindLog, Node: "cluster1", Text: text})
}

func (m *Model) faultSteps() {
	for i, target := range m.Targets {
		for _, s := range []struct {
			t              time.Duration
			step, evidence string
		}{
			{m.Effect - 30*time.Millisecond, sim.StepPlanned, ""},
			{m.Effect - 20*time.Millisecond, sim.StepInjected, ""},
			{m.Effect, sim.StepEffect, target + ": process gone, port 80 refuses"},
			{m.Recover, sim.StepRecover, ""},
			{m.Back, sim.StepRecovered, target + ": port 80 answers 200"},
		} {
			m.event(s.t+time.Duration(i)*time.Millisecond, sim.Event{Kind: sim.KindFault, Node: target,
				Fault: &sim.FaultStep{ID: m.Fault, Kind: m.Kind, Target: target, Step: s.step, Evidence: s.evidence}})
		}
	}
}
