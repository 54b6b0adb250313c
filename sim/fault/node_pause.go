package fault

import "context"

// nodePause freezes every process of a node while its kernel goes on: connections are accepted and nobody answers, so an
// L4 check stays green.
var nodePause = Kind{
	Name:     "node-pause",
	Does:     "The node's processes freeze; its kernel still accepts connections, which nobody answers.",
	Evidence: "The node is paused, and its users get no answer.",
	Accepts:  true,
	Takes:    true,
	Inject:   func(ctx context.Context, s *Site) error { return s.Pause(ctx, s.Node.Name) },
	Effect:   func(ctx context.Context, s *Site) (Seen, error) { return down(ctx, s, Paused) },
	Recover: func(ctx context.Context, s *Site) error {
		st, err := s.State(ctx, s.Node.Name)
		if err != nil || st != Paused {
			return err
		}
		return s.Unpause(ctx, s.Node.Name)
	},
	Recovered: up,
}
