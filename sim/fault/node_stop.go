package fault

import "context"

// nodeStop is an orderly shutdown: services are stopped, connections are closed.
var nodeStop = Kind{
	Name:      "node-stop",
	Does:      "The node is shut down in order, as `poweroff` does.",
	Evidence:  "As of node-kill: the node does not run, and its users are not served.",
	Takes:     true,
	Inject:    func(ctx context.Context, s *Site) error { return s.Stop(ctx, s.Node.Name) },
	Effect:    func(ctx context.Context, s *Site) (Seen, error) { return down(ctx, s, Exited) },
	Recover:   startNode,
	Recovered: up,
}
