package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"

	"simulacro/sim"
)

// builder makes one cluster and remembers what it made, so that a failure takes away its own work and nobody else's.
type builder struct {
	*Runtime
	spec   sim.Spec
	label  string
	report *reporter
	from   *Snapshot // that the nodes are made from; nil: from the images of their roles
	joined bool      // the networks are there

	mu         sync.Mutex
	containers []string
	networks   []string
	volume     bool
}

// build makes networks, then all nodes at once, and waits for the answers.
func (b *builder) build(ctx context.Context) (*Cluster, error) {
	ph := b.report.phase(PhaseNetworks, 0)
	if err := b.makeNetworks(ctx); err != nil {
		return nil, err
	}
	ph.done(fmt.Sprintf("outer %v, inner %v", b.spec.Plan.Outer, b.spec.Plan.Inner))
	nodes := b.spec.Plan.Nodes()
	ph = b.report.phase(PhaseNodes, len(nodes))
	err := parallel(ctx, nodes, func(ctx context.Context, n sim.Node) error {
		if err := b.makeNode(ctx, n); err != nil {
			return fmt.Errorf("node %s: %w", n.Name, err)
		}
		ph.advance(n.Name + " started")
		return nil
	})
	if err != nil {
		return nil, err
	}
	ph.done(fmt.Sprintf("%d nodes started", len(nodes)))
	c := newCluster(b.Runtime, b.spec)
	if b.from != nil {
		return c, c.booted(ctx, b.report)
	}
	return c, c.await(ctx, b.report)
}

// uncancelled is for what the engine completes even when the caller hangs up: the answer is waited for, so that what was
// made is known and can be removed.
func uncancelled(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }

func (b *builder) makeNetworks(ctx context.Context) error {
	plan := b.spec.Plan
	missing := []string{"volume", outerNet, innerNet}
	if b.joined {
		missing = missing[:1]
	}
	return parallel(ctx, missing, func(ctx context.Context, which string) error {
		switch which {
		case outerNet: // the practical's router is .1
			return b.makeNetwork(ctx, which, plan.Outer, plan.OuterAddr(1), plan.OuterAddr(192))
		case innerNet:
			return b.makeNetwork(ctx, which, plan.Inner, plan.InnerAddr(lastGateway), plan.InnerAddr(192))
		}
		_, err := b.api.VolumeCreate(uncancelled(ctx), volume.CreateOptions{Name: volumeName(b.spec.Name), Labels: clusterLabels(b.spec.Name)})
		if err != nil {
			return fmt.Errorf("volume of the export: %w", err)
		}
		b.mu.Lock()
		b.volume = true
		b.mu.Unlock()
		return nil
	})
}

// makeNetwork keeps the addresses that the engine gives by itself (rangeFrom and up) away from the plan's. The inner network
// is the engine's `internal`: no way out, and so no default route that would rival the director's outer one.
func (b *builder) makeNetwork(ctx context.Context, which string, subnet netip.Prefix, gateway, rangeFrom netip.Addr) error {
	labels := clusterLabels(b.spec.Name)
	labels[LabelNet] = which
	made, err := b.api.NetworkCreate(uncancelled(ctx), networkName(b.spec.Name, which), network.CreateOptions{
		Driver:   "bridge",
		Internal: which == innerNet,
		Labels:   labels,
		IPAM: &network.IPAM{Config: []network.IPAMConfig{{Subnet: subnet.String(), Gateway: gateway.String(),
			IPRange: netip.PrefixFrom(rangeFrom, 26).String()}}},
	})
	if err != nil {
		err = fmt.Errorf("%s network %v: %w", which, subnet, err)
		if overlaps(err) {
			return &lostRace{net: subnet, err: err}
		}
		return err
	}
	b.mu.Lock()
	b.networks = append(b.networks, made.ID)
	b.mu.Unlock()
	return nil
}

// overlaps knows the engine's words (20.10 to 29) for a subnet that another network has.
func overlaps(err error) bool {
	return strings.Contains(err.Error(), "Pool overlaps") || strings.Contains(err.Error(), "overlaps with") ||
		strings.Contains(err.Error(), "conflicts with network")
}

func portTaken(err error) bool {
	return strings.Contains(err.Error(), "port is already allocated") || strings.Contains(err.Error(), "address already in use")
}

// makeNode creates a node, joins it to its second network, gives it its files and starts it.
func (b *builder) makeNode(ctx context.Context, n sim.Node) error {
	r := newRecipe(b.spec, n, b.label)
	if b.from != nil {
		r.config.Image = b.from.images[n.Name]
	}
	id, err := b.createNode(ctx, n, r)
	if err != nil {
		return err
	}
	if err := b.fill(ctx, n, id); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	err = b.api.ContainerStart(uncancelled(ctx), id, container.StartOptions{})
	if err != nil && n.Role == sim.Director && portTaken(err) {
		return &lostRace{port: b.spec.Plan.Port, err: err}
	}
	return err
}

// fill gives a new node what is not in its image.
func (b *builder) fill(ctx context.Context, n sim.Node, id string) error {
	switch {
	case b.from != nil && n.Role == sim.Storage:
		return b.fillExport(ctx, id)
	case b.from == nil && n.Role == sim.Director && b.spec.HAProxyCfg != "":
		return b.putFile(ctx, id, haproxyCfg, []byte(b.spec.HAProxyCfg))
	}
	return nil
}

func (b *builder) createNode(ctx context.Context, n sim.Node, r recipe) (id string, err error) {
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	at := r.endpoints
	if !b.manyEndpoints() {
		at = map[string]*network.EndpointSettings{r.first: r.endpoints[r.first]}
	}
	made, err := b.api.ContainerCreate(uncancelled(ctx), r.config, r.host, &network.NetworkingConfig{EndpointsConfig: at}, nil,
		containerName(b.spec.Name, n.Name))
	if err != nil {
		return "", err
	}
	b.mu.Lock()
	b.containers = append(b.containers, made.ID)
	b.mu.Unlock()
	for name, e := range r.endpoints {
		if at[name] != nil {
			continue
		}
		if err := b.api.NetworkConnect(uncancelled(ctx), name, made.ID, e); err != nil {
			return "", fmt.Errorf("join network %s: %w", name, err)
		}
	}
	return made.ID, nil
}

// putFile writes a file into a container that need not run. Directories must exist.
func (r *Runtime) putFile(ctx context.Context, id, path string, data []byte) error {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	dir, name := path[:strings.LastIndexByte(path, '/')+1], path[strings.LastIndexByte(path, '/')+1:]
	err := errors.Join(
		w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(data))}),
		second(w.Write(data)),
		w.Close())
	if err != nil {
		return fmt.Errorf("pack %s: %w", path, err)
	}
	if err := r.api.CopyToContainer(ctx, id, dir, &archive, container.CopyToContainerOptions{}); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func second(_ int, err error) error { return err }

// undo removes what this builder made.
func (b *builder) undo(ctx context.Context) error {
	errs := []error{all(ctx, b.containers, b.removeContainer)}
	errs = append(errs, all(ctx, b.networks, b.removeNetwork))
	if b.volume {
		errs = append(errs, b.removeVolume(ctx, volumeName(b.spec.Name)))
	}
	return errors.Join(errs...)
}
