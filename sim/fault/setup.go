package fault

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"simulacro/sim"
)

// The changes that are no faults but must be undone like them, besides HAProxyCfg: a run makes them of a cluster that may be
// somebody's.
const (
	// NodeLimits bounds what a node may use, by the parameters cpu (processors) and memory (bytes); 0 does not bound.
	NodeLimits = "node-limits"
	// ClientAddresses gives the client node more addresses: the parameter addresses, separated by blanks.
	ClientAddresses = "client-addresses"
)

// setups are the changes that are no faults.
func setups() []Kind { return []Kind{haproxyCfgChange, nodeLimits, clientAddresses} }

var nodeLimits = Kind{
	Name:   NodeLimits,
	Does:   "A node may use so much of the machine and no more.",
	Params: []sim.FaultParam{{Name: "cpu", Does: "processors", Default: "0"}, {Name: "memory", Does: "bytes", Default: "0"}},
	Save:   saveLimits,
	Inject: func(ctx context.Context, s *Site) error {
		l, err := limitsIn(s.Params)
		if err != nil {
			return err
		}
		return s.Limit(ctx, s.Node.Name, l)
	},
	Effect:    func(ctx context.Context, s *Site) (Seen, error) { return hasLimits(ctx, s, s.Params) },
	Recover:   restoreLimits,
	Recovered: func(ctx context.Context, s *Site) (Seen, error) { return hasLimits(ctx, s, s.Saved) },
}

// saveLimits notes what the node may use before.
func saveLimits(ctx context.Context, s *Site) error {
	l, err := s.Limits(ctx, s.Node.Name)
	s.Saved["cpu"] = strconv.FormatFloat(l.CPU, 'g', -1, 64)
	s.Saved["memory"] = strconv.FormatInt(l.Memory, 10)
	return err
}

// restoreLimits gives the node what it might use before; one that is gone needs nothing.
func restoreLimits(ctx context.Context, s *Site) error {
	l, err := limitsIn(s.Saved)
	if err != nil {
		return err
	}
	return s.Limit(ctx, s.Node.Name, l)
}

func hasLimits(ctx context.Context, s *Site, want map[string]string) (Seen, error) {
	l, err := limitsIn(want)
	if err != nil {
		return Seen{}, err
	}
	now, err := s.Limits(ctx, s.Node.Name)
	return Seen{now == l, fmt.Sprintf("%s may use %s", s.Node.Name, limitsText(now))}, err
}

func limitsIn(from map[string]string) (l sim.Limits, err error) {
	if l.CPU, err = strconv.ParseFloat(from["cpu"], 64); err != nil {
		return l, fmt.Errorf("cpu: %w", err)
	}
	if l.Memory, err = strconv.ParseInt(from["memory"], 10, 64); err != nil {
		return l, fmt.Errorf("memory: %w", err)
	}
	return l, nil
}

func limitsText(l sim.Limits) string {
	if l == (sim.Limits{}) {
		return "all that there is"
	}
	var parts []string
	if l.CPU > 0 {
		parts = append(parts, fmt.Sprintf("%g processors", l.CPU))
	}
	if l.Memory > 0 {
		parts = append(parts, fmt.Sprintf("%d MB of memory", l.Memory>>20))
	}
	return strings.Join(parts, ", ")
}

var clientAddresses = Kind{
	Name:   ClientAddresses,
	Does:   "The client node has more addresses.",
	Roles:  []sim.Role{sim.Client},
	Params: []sim.FaultParam{{Name: "addresses", Does: "separated by blanks", Required: true}},
	Check: func(s *Site) error {
		for _, a := range strings.Fields(s.Params["addresses"]) {
			if _, err := netip.ParseAddr(a); err != nil {
				return err
			}
		}
		return nil
	},
	Inject: func(ctx context.Context, s *Site) error { return s.addresses(ctx, addAddresses) },
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		n, said, err := s.hasAddresses(ctx)
		return Seen{n == len(strings.Fields(s.Params["addresses"])), said}, err
	},
	Recover: func(ctx context.Context, s *Site) error { return s.addresses(ctx, dropAddresses) },
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		n, said, err := s.hasAddresses(ctx)
		return Seen{n == 0, said}, err
	},
}

// The first argument is the node's own address, which tells the interface; an address that is there already is left.
const (
	addAddresses = `d=$(ip -4 -o addr show to "$1" | awk '{ print $2; exit }'); shift
for a in "$@"; do ip -4 -o addr show to "$a" | grep -q . || ip addr add "$a/24" dev "$d" || exit 1; done`
	dropAddresses = `d=$(ip -4 -o addr show to "$1" | awk '{ print $2; exit }'); shift
for a in "$@"; do ip -4 -o addr show to "$a" | grep -q . || continue; ip addr del "$a/24" dev "$d" || exit 1; done`
)

func (s *Site) addresses(ctx context.Context, script string) error {
	return s.run(ctx, append([]string{"sh", "-c", script, "sh", s.Node.Outer.String()}, strings.Fields(s.Params["addresses"])...)...)
}

// hasAddresses counts those of the parameter that the node has.
func (s *Site) hasAddresses(ctx context.Context) (n int, said string, err error) {
	text, err := s.ask(ctx, "ip", "-4", "-o", "addr", "show")
	for _, a := range strings.Fields(s.Params["addresses"]) {
		if strings.Contains(text, " "+a+"/") {
			n++
		}
	}
	return n, fmt.Sprintf("%s has %d of the addresses", s.Node.Name, n), err
}
