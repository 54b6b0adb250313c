package docker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"

	"simulacro/sim"
)

// ErrNotFound is what Find fails with where nothing carries the cluster's label.
var ErrNotFound = errors.New("no such cluster")

// parts is what the engine has of one cluster.
type parts struct {
	name       string
	containers []container.Summary
	networks   []network.Summary
	volumes    []string
}

// survey lists a cluster's parts by label.
func (r *Runtime) survey(ctx context.Context, name string) (*parts, error) {
	p := &parts{name: name}
	err := parallel(ctx, []string{"containers", "networks", "volumes"}, func(ctx context.Context, what string) (err error) {
		switch what {
		case "containers":
			p.containers, err = r.api.ContainerList(ctx, container.ListOptions{All: true, Filters: ofCluster(name)})
		case "networks":
			p.networks, err = r.api.NetworkList(ctx, network.ListOptions{Filters: ofCluster(name)})
		case "volumes":
			var list volume.ListResponse
			list, err = r.api.VolumeList(ctx, volume.ListOptions{Filters: ofCluster(name)})
			for _, v := range list.Volumes {
				p.volumes = append(p.volumes, v.Name)
			}
		}
		if err != nil {
			return fmt.Errorf("list the engine's %s: %w", what, err)
		}
		return nil
	})
	return p, err
}

func (p *parts) empty() bool { return len(p.containers)+len(p.networks)+len(p.volumes) == 0 }

// node gives the container of a node.
func (p *parts) node(name string) (container.Summary, bool) {
	i := slices.IndexFunc(p.containers, func(c container.Summary) bool { return c.Labels[LabelNode] == name })
	if i < 0 {
		return container.Summary{}, false
	}
	return p.containers[i], true
}

// whole tells whether every node and both networks are there.
func (p *parts) whole() bool {
	spec, ok := p.spec()
	if !ok || len(p.networks) < 2 {
		return false
	}
	for _, n := range spec.Plan.Nodes() {
		if _, ok := p.node(n.Name); !ok {
			return false
		}
	}
	return true
}

// idle lists the nodes that do not run.
func (p *parts) idle() []string {
	var names []string
	for _, c := range p.containers {
		if c.State != StateRunning && c.Labels[LabelNode] != "" {
			names = append(names, c.Labels[LabelNode])
		}
	}
	slices.Sort(names)
	return names
}

// spec reads the label that Up left, or gathers the plan from the containers where another program made them
// (docker-compose.yml); false if too little is there.
func (p *parts) spec() (sim.Spec, bool) {
	if spec, ok := p.labelled(); ok {
		return spec, true
	}
	return p.gathered()
}

// labelled reads the label alone.
func (p *parts) labelled() (sim.Spec, bool) {
	for _, c := range p.containers {
		if spec, ok := specOf(c.Labels); ok && spec.Name == p.name {
			return spec, true
		}
	}
	return sim.Spec{}, false
}

func specOf(labels map[string]string) (spec sim.Spec, ok bool) {
	err := json.Unmarshal([]byte(labels[LabelSpec]), &spec)
	return spec, err == nil
}

// gathered reads the plan off the nodes. What is in their environment only is left to Runtime.complete.
func (p *parts) gathered() (sim.Spec, bool) {
	spec := sim.Spec{Name: p.name}
	for _, c := range p.containers {
		switch sim.Role(c.Labels[LabelRole]) {
		case sim.Server:
			spec.Plan.Servers++
		case sim.Director:
			for _, port := range c.Ports {
				if port.PrivatePort == 80 && port.PublicPort != 0 {
					spec.Plan.Port = int(port.PublicPort)
				}
			}
			spec.Plan.Outer, spec.Plan.Inner = nets(c)
		}
	}
	return spec, spec.Plan.Validate() == nil
}

// nets tells the director's two networks by its addresses: its inner one ends in .1.
func nets(c container.Summary) (outer, inner netip.Prefix) {
	if c.NetworkSettings == nil {
		return
	}
	for _, e := range c.NetworkSettings.Networks {
		addr := e.IPAddress
		if e.IPAMConfig != nil && e.IPAMConfig.IPv4Address != "" {
			addr = e.IPAMConfig.IPv4Address
		}
		a, err := netip.ParseAddr(addr)
		if err != nil {
			continue
		}
		if net := netip.PrefixFrom(a, 24).Masked(); strings.HasSuffix(addr, ".1") {
			inner = net
		} else {
			outer = net
		}
	}
	return outer, inner
}

// clusterOf makes a Cluster of what was found.
func (r *Runtime) clusterOf(ctx context.Context, p *parts) (*Cluster, error) {
	spec, ok := p.spec()
	if !ok {
		return nil, fmt.Errorf("cluster %s was left half-made (%d containers). Type: simulacro down --cluster %s", p.name, len(p.containers), p.name)
	}
	if spec.Director == "" {
		if err := r.complete(ctx, p, &spec); err != nil {
			return nil, err
		}
	}
	c := newCluster(r, spec)
	for _, found := range p.containers {
		c.refs[found.Labels[LabelNode]] = found.ID
	}
	return c, nil
}

// complete reads from the containers' environment what their addresses do not tell.
func (r *Runtime) complete(ctx context.Context, p *parts, spec *sim.Spec) error {
	*spec = withDefaults(*spec)
	for _, c := range p.containers {
		role := sim.Role(c.Labels[LabelRole])
		if role != sim.Director && role != sim.Server {
			continue
		}
		info, err := r.api.ContainerInspect(ctx, c.ID)
		if err != nil {
			return fmt.Errorf("inspect %s: %w", c.Labels[LabelNode], err)
		}
		for _, e := range info.Config.Env {
			if v, ok := strings.CutPrefix(e, envDirector+"="); ok && role == sim.Director && v != "" {
				spec.Director = sim.DirectorKind(v)
			}
			if v, ok := strings.CutPrefix(e, envMount+"="); ok && role == sim.Server {
				spec.MountOptions = v
			}
		}
	}
	return nil
}

// Find gives the cluster of that name, made by whichever process; ErrNotFound if there is none.
func (r *Runtime) Find(ctx context.Context, name string) (*Cluster, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	p, err := r.survey(ctx, name)
	if err != nil {
		return nil, err
	}
	if p.empty() {
		return nil, fmt.Errorf("cluster %s: %w", name, ErrNotFound)
	}
	return r.clusterOf(ctx, p)
}

// List names the clusters of which anything is there, half-made ones among them, in alphabetical order.
func (r *Runtime) List(ctx context.Context) ([]string, error) {
	p, err := r.survey(ctx, "")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, c := range p.containers {
		names = append(names, c.Labels[LabelCluster])
	}
	for _, n := range p.networks {
		names = append(names, n.Labels[LabelCluster])
	}
	volumes, err := r.api.VolumeList(ctx, volume.ListOptions{Filters: ofCluster("")})
	if err != nil {
		return nil, fmt.Errorf("list the engine's volumes: %w", err)
	}
	for _, v := range volumes.Volumes {
		names = append(names, v.Labels[LabelCluster])
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(s string) bool { return slices.Contains(imageLabels, s) || s == "" }), nil
}
