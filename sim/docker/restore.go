package docker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"simulacro/sim"
)

// systemTimeout bounds the boot of the nodes of a restored cluster: what runs in them is the snapshot's business, so that
// only systemd's own word is waited for.
const systemTimeout = 60 * time.Second

// RestoreSnapshot makes the cluster what it was when the snapshot was saved: its nodes are removed, made again from the
// snapshot and booted, those that did not run then among them. Addresses stay; a cluster that has other ones by now is
// refused, one that is gone or half-made is made anew. It returns when every node has booted. On an error the cluster
// is gone, and the snapshot is not.
func (r *Runtime) RestoreSnapshot(ctx context.Context, cluster, name string, progress Progress) (*Cluster, error) {
	s, err := r.Snapshot(ctx, cluster, name)
	if err != nil {
		return nil, err
	}
	if !s.Whole {
		return nil, fmt.Errorf("snapshot %s is not whole: it was interrupted. Type: simulacro snapshot rm %s --cluster %s", name, name, cluster)
	}
	l, err := acquire(ctx, cluster, nil)
	if err != nil {
		return nil, fmt.Errorf("restore snapshot %s: %w", name, err)
	}
	defer l.release()
	c, err := r.restore(ctx, &s, l, &reporter{tell: progress})
	if err != nil {
		return nil, fmt.Errorf("restore snapshot %s of cluster %s: %w", name, cluster, err)
	}
	return c, nil
}

func (r *Runtime) restore(ctx context.Context, s *Snapshot, l *lock, report *reporter) (*Cluster, error) {
	whole := report.phase(PhaseReady, 0)
	p, err := r.survey(ctx, s.Cluster)
	if err != nil {
		return nil, err
	}
	have, there := p.labelled()
	if there && p.whole() && have.Plan != s.spec.Plan {
		return nil, fmt.Errorf("the cluster has other addresses by now (%v, %v) than the snapshot (%v, %v). Type: simulacro down --cluster %s",
			have.Plan.Outer, have.Plan.Inner, s.spec.Plan.Outer, s.spec.Plan.Inner, s.Cluster)
	}
	if err := l.making(); err != nil {
		return nil, err
	}
	defer l.made()
	keep := there && p.whole() && !l.orphaned
	if err := r.makeWay(ctx, p, s, keep, l.orphaned, report); err != nil {
		return nil, err
	}
	label, err := json.Marshal(s.spec)
	if err != nil {
		return nil, fmt.Errorf("keep the spec in a label: %w", err)
	}
	b := &builder{Runtime: r, spec: s.spec, label: string(label), report: report, from: s, joined: keep}
	c, err := b.build(ctx)
	if err == nil {
		err = r.dropNameless(ctx, s.Cluster)
	}
	if err != nil {
		after, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTimeout)
		defer cancel()
		return nil, errors.Join(err, r.removeAll(after, s.Cluster, false))
	}
	whole.done("cluster " + s.Cluster + " is as it was on " + s.Saved.Local().Format(time.DateTime))
	return c, nil
}

// makeWay removes nodes and export of a cluster whose networks are kept, so that nobody takes its addresses meanwhile, or all
// that is left of it; then the addresses must be free.
func (r *Runtime) makeWay(ctx context.Context, p *parts, s *Snapshot, keep, orphaned bool, report *reporter) error {
	if keep {
		return r.remove(ctx, &parts{containers: p.containers, volumes: p.volumes})
	}
	if err := r.removeAll(ctx, s.Cluster, orphaned); err != nil {
		return err
	}
	book, err := r.addresses(ctx)
	if err != nil {
		return err
	}
	report.step(Step{Phase: PhaseFound, Text: "there is no cluster " + s.Cluster + ": making it", Done: true})
	// Every file of the snapshot has these addresses, so that no others will do.
	_, _, err = book.choose(s.spec.Plan, sim.Asked{Outer: true, Inner: true, Port: true})
	return err
}

// fillExport puts the snapshot's export into the new volume of the storage node.
func (b *builder) fillExport(ctx context.Context, storage string) error {
	made, err := b.api.ContainerCreate(uncancelled(ctx), &container.Config{Image: b.from.images[exportPart], Cmd: []string{"none"},
		Labels: clusterLabels(b.spec.Name)}, nil, nil, nil, "") // never started: a view into the image
	if err != nil {
		return fmt.Errorf("open the export: %w", err)
	}
	archive, _, err := b.api.CopyFromContainer(ctx, made.ID, exportPath+"/.")
	if err == nil {
		err = b.api.CopyToContainer(ctx, storage, exportPath, archive, container.CopyToContainerOptions{})
		err = errors.Join(err, archive.Close())
	}
	if err = errors.Join(err, b.removeContainer(ctx, made.ID)); err != nil {
		return fmt.Errorf("fill the export: %w", err)
	}
	return nil
}

// booted waits until the first process of every node has started what is enabled. That a unit fails is no error: it may have
// failed when the snapshot was saved.
func (c *Cluster) booted(ctx context.Context, report *reporter) error {
	nodes := c.spec.Plan.Nodes()
	ph := report.phase(PhaseAnswers, len(nodes))
	ctx, cancel := context.WithTimeout(ctx, systemTimeout)
	defer cancel()
	err := parallel(ctx, nodes, func(ctx context.Context, n sim.Node) error {
		if n.Role != sim.Client { // it has no systemd
			if err := c.systemUp(ctx, n.Name); err != nil {
				return err
			}
		}
		ph.advance(n.Name + " has booted")
		return nil
	})
	if err == nil {
		ph.done("every node has booted")
	}
	return err
}

// systemUp asks until systemd answers: at first it is not there to be asked.
func (c *Cluster) systemUp(ctx context.Context, node string) error {
	for {
		out, err := c.Exec(ctx, node, "systemctl", "is-system-running", "--wait")
		state := strings.TrimSpace(out.Stdout)
		switch {
		case err != nil && !cerrdefs.IsConflict(err):
			return err
		case state == "running" || state == "degraded":
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("boot %s: %w (systemd says %q)", node, ctx.Err(), state+strings.TrimSpace(out.Stderr))
		case <-time.After(sweepPause):
		}
	}
}
