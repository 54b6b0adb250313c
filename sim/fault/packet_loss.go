package fault

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"simulacro/sim"
)

// lossTable is the nftables table of packet-loss, beside that of partition: both may be there at once.
const lossTable = "simulacro_loss"

// packetLoss is a bad cable: some of the packets that the node should receive are dropped.
var packetLoss = Kind{
	Name:     "packet-loss",
	Does:     "Of the packets that the node should receive, a random part is dropped.",
	Evidence: "The node's rule is there, and of 40 pings from the director (of the director itself: from the client) some are lost.",
	Touches:  []string{"its loss"},
	Roles:    serviceRoles,
	Params:   []sim.FaultParam{{Name: "percent", Default: "30", Does: "how many of a hundred packets are dropped, 1 to 99"}},
	Check: func(s *Site) error {
		_, err := s.number("percent", 1, 99)
		return err
	},
	Inject: func(ctx context.Context, s *Site) error {
		percent, err := s.number("percent", 1, 99)
		if err != nil {
			return err
		}
		return s.run(ctx, "nft", fmt.Sprintf(`table inet %s { chain input { type filter hook input priority -190; iifname != "lo" numgen random mod 100 < %d drop; }; }`,
			lossTable, percent))
	},
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		there, err := s.lossy(ctx)
		if err != nil || !there {
			return Seen{Evidence: s.Node.Name + ": no packet is dropped"}, err
		}
		stat, said, err := s.pings(ctx)
		return Seen{stat.received < stat.sent, s.Node.Name + ": packets are dropped at random; " + said}, err
	},
	Recover: func(ctx context.Context, s *Site) error {
		there, err := s.lossy(ctx)
		if err != nil || !there {
			return err
		}
		return s.run(ctx, "nft", "delete table inet "+lossTable)
	},
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		there, err := s.lossy(ctx)
		if err != nil || there {
			return Seen{Evidence: s.Node.Name + ": packets are dropped at random"}, err
		}
		stat, said, err := s.pings(ctx)
		return Seen{stat.sent > 0 && stat.received == stat.sent, said}, err
	},
}

// lossy tells whether our rule is there. A node that does not run has none: it went with the node's network.
func (s *Site) lossy(ctx context.Context) (bool, error) {
	if st, err := s.State(ctx, s.Node.Name); err != nil || st == Exited || st == Gone {
		return false, err
	}
	tables, err := s.ask(ctx, "nft", "list", "tables")
	for line := range strings.Lines(tables) {
		if strings.TrimSpace(line) == "table inet "+lossTable {
			return true, err
		}
	}
	return false, err
}

func (s *Site) pings(ctx context.Context) (pingStat, string, error) {
	return s.ping(ctx, "-c", "40", "-i", "0.01", "-W", webWait)
}

// pingStat is ping's summary; best is the quickest answer in milliseconds, -1 where there was none.
type pingStat struct {
	sent, received int
	best           float64
}

// ping asks the node for echoes, from the director; the director itself from the client.
func (s *Site) ping(ctx context.Context, options ...string) (pingStat, string, error) {
	from, to := s.neighbour(), s.Node.Inner
	if s.Node.Role == sim.Director {
		to = s.Node.Outer
	}
	out, err := s.Exec(ctx, from, append(append([]string{"ping", "-n", "-q"}, options...), to.String())...)
	if err != nil {
		return pingStat{best: -1}, "", fmt.Errorf("ping %s from %s: %w", to, from, err)
	}
	stat := parsePing(out.Stdout)
	return stat, fmt.Sprintf("%s answers %d of %d pings from %s", to, stat.received, stat.sent, from), nil
}

// parsePing reads the end of ping's output (iputils): "40 packets transmitted, 28 received, 30% packet loss, …" and
// "rtt min/avg/max/mdev = 0.216/0.233/0.250/0.017 ms".
func parsePing(text string) pingStat {
	stat := pingStat{best: -1}
	for line := range strings.Lines(text) {
		if _, times, ok := strings.Cut(line, "min/avg/max/mdev = "); ok {
			least, _, _ := strings.Cut(times, "/")
			if ms, err := strconv.ParseFloat(least, 64); err == nil {
				stat.best = ms
			}
		}
		if sent, rest, ok := strings.Cut(line, " packets transmitted, "); ok {
			received, _, _ := strings.Cut(rest, " ")
			stat.sent, _ = strconv.Atoi(sent)
			stat.received, _ = strconv.Atoi(received)
		}
	}
	return stat
}
