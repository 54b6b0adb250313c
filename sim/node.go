package sim

import (
	"net/netip"
	"slices"
)

// Role is what a node does in the cluster.
type Role string

// The roles of the practical.
const (
	Director Role = "director" // the load balancer
	Server   Role = "server"   // a real server: Apache and PHP over an NFS mount
	Storage  Role = "storage"  // exports the site over NFS
	Client   Role = "client"   // outside, where load comes from
)

// Node is one machine of the cluster. An address that is not valid means that the node is not on that network.
type Node struct {
	Name    string     `json:"name"`
	Role    Role       `json:"role"`
	Aliases []string   `json:"aliases,omitempty"`
	Outer   netip.Addr `json:"outer,omitzero"`
	Inner   netip.Addr `json:"inner,omitzero"`
}

// Is tells whether name is the node's name or one of its aliases.
func (n Node) Is(name string) bool { return n.Name == name || slices.Contains(n.Aliases, name) }

// DirectorKind says which program is `haproxy` on cluster1.
type DirectorKind string

// The two directors: same file, same unit, same socket, same command line.
const (
	Simulacro DirectorKind = "simulacro" // this project's proxy
	HAProxy   DirectorKind = "haproxy"   // Debian's package
)

// DirectorKinds lists them, the default first.
func DirectorKinds() []DirectorKind { return []DirectorKind{Simulacro, HAProxy} }

// Spec is everything that makes one cluster differ from another.
type Spec struct {
	Name     string       `json:"name"` // prefix of containers and networks, value of the label `simulacro`
	Plan     Plan         `json:"plan"`
	Director DirectorKind `json:"director"`
	// HAProxyCfg replaces /etc/haproxy/haproxy.cfg on cluster1; empty means the practical's, rendered from the plan.
	HAProxyCfg string `json:"haproxy_cfg,omitempty"`
	// MountOptions are the NFS options of the real servers' /etc/fstab; empty means "_netdev,defaults".
	MountOptions string `json:"mount_options,omitempty"`
	// Asked says which parts of Plan a person named. It is about the making of a cluster and no part of it, so it is not kept.
	Asked Asked `json:"-"`
}

// Output is what a command in a node left behind. A code other than 0 is not an error of the runtime's.
type Output struct {
	Code   int    `json:"code"`
	Stdout string `json:"stdout,omitempty"`
	Stderr string `json:"stderr,omitempty"`
}
