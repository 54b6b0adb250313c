package docker

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"net/netip"
	"strconv"

	"github.com/docker/docker/api/types/network"

	"simulacro/sim"
)

// ConflictError says that an address which a person asked for, or every one that could be chosen, is in use.
type ConflictError struct {
	What string // "network 192.168.1.0/24", "port 5080"
	Whom string // who uses it
	Env  string // the variable that names another
	Flag string // the flag that does
	Like string // an example of a value
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s is in use by %s.\nName another, for example %s=%s (or --%s %s).",
		e.What, e.Whom, e.Env, e.Like, e.Flag, e.Like)
}

// addressBook is what is in use already, as far as can be known beforehand.
type addressBook struct {
	nets []taken
	// portBusy tells whether something listens on a port of 127.0.0.1.
	portBusy func(port int) bool
}

// choose gives the plan that spec asks for, moved where an address is in use and nobody insists on it. notes say what was
// moved, for the user.
func (b *addressBook) choose(plan sim.Plan, asked sim.Asked) (sim.Plan, []string, error) {
	var notes []string
	used := b.nets
	for _, n := range []struct {
		net       *netip.Prefix
		asked     bool
		spare     iter.Seq[netip.Prefix]
		env, flag string
	}{
		{&plan.Outer, asked.Outer, spareNets("192.168", "172.29", "10.201"), sim.EnvOuter, outerNet},
		{&plan.Inner, asked.Inner, spareNets("10.0", "172.28", "10.200", "192.168"), sim.EnvInner, innerNet},
	} {
		free, whom := pick(*n.net, n.spare, used)
		if whom != "" && (n.asked || !free.IsValid()) {
			return plan, nil, &ConflictError{What: "network " + n.net.String(), Whom: whom, Env: n.env, Flag: n.flag, Like: example(free)}
		}
		if whom != "" {
			notes = append(notes, fmt.Sprintf("%v is in use by %s: taking %v as the %s network", *n.net, whom, free, n.flag))
		}
		*n.net = free
		used = append(used[:len(used):len(used)], taken{free, "the cluster's own " + n.flag + " network"})
	}
	note, err := b.choosePort(&plan, asked.Port)
	if note != "" {
		notes = append(notes, note)
	}
	return plan, notes, err
}

// pick gives want if it is free, else the first spare that is; whom says who holds want.
func pick(want netip.Prefix, spare iter.Seq[netip.Prefix], used []taken) (free netip.Prefix, whom string) {
	if whom = holder(want, used); whom == "" {
		return want, ""
	}
	for p := range spare {
		if holder(p, used) == "" {
			return p, whom
		}
	}
	return netip.Prefix{}, whom
}

func holder(p netip.Prefix, used []taken) string {
	for _, u := range used {
		if u.net.Overlaps(p) {
			return u.whom + " (" + u.net.String() + ")"
		}
	}
	return ""
}

// spareNets yields /24 networks of each block (two octets) in turn. Blocks differ widely because a VPN often routes the
// whole of one private range.
func spareNets(blocks ...string) iter.Seq[netip.Prefix] {
	return func(yield func(netip.Prefix) bool) {
		for _, block := range blocks {
			for third := 101; third < 200; third++ {
				if !yield(netip.MustParsePrefix(fmt.Sprintf("%s.%d.0/24", block, third))) {
					return
				}
			}
		}
	}
}

func example(p netip.Prefix) string {
	if !p.IsValid() {
		return "172.30.7"
	}
	a := p.Addr().As4()
	return fmt.Sprintf("%d.%d.%d", a[0], a[1], a[2])
}

// maxPorts is how many ports after the wanted one are tried.
const maxPorts = 200

func (b *addressBook) choosePort(plan *sim.Plan, asked bool) (note string, err error) {
	want := plan.Port
	if want == 0 || !b.portBusy(want) {
		return "", nil
	}
	for port := want + 1; port < want+maxPorts && port <= 65535; port++ {
		if b.portBusy(port) {
			continue
		}
		if asked {
			return "", portConflict(want, port)
		}
		plan.Port = port
		return fmt.Sprintf("port %d of %s is in use: taking %d", want, loopback, port), nil
	}
	return "", portConflict(want, 8080)
}

func portConflict(want, like int) error {
	return &ConflictError{What: fmt.Sprintf("port %d of %s", want, loopback), Whom: "another program",
		Env: sim.EnvPort, Flag: "port", Like: strconv.Itoa(like)}
}

// listens tells whether a port of 127.0.0.1 cannot be bound.
func listens(port int) bool {
	l, err := net.Listen("tcp4", net.JoinHostPort(loopback, strconv.Itoa(port)))
	if err != nil {
		return true
	}
	_ = l.Close()
	return false
}

// addresses gathers what is in use: this machine's routes and the engine's networks.
func (r *Runtime) addresses(ctx context.Context) (*addressBook, error) {
	routes, err := hostRoutes()
	if err != nil {
		return nil, err
	}
	nets, err := r.engineNets(ctx)
	if err != nil {
		return nil, err
	}
	// The engine's networks are routes too; as networks they have a name to tell.
	return &addressBook{nets: append(nets, routes...), portBusy: listens}, nil
}

func (r *Runtime) engineNets(ctx context.Context) ([]taken, error) {
	list, err := r.api.NetworkList(ctx, network.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("list the engine's networks: %w", err)
	}
	var nets []taken
	for _, n := range list {
		for _, c := range n.IPAM.Config {
			if p, err := netip.ParsePrefix(c.Subnet); err == nil && p.Addr().Is4() {
				nets = append(nets, taken{p.Masked(), "the engine's network " + n.Name})
			}
		}
	}
	return nets, nil
}

// lostRace tells whether the engine refused an address that was free when we looked.
type lostRace struct {
	net  netip.Prefix // a network, or
	port int          // a port
	err  error
}

func (e *lostRace) Error() string { return e.err.Error() }
func (e *lostRace) Unwrap() error { return e.err }

// remember adds to the book what was lost, so that the next choice is another.
func (b *addressBook) remember(err error) bool {
	var lost *lostRace
	if !errors.As(err, &lost) {
		return false
	}
	if lost.port == 0 {
		b.nets = append(b.nets, taken{lost.net, "a network that the engine holds (" + lost.err.Error() + ")"})
		return true
	}
	busy := b.portBusy
	b.portBusy = func(port int) bool { return port == lost.port || busy(port) }
	return true
}
