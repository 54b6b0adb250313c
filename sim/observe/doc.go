// Package observe turns what a cluster says of itself into events: the director's statistics, sampled through its stats
// socket, and the lines that its log gets. It runs inside the director's node as `simulacro observe`, so that a sample
// bears the time at which it was taken, whatever the way out of the node costs.
//
//	o := observe.Observer{Node: "cluster1", Socket: "/var/lib/haproxy/stats", Log: "/var/log/haproxy.log"}
//	err := o.Run(ctx, func(e sim.Event) { … })
package observe
