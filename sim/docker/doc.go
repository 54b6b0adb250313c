// Package docker runs a cluster in containers: the only package that speaks to the Docker Engine. It makes and removes
// clusters, finds those that an earlier command made, and acts on their nodes.
//
//	rt, err := docker.Open(ctx)
//	defer rt.Close()
//	cluster, err := rt.Up(ctx, sim.Spec{Name: "simulacro", Plan: sim.DefaultPlan()}, nil)
//	out, err := cluster.Exec(ctx, "cluster2", "systemctl", "is-active", "httpd")
//	err = cluster.Down(ctx)
//
// Everything it makes carries the label LabelCluster, so that a cluster is found and removed by its label alone, whatever
// became of the process that made it. It works with engines from 20.10 (API 1.41) on, with cgroup v1 and v2.
//
// A command in a node is an exec of the engine's, which costs it a tenth of a second of a processor; who runs many calls
// Cluster.Attend first.
//
// Networks, then all nodes, are asked for at once, through the engine's own client: six bare containers made as generic
// containers of testcontainers-go took 7 to 14 % longer (a network listing and an image lookup each), and a missing image would
// be asked of a registry, which a node's must never be; its connection takes 120 ms instead of 1. What serves here is its
// detection of an engine beside the usual socket, and the tests' foreign networks.
package docker
