package docker

import (
	"slices"
	"strings"

	"github.com/docker/docker/api/types/filters"

	"simulacro/images"
	"simulacro/sim"
)

// The labels of everything that belongs to a cluster.
const (
	LabelCluster = "simulacro"      // the cluster's name; on containers, networks and volumes
	LabelNode    = "simulacro.node" // the node's name; on containers
	LabelRole    = "simulacro.role" // the node's role; on containers
	LabelSpec    = "simulacro.spec" // the sim.Spec as JSON; on containers
	LabelNet     = "simulacro.net"  // outer or inner; on networks
)

// imageLabels are the values of LabelCluster on images, as the Dockerfile and base.sh give them. The containers of a build inherit them, so no cluster may have these
// names.
var imageLabels = []string{"images", "base"}

// ofCluster selects what belongs to one cluster, or to any where name is empty.
func ofCluster(name string) filters.Args {
	if name == "" {
		return filters.NewArgs(filters.Arg("label", LabelCluster))
	}
	return filters.NewArgs(filters.Arg("label", LabelCluster+"="+name))
}

func clusterLabels(name string) map[string]string { return map[string]string{LabelCluster: name} }

// The engine's names of a cluster's parts. Names are for people; code finds things by label.
func containerName(cluster, node string) string { return cluster + "-" + node }
func networkName(cluster, net string) string    { return cluster + "-" + net }
func volumeName(cluster string) string          { return cluster + "-export" }

// imageFor is the image that a node of the role runs.
func imageFor(role sim.Role) string { return images.Tag(string(role)) }

// The two networks, as their names end and as LabelNet says.
const (
	outerNet = "outer"
	innerNet = "inner"
)

// CheckName refuses what the engine would not take as part of a container's name, or could not be told from an image.
func CheckName(name string) error {
	valid := name != "" && strings.IndexFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_.-", r))
	}) < 0 && !strings.ContainsRune("_.-", rune(name[0]))
	switch {
	case !valid:
		return &NameError{name, "use letters, digits, and _ . - after the first character"}
	case slices.Contains(imageLabels, name):
		return &NameError{name, "this name is taken by the label of the images"}
	}
	return nil
}

// NameError says why a name cannot be a cluster's.
type NameError struct{ Name, Why string }

func (e *NameError) Error() string { return "cluster name \"" + e.Name + "\": " + e.Why }
