package scenario

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"simulacro/sim"
)

// drawForm is a draw: "any" of the nodes that the kind can hit, "any of servers", "2 of cluster2, cluster3, cluster4".
var drawForm = regexp.MustCompile(`^(any|[0-9]+)(?:\s+of\s+(\S.*))?$`)

// drawn reads a target that is a draw; false: it is none.
func (d *decoder) drawn(s *sim.Scenario, f *sim.Fault, kind *sim.FaultKind, n ast.Node) bool {
	if _, list := n.(*ast.SequenceNode); list {
		return false
	}
	text, ok := d.scalar(n)
	m := drawForm.FindStringSubmatch(strings.TrimSpace(text))
	if !ok || m == nil {
		return false
	}
	p := &sim.Pick{N: 1}
	if m[1] != "any" {
		p.N, _ = strconv.Atoi(m[1]) // too large a number is more than there are, which is told below
	}
	switch {
	case m[2] == "" && m[1] != "any":
		d.fail(n, "target %q: of whom? Write %q", text, m[1]+" of servers")
		return true
	case m[2] == "" && d.kinds == nil: // the history tells what it hit
	case m[2] == "":
		p.Of = canHit(s, kind)
	default:
		p.Of = d.pool(s, n, m[2])
		d.checkRoles(s, f, kind, n, p.Of)
	}
	if p.N < 1 || p.N > len(p.Of) && p.Of != nil {
		d.fail(n, "target %q: it must be 1 to %d of %s", text, len(p.Of), strings.Join(p.Of, ", "))
	}
	f.Pick = p
	return true
}

// pool reads the nodes of a draw.
func (d *decoder) pool(s *sim.Scenario, at ast.Node, text string) []string {
	asked := map[string]bool{}
	for _, name := range strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ' ' }) {
		if name == AllServers {
			for _, server := range serverNames(s) {
				asked[server] = true
			}
			continue
		}
		d.checkNode(s, at, &name)
		asked[name] = true
	}
	return inOrder(s, asked)
}

func inOrder(s *sim.Scenario, asked map[string]bool) (list []string) {
	for _, node := range plan(s).Nodes() {
		if asked[node.Name] {
			list = append(list, node.Name)
		}
	}
	return list
}

// canHit are the nodes that a kind can hit; the client only where it is for clients.
func canHit(s *sim.Scenario, kind *sim.FaultKind) (list []string) {
	if kind == nil {
		return nil
	}
	for _, node := range plan(s).Nodes() {
		if slices.Contains(kind.Roles, node.Role) || len(kind.Roles) == 0 && node.Role != sim.Client {
			list = append(list, node.Name)
		}
	}
	return list
}

// scalar is a node's text without a word about it if it is none.
func (d *decoder) scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.IntegerNode:
		return n.GetToken().Value, true
	}
	return "", false
}

func clonePick(p *sim.Pick) *sim.Pick {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}

// targets reads nodes by name or alias, in the plan's order, each once.
func (d *decoder) targets(s *sim.Scenario, n ast.Node) []string {
	asked := map[string]bool{}
	for _, item := range d.items(n) {
		name, ok := d.word(item, "target")
		switch {
		case !ok:
		case name == AllServers:
			for _, server := range serverNames(s) {
				asked[server] = true
			}
		default:
			d.checkNode(s, item, &name)
			asked[name] = true
		}
	}
	return inOrder(s, asked)
}

// defaultTargets is the only node that the kind can hit, nil where there are several.
func defaultTargets(s *sim.Scenario, kind *sim.FaultKind) []string {
	if kind == nil || len(kind.Roles) == 0 {
		return nil
	}
	if list := canHit(s, kind); len(list) == 1 {
		return list
	}
	return nil
}

func (d *decoder) checkRoles(s *sim.Scenario, f *sim.Fault, kind *sim.FaultKind, at ast.Node, nodes []string) {
	if kind == nil || len(kind.Roles) == 0 {
		return
	}
	for _, name := range nodes {
		if node, err := plan(s).Node(name); err == nil && !slices.Contains(kind.Roles, node.Role) {
			d.fail(at, "%s cannot hit %s, which is a %s: it is for %s", f.Kind, name, node.Role, roles(kind.Roles))
		}
	}
}

// standsFor tells whether a name is one of a fault's that stands for nodes ("kill.targets"), and refuses one that stands for none.
func (d *decoder) standsFor(s *sim.Scenario, name string, at ast.Node) bool {
	fault, ending, ok := strings.Cut(name, ".")
	if !ok || "."+ending != sim.TargetsOf && "."+ending != sim.OthersOf {
		return false
	}
	f := s.Fault(d.occurrence(fault, sim.StepEffect))
	if f == nil {
		d.checkFaultName(s, fault, at)
		return true
	}
	hit := len(f.Targets)
	if f.Pick != nil {
		hit = f.Pick.N
	}
	servers := serverNames(s)
	if "."+ending == sim.OthersOf && hit >= len(servers) && (f.Pick != nil || len(without(servers, f.Targets)) == 0) {
		d.fail(at, "%s stands for no server: %s hits all of them", name, fault)
	}
	return true
}

// checkOneNode is checkNode of a place that takes a name which stands for one node too.
func (d *decoder) checkOneNode(s *sim.Scenario, at ast.Node, name *string) {
	if !d.standsFor(s, *name, at) {
		d.checkNode(s, at, name)
		return
	}
	fault, _, _ := strings.Cut(*name, ".")
	if len(d.rounds[fault]) > 0 {
		d.fail(at, "%s is of a fault that comes several times: name one of them, such as %s", *name, strings.Replace(*name, ".", "-1.", 1))
		return
	}
	f := s.Fault(fault)
	if f == nil {
		return
	}
	of := len(f.Targets)
	if f.Pick != nil {
		of = f.Pick.N
	}
	if strings.HasSuffix(*name, sim.OthersOf) {
		of = len(serverNames(s)) - of
	}
	if of != 1 {
		d.fail(at, "%s stands for %d nodes, and one is needed", *name, of)
	}
}

func without(list, less []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(less, s) })
}
