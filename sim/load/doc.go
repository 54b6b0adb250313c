// Package load sends requests at a rate of its own, whatever the answers do (an open loop), and times each from the
// moment at which it should have been sent, so that a stall of the service or of the generator cannot hide latency. It
// runs inside the client node as `simulacro load`, where each request becomes one NDJSON line of sim.Event.
//
//	spec := load.Spec{URL: "http://192.168.1.101", Steps: []load.Step{{Rate: 300, For: 10 * time.Second}}}
//	sum, err := load.Run(ctx, spec, func(e sim.Event) { rec.Record(e) })
package load
