package simtest

import (
	"math/rand/v2"
	"time"

	"simulacro/sim"
)

const killServer = `title: {en: One real server is killed under load, es: Un servidor real muere bajo carga}
load: {rate: 120}
timeline:
  - {fault: node-kill, name: kill, target: cluster3, at: 5s, for: 14s}
settle: 6s
expect:
  - availability: 99.5 %
  - {distribution: even, in: before}
  - {share: {cluster3: 0 %}, in: detected}
  - {distribution: {law: even, of: [cluster2, cluster4]}, in: detected}
  - detection: kill
  - recovery: kill
  - {distribution: even, in: restored}
  - {status: {only: [200]}, in: before}
  - {status: {only: [200, 503]}, in: undetected}
  - {state: {of: [cluster2, cluster4], always: UP, check: L4OK}}
  - {state: {of: cluster3, reaches: DOWN}, in: during}
  - {log: {contains: Server http_back/cluster3 is DOWN}, in: during}
  - {latency: {p50: 5ms, p99: 50ms}, in: before}
  - {latency: {max: ">= 1s"}, in: undetected}
`

// KillServer is a drill in which cluster3 dies for 14 s and the rest carries the load: while the director does not know,
// a request of its turn waits a second for each retry and goes elsewhere, and some fail.
func KillServer() sim.History {
	m := &Model{
		Name: "kill-server", Title: "One real server is killed under load", Source: killServer,
		Fault: "kill", Kind: "node-kill", Targets: []string{"cluster3"}, Rate: 120, Length: 32 * time.Second,
		Effect: 5 * time.Second, Down: 10740 * time.Millisecond, Recover: 19 * time.Second, Back: 19700 * time.Millisecond, Up: 22460 * time.Millisecond,
		Hit: func(_ time.Duration, q *sim.Request, rng *rand.Rand) {
			q.Server = []string{"cluster2", "cluster4"}[rng.IntN(2)]
			q.Latency += 3 * time.Second
			if rng.IntN(30) == 0 {
				q.Server, q.Status = "", 503
			}
		},
	}
	return m.History()
}

const allKilled = `title: All real servers are killed
load: {rate: 60, timeout: 4s}
timeline:
  - {fault: node-kill, name: blackout, target: servers, at: 4s, for: 12s}
settle: 4s
expect:
  - {status: {only: [503]}, in: detected}
  - {availability: 0 %, in: detected}
  - {availability: 100 %, in: before}
  - {availability: 100 %, in: restored}
  - detection: blackout
  - recovery: blackout
`

// AllKilled is a drill in which all servers die: errors until the director knows, then 503.
func AllKilled() sim.History {
	m := &Model{
		Name: "all-killed", Title: "All real servers are killed", Source: allKilled,
		Fault: "blackout", Kind: "node-kill", Targets: servers, Rate: 60, Length: 25 * time.Second,
		Effect: 4 * time.Second, Down: 9800 * time.Millisecond, Recover: 16 * time.Second, Back: 16900 * time.Millisecond, Up: 19100 * time.Millisecond,
		Hit: func(t time.Duration, q *sim.Request, _ *rand.Rand) {
			q.Server, q.Status, q.Latency = "", 503, 3*time.Second
			if t > 16*time.Second { // the servers are about to come back
				q.Latency = 9 * time.Millisecond
			}
		},
		Nobody: func(q *sim.Request) { q.Status, q.Latency = 503, 700*time.Microsecond },
	}
	return m.History()
}

const storageHang = `title: The storage dies under a hard mount
load: {rate: 60, timeout: 5s}
timeline:
  - {fault: storage-kill, name: storage, target: storage, at: 4s, for: 10s}
settle: 4s
expect:
  - {state: {always: UP, check: L4OK}}
  - {status: {only: [200, timeout]}}
  - {availability: <= 40 %, in: during}
  - {status: {timeout: ">= 60 %"}, in: during}
  - {latency: {p99: ">= 5s"}, in: during}
`

// StorageHang is a drill in which the storage is gone for 10 s: the checks stay green, requests hang, clients give up.
func StorageHang() sim.History {
	m := &Model{
		Name: "storage-hang", Title: "The storage dies under a hard mount", Source: storageHang,
		Fault: "storage", Kind: "storage-kill", Targets: []string{"storage"}, Rate: 60, Length: 22 * time.Second,
		Effect: 4 * time.Second, Recover: 14 * time.Second, Back: 15100 * time.Millisecond,
		Hit: func(t time.Duration, q *sim.Request, _ *rand.Rand) {
			back := 15200*time.Millisecond - t // the mount answers again, and with it what waited
			if q.Latency = back; back > 5*time.Second {
				q.Server, q.Status, q.Error, q.Latency = "", 0, "timeout", 5*time.Second
			}
		},
	}
	return m.History()
}
