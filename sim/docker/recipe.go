package docker

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/go-connections/nat"

	"simulacro/sim"
)

// What /sbin/simulacro-init in the node reads at boot (see images/).
const (
	envNode     = "SIMULACRO_NODE"
	envRole     = "SIMULACRO_ROLE"
	envDirector = "SIMULACRO_DIRECTOR"
	envServers  = "SIMULACRO_SERVERS"
	envMount    = "SIMULACRO_MOUNT"
	envAtBoot   = "SIMULACRO_MOUNT_AT_BOOT"
)

const (
	webPort     = nat.Port("80/tcp")
	haproxyCfg  = "/etc/haproxy/haproxy.cfg"
	exportPath  = "/export"
	fuseDevice  = "/dev/fuse"
	loopback    = "127.0.0.1"
	lastGateway = 254 // .1 of the inner network is the director's
)

// recipe is all that the engine is told of one node.
type recipe struct {
	config *container.Config
	host   *container.HostConfig
	// endpoints by network name; first is the one that the container is created on.
	endpoints map[string]*network.EndpointSettings
	first     string
}

// newRecipe is the one way to run a node that works on every engine and cgroup version. systemd as PID 1 wants its three
// tmpfs and a writable cgroup tree, for which the node's first process remounts its own with SYS_ADMIN and then drops it.
func newRecipe(spec sim.Spec, n sim.Node, specJSON string) recipe {
	r := recipe{
		config: &container.Config{
			Image:    imageFor(n.Role),
			Hostname: n.Name,
			Env:      environment(spec, n),
			Labels: map[string]string{LabelCluster: spec.Name, LabelNode: n.Name, LabelRole: string(n.Role),
				LabelSpec: specJSON},
		},
		host: &container.HostConfig{
			CapAdd: []string{"NET_ADMIN", "SYS_ADMIN"},
			// Where AppArmor is on, its profile for containers refuses every mount, SYS_ADMIN or not.
			SecurityOpt: []string{"apparmor=unconfined"},
			Tmpfs:       map[string]string{"/run": "", "/run/lock": "", "/tmp": ""},
			ExtraHosts:  extraHosts(spec.Plan, n),
		},
	}
	r.addNetworks(spec.Name, n)
	r.addRole(spec, n)
	return r
}

func (r *recipe) addNetworks(cluster string, n sim.Node) {
	r.endpoints = map[string]*network.EndpointSettings{}
	if n.Inner.IsValid() {
		r.first = networkName(cluster, innerNet)
		r.endpoints[r.first] = endpoint(n.Inner.String())
	}
	if n.Outer.IsValid() { // the outer one goes first: it gives the director its default route
		r.first = networkName(cluster, outerNet)
		r.endpoints[r.first] = endpoint(n.Outer.String())
	}
	r.host.NetworkMode = container.NetworkMode(r.first)
}

func endpoint(addr string) *network.EndpointSettings {
	return &network.EndpointSettings{IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: addr}}
}

func (r *recipe) addRole(spec sim.Spec, n sim.Node) {
	switch n.Role {
	case sim.Director:
		// Without it an engine drops the binding for an image that does not say EXPOSE.
		r.config.ExposedPorts = nat.PortSet{webPort: {}}
		if spec.Plan.Port != 0 {
			r.host.PortBindings = nat.PortMap{webPort: {{HostIP: loopback, HostPort: strconv.Itoa(spec.Plan.Port)}}}
		}
	case sim.Server:
		r.host.Devices = []container.DeviceMapping{{PathOnHost: fuseDevice, PathInContainer: fuseDevice, CgroupPermissions: "rwm"}}
	case sim.Storage:
		// ganesha opens files by handle, which wants DAC_READ_SEARCH; an overlay has no handles, so the export is a volume.
		r.host.CapAdd = append(r.host.CapAdd, "DAC_READ_SEARCH")
		r.host.Mounts = []mount.Mount{{Type: mount.TypeVolume, Source: volumeName(spec.Name), Target: exportPath,
			VolumeOptions: &mount.VolumeOptions{Labels: clusterLabels(spec.Name)}}}
	case sim.Client:
		r.host.CapAdd = []string{"NET_ADMIN"} // no systemd in it
	}
}

func environment(spec sim.Spec, n sim.Node) []string {
	env := []string{
		envNode + "=" + n.Name,
		envRole + "=" + string(n.Role),
		sim.EnvOuter + "=" + spec.Plan.OuterOctets(),
		sim.EnvInner + "=" + spec.Plan.InnerOctets(),
		envServers + "=" + strconv.Itoa(spec.Plan.Servers),
	}
	if n.Role == sim.Director {
		env = append(env, envDirector+"="+string(spec.Director))
	}
	if n.Role == sim.Server {
		env = append(env, envAtBoot+"=1")
		if spec.MountOptions != "" {
			env = append(env, envMount+"="+spec.MountOptions)
		}
	}
	return env
}

// extraHosts names every node in n's /etc/hosts: the engine's own name server is lost in a node as soon as firewalld
// flushes the node's NAT rules. A node that is on the inner network too sees the others there.
func extraHosts(plan sim.Plan, n sim.Node) []string {
	var hosts []string
	for _, other := range plan.Nodes() {
		addr := other.Outer
		if n.Inner.IsValid() && other.Inner.IsValid() || !addr.IsValid() {
			addr = other.Inner
		}
		for _, name := range append([]string{other.Name}, other.Aliases...) {
			hosts = append(hosts, fmt.Sprintf("%s:%s", name, addr))
		}
	}
	return hosts
}

// withDefaults fills in what a spec leaves open.
func withDefaults(spec sim.Spec) sim.Spec {
	if spec.Plan == (sim.Plan{}) {
		spec.Plan = sim.DefaultPlan()
	}
	if spec.Director == "" {
		spec.Director = sim.DirectorKinds()[0]
	}
	return spec
}

// checkSpec says what no cluster can be made of.
func checkSpec(spec sim.Spec) error {
	if err := CheckName(spec.Name); err != nil {
		return err
	}
	var kinds []string
	for _, k := range sim.DirectorKinds() {
		if k == spec.Director {
			return spec.Plan.Validate()
		}
		kinds = append(kinds, string(k))
	}
	return fmt.Errorf("director %q: must be %s", spec.Director, strings.Join(kinds, " or "))
}
