package fault

import (
	"context"
	"strings"
)

// nodeKill pulls the plug. A machine without power sends no packet any more, but the kernel under a killed container resets
// its connections; so the node is cut off first, which ends with it. Its peers wait for their own timeouts.
var nodeKill = Kind{
	Name: "node-kill",
	Does: "The node loses its power: every process is gone at once, nobody says goodbye.",
	Inject: func(ctx context.Context, s *Site) error {
		if err := s.run(ctx, "nft", silence); err != nil {
			return err
		}
		return s.Kill(ctx, s.Node.Name)
	},
	Effect: func(ctx context.Context, s *Site) (Seen, error) { return down(ctx, s, Exited) },
	Recover: func(ctx context.Context, s *Site) error {
		if err := startNode(ctx, s); err != nil {
			return err
		}
		return endSilence(ctx, s)
	},
	Recovered: up,
}

// silence is one nft transaction that drops every packet but the node's own to itself.
const silence = `table inet ` + nftTable + ` {` +
	` chain input { type filter hook input priority -200; iifname != "lo" drop; };` +
	` chain output { type filter hook output priority -200; oifname != "lo" drop; }; }`

// endSilence is for a node that was cut off and then not killed, because the runner was.
func endSilence(ctx context.Context, s *Site) error {
	tables, err := s.ask(ctx, "nft", "list", "tables")
	if err != nil || !strings.Contains(tables, nftTable) {
		return err
	}
	return s.run(ctx, "nft", "delete table inet "+nftTable)
}

// startNode switches a node on that is off; on another it does nothing.
func startNode(ctx context.Context, s *Site) error {
	st, err := s.State(ctx, s.Node.Name)
	if err != nil || st != Exited {
		return err
	}
	return s.Start(ctx, s.Node.Name)
}
