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
// Much of the engine's work is asked for at once (networks, then all nodes), through the engine's own client: the generic
// containers of testcontainers-go cost an image lookup and a network listing a node and offer a missing image to the
// registry, which a node must never be. Its detection of an engine beside the usual socket is what serves here.
package docker
