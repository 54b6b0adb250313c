package sim

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// The environment variables by which a user asks for other addresses. SIMULACRO_OUTER and SIMULACRO_INNER are the first
// three octets of a /24, because that is the form docker-compose.yml can substitute.
const (
	EnvOuter = "SIMULACRO_OUTER"
	EnvInner = "SIMULACRO_INNER"
	EnvPort  = "SIMULACRO_PORT"
)

// Plan says which addresses a cluster has. Everything that holds an address is rendered from it.
type Plan struct {
	Outer   netip.Prefix `json:"outer"`   // the network of the director's virtual address and the client; a /24
	Inner   netip.Prefix `json:"inner"`   // the network of the real servers and the storage node; a /24
	Port    int          `json:"port"`    // on the host's 127.0.0.1, forwarded to cluster1:80; 0 publishes nothing
	Servers int          `json:"servers"` // how many real servers
}

// DefaultPlan is the practical's own: 192.168.1.0/24 outside, 10.0.100.0/24 inside, http://localhost:5080.
func DefaultPlan() Plan {
	return Plan{
		Outer:   netip.MustParsePrefix("192.168.1.0/24"),
		Inner:   netip.MustParsePrefix("10.0.100.0/24"),
		Port:    5080,
		Servers: 3,
	}
}

// PlanFromEnv is DefaultPlan with what the user asked for by EnvOuter, EnvInner and EnvPort; getenv is os.Getenv.
// asked is true where at least one network was named: then a conflict is refused, not worked around.
func PlanFromEnv(getenv func(string) string) (plan Plan, asked bool, err error) {
	plan = DefaultPlan()
	for _, v := range []struct {
		name string
		net  *netip.Prefix
	}{{EnvOuter, &plan.Outer}, {EnvInner, &plan.Inner}} {
		s := getenv(v.name)
		if s == "" {
			continue
		}
		if *v.net, err = ParseNet(s); err != nil {
			return plan, true, fmt.Errorf("%s: %w", v.name, err)
		}
		asked = true
	}
	if s := getenv(EnvPort); s != "" {
		if plan.Port, err = strconv.Atoi(s); err != nil || plan.Port < 1 || plan.Port > 65535 {
			return plan, asked, fmt.Errorf("%s: %q is not a port (1 to 65535)", EnvPort, s)
		}
	}
	return plan, asked, plan.Validate()
}

// Asked says which parts of a plan a person named: a conflict there is refused, while the other parts give way to the next
// free network or port.
type Asked struct{ Outer, Inner, Port, Servers bool }

// AskedFromEnv tells which of EnvOuter, EnvInner and EnvPort are set; getenv is os.Getenv.
func AskedFromEnv(getenv func(string) string) Asked {
	return Asked{Outer: getenv(EnvOuter) != "", Inner: getenv(EnvInner) != "", Port: getenv(EnvPort) != ""}
}

// ParseNet reads the first three octets of a /24 ("192.168.77"); the full form ("192.168.77.0/24") is taken too.
func ParseNet(s string) (netip.Prefix, error) {
	full := s
	if strings.Count(s, ".") == 2 && !strings.Contains(s, "/") {
		full = s + ".0/24"
	}
	p, err := netip.ParsePrefix(full)
	if err != nil || !p.Addr().Is4() || p.Bits() != 24 || p != p.Masked() {
		return netip.Prefix{}, fmt.Errorf("%q does not name a /24: give its first three octets, as in 192.168.77", s)
	}
	return p, nil
}

// MaxServers is how many real servers fit between .12 and the range that the engine hands out by itself (.192/26).
const MaxServers = 100

// Validate says what is wrong with the plan, nil if nothing.
func (p Plan) Validate() error {
	switch {
	case p.Outer.Bits() != 24 || p.Inner.Bits() != 24 || !p.Outer.Addr().Is4() || !p.Inner.Addr().Is4():
		return fmt.Errorf("outer %v and inner %v must both be /24 networks of IPv4", p.Outer, p.Inner)
	case p.Outer.Overlaps(p.Inner):
		return fmt.Errorf("outer %v and inner %v are the same network", p.Outer, p.Inner)
	case p.Servers < 1 || p.Servers > MaxServers:
		return fmt.Errorf("%d real servers: must be 1 to %d", p.Servers, MaxServers)
	case p.Port < 0 || p.Port > 65535:
		return fmt.Errorf("port %d: must be 0 (none) to 65535", p.Port)
	}
	return nil
}

// OuterAddr and InnerAddr are the addresses that end in the octet last.
func (p Plan) OuterAddr(last byte) netip.Addr { return at(p.Outer, last) }

// InnerAddr is OuterAddr for the inner network.
func (p Plan) InnerAddr(last byte) netip.Addr { return at(p.Inner, last) }

func at(net netip.Prefix, last byte) netip.Addr {
	a := net.Addr().As4()
	a[3] = last
	return netip.AddrFrom4(a)
}

// OuterOctets is the network's first three octets, as nodes and docker-compose.yml take it.
func (p Plan) OuterOctets() string { return octets(p.Outer) }

// InnerOctets is OuterOctets for the inner network.
func (p Plan) InnerOctets() string { return octets(p.Inner) }

func octets(net netip.Prefix) string {
	a := net.Addr().As4()
	return fmt.Sprintf("%d.%d.%d", a[0], a[1], a[2])
}

// VIP is the director's outer address, the only one that clients know.
func (p Plan) VIP() netip.Addr { return p.OuterAddr(101) }

// ForwardPort is the client's port that leads to the director's port 80, as the practical's host has it.
const ForwardPort = 5080

// Entry is where the client's requests go: the director's address, or the client's own port forward to it.
func (p Plan) Entry(forwarded bool) string {
	if forwarded {
		return fmt.Sprintf("127.0.0.1:%d", ForwardPort)
	}
	return p.VIP().String()
}

// Sources are n addresses for the client node to send from: its own and those that follow it. None for less than two.
func (p Plan) Sources(n int) (list []string) {
	for i := range n {
		if n > 1 {
			list = append(list, p.OuterAddr(byte(clientOctet+i)).String())
		}
	}
	return list
}

// clientOctet ends the client's address; up to .99 nobody else has one.
const clientOctet = 50

// Nodes lists the cluster's nodes: director, real servers, storage, client.
func (p Plan) Nodes() []Node {
	nodes := []Node{{Name: "cluster1", Role: Director, Aliases: []string{"director", "master"},
		Outer: p.VIP(), Inner: p.InnerAddr(1)}}
	for i := range p.Servers {
		nodes = append(nodes, Node{Name: fmt.Sprintf("cluster%d", i+2), Role: Server, Inner: p.serverAddr(i)})
	}
	return append(nodes,
		Node{Name: "storage", Role: Storage, Inner: p.InnerAddr(15)},
		Node{Name: "client", Role: Client, Outer: p.OuterAddr(clientOctet)})
}

// serverAddr: .12 to .14 as the practical has it; .15 is the storage node's, so a fourth server goes on at .25.
func (p Plan) serverAddr(i int) netip.Addr {
	last := 12 + i
	if i > 2 {
		last += 10
	}
	return p.InnerAddr(byte(last))
}

// Node finds a node by its name or one of its aliases.
func (p Plan) Node(name string) (Node, error) {
	var names []string
	for _, n := range p.Nodes() {
		if n.Is(name) {
			return n, nil
		}
		names = append(names, n.Name)
	}
	return Node{}, fmt.Errorf("no node %q: the nodes are %s", name, strings.Join(names, ", "))
}
