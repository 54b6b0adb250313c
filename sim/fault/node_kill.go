package fault

import "context"

// nodeKill pulls the plug. Connections under way may see a reset, since the kernel under a killed container closes them;
// cutting the node off first would spare them that, but its orphaned sockets then keep the dead network alive for minutes,
// and a node that is started meanwhile is deaf. Later the address is silent: peers wait for their own timeouts.
var nodeKill = Kind{
	Name:      "node-kill",
	Does:      "The node loses its power: every process is gone at once, nobody says goodbye.",
	Inject:    func(ctx context.Context, s *Site) error { return s.Kill(ctx, s.Node.Name) },
	Effect:    func(ctx context.Context, s *Site) (Seen, error) { return down(ctx, s, Exited) },
	Recover:   startNode,
	Recovered: up,
}

// startNode switches a node on that is off; on another it does nothing.
func startNode(ctx context.Context, s *Site) error {
	st, err := s.State(ctx, s.Node.Name)
	if err != nil || st != Exited {
		return err
	}
	return s.Start(ctx, s.Node.Name)
}
