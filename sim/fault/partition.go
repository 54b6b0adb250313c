package fault

import (
	"context"
	"fmt"
	"strings"

	"simulacro/sim"
)

// nftTable is the only nftables table that this project makes in a node: healing is removing it.
const nftTable = "simulacro"

// partition cuts a node off by dropping packets in the node itself, because an engine that disconnects a network takes
// the interface away, which no cable does.
var partition = Kind{
	Name:     "partition",
	Does:     "Packets between the node and the others are dropped without a word.",
	Evidence: "The node's rules drop packets, and it does not answer a ping from the peer, or from the director (of the director itself: from the client).",
	Touches:  []string{"its cut"},
	Params: []sim.FaultParam{
		{Name: "peer", Does: "the node on the other side of the cut; by default everybody"},
		{Name: "way", Default: "both", Choices: []string{"in", "out", "both"}, Does: "what is cut: in is what the node would receive"},
	},
	Check: func(s *Site) error {
		_, err := s.cutRules()
		return err
	},
	// There is one table a node: the recovery of one cut would mend another with it.
	Save: func(ctx context.Context, s *Site) error {
		cut, said, err := s.cut(ctx)
		if err == nil && cut {
			err = fmt.Errorf("%s already; one cut a node at a time (a cut may also be made at its peer)", said)
		}
		return err
	},
	Inject: func(ctx context.Context, s *Site) error {
		rules, err := s.cutRules()
		if err != nil {
			return err
		}
		return s.run(ctx, "nft", rules)
	},
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		cut, said, err := s.cut(ctx)
		if err != nil || !cut {
			return Seen{Evidence: said}, err
		}
		reached, more, err := s.reached(ctx)
		return Seen{!reached, said + "; " + more}, err
	},
	Recover: func(ctx context.Context, s *Site) error {
		cut, _, err := s.cut(ctx)
		if err != nil || !cut {
			return err
		}
		return s.run(ctx, "nft", "delete table inet "+nftTable)
	},
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		cut, said, err := s.cut(ctx)
		if err != nil || cut {
			return Seen{Evidence: said}, err
		}
		reached, more, err := s.reached(ctx)
		return Seen{reached, more}, err
	},
}

// cutRules is one nft transaction. Loopback stays: a node that is cut off still speaks with itself.
func (s *Site) cutRules() (string, error) {
	match, err := s.peerAddr()
	if err != nil {
		return "", err
	}
	chain := func(hook, iface, dir string) string {
		rule := fmt.Sprintf("%s != \"lo\" drop", iface)
		if match != "" {
			rule = fmt.Sprintf("ip %s %s drop", dir, match)
		}
		// Ahead of firewalld's chains, which sit at priority 0 and above.
		return fmt.Sprintf(" chain %s { type filter hook %s priority -200; %s; };", hook, hook, rule)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "table inet %s {", nftTable)
	way := s.Params["way"]
	if way != "in" && way != "out" && way != "both" {
		return "", fmt.Errorf("way %q: must be in, out or both", way)
	}
	if way != "out" {
		b.WriteString(chain("input", "iifname", "saddr"))
	}
	if way != "in" {
		b.WriteString(chain("output", "oifname", "daddr"))
	}
	b.WriteString(" }")
	return b.String(), nil
}

// peerAddr is the address under which the node knows its peer, "" where there is none. Between nodes that share no network
// there is nothing to cut, and that no ping passes would prove nothing.
func (s *Site) peerAddr() (string, error) {
	name := s.Params["peer"]
	if name == "" {
		return "", nil
	}
	peer, err := s.Plan.Node(name)
	switch {
	case err != nil:
		return "", fmt.Errorf("peer: %w", err)
	case peer.Name == s.Node.Name:
		return "", fmt.Errorf("peer %s is the node itself", name)
	case peer.Inner.IsValid() && s.Node.Inner.IsValid():
		return peer.Inner.String(), nil
	case peer.Outer.IsValid() && s.Node.Outer.IsValid():
		return peer.Outer.String(), nil
	}
	return "", fmt.Errorf("peer %s is on another network: there is nothing to cut", name)
}

// cut tells whether our table is there. A node that does not run has none: it went with the node's network.
func (s *Site) cut(ctx context.Context) (bool, string, error) {
	if st, err := s.State(ctx, s.Node.Name); err != nil || st == Exited || st == Gone {
		return false, s.Node.Name + " is " + st, err
	}
	tables, err := s.ask(ctx, "nft", "list", "tables")
	if err != nil {
		return false, "", err
	}
	for line := range strings.Lines(tables) {
		if strings.TrimSpace(line) == "table inet "+nftTable {
			return true, s.Node.Name + ": packets are dropped", nil
		}
	}
	return false, s.Node.Name + ": no packet is dropped", nil
}

// reached pings from the peer, or from a node on the same network. One way cut is enough for no answer.
func (s *Site) reached(ctx context.Context) (bool, string, error) {
	from := s.Params["peer"]
	if from == "" {
		from = s.neighbour()
	}
	peer, err := s.Plan.Node(from)
	if err != nil {
		return false, "", err
	}
	to := s.Node.Inner
	if !to.IsValid() || !peer.Inner.IsValid() {
		to = s.Node.Outer
	}
	out, err := s.Exec(ctx, peer.Name, "ping", "-n", "-c", "1", "-W", webWait, to.String())
	if err != nil {
		return false, "", fmt.Errorf("ping %s from %s: %w", to, peer.Name, err)
	}
	if out.Code == 0 {
		return true, fmt.Sprintf("%s answers a ping from %s", to, peer.Name), nil
	}
	return false, fmt.Sprintf("%s does not answer a ping from %s", to, peer.Name), nil
}

func (s *Site) neighbour() string {
	if s.Node.Role == sim.Director {
		return "client"
	}
	return s.Plan.Nodes()[0].Name
}
