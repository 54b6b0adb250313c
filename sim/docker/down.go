package docker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"simulacro/sim"
)

const (
	// settle is how long nothing new must appear after the maker of a cluster died: an engine may still complete what the
	// dead process asked for (a create takes up to half a second). A busy engine takes longer for all that it does: settleLooks
	// times as long as for the slowest answer to what it is asked meanwhile, which is a matter of milliseconds, is waited as well, up
	// to settleMost in all.
	settle      = time.Second
	settleLooks = 15
	settleMost  = 20 * time.Second
	// sweepTries bounds the passes of a removal that the engine refuses for the moment (a network with endpoints that leave).
	sweepTries = 50
	sweepPause = 100 * time.Millisecond
)

// ErrLostCount is what a removal fails with where the engine counts endpoints in a network that no container has: Docker 20.10
// does so once in some hundred removals on a busy machine. Such a network keeps its name and addresses, and does no other harm.
var ErrLostCount = errors.New("the engine has lost count of the network's endpoints, and removes it only after its own restart")

// Down removes every container, network and volume of the cluster and what this machine remembers of it; snapshots stay.
// found is false where there was nothing. Removal is at once: no node is asked to shut down.
func (r *Runtime) Down(ctx context.Context, name string) (found bool, err error) {
	if err := CheckName(name); err != nil {
		return false, err
	}
	l, err := acquire(ctx, name, nil)
	if err != nil {
		return false, fmt.Errorf("bring down cluster %s: %w", name, err)
	}
	defer l.release()
	p, err := r.survey(ctx, name)
	if err == nil {
		found = !p.empty() || l.orphaned
		err = r.removeAll(ctx, name, l.orphaned)
	}
	if err == nil && found {
		err = r.dropNameless(ctx, name)
	}
	if err != nil {
		return found, fmt.Errorf("bring down cluster %s: %w", name, err)
	}
	return found, forget(name)
}

func forget(name string) error {
	dir, err := sim.StateDir(name)
	if err != nil {
		return err
	}
	return os.RemoveAll(dir)
}

// Sweep removes every cluster of this machine whose name begins with prefix; all of them where it is empty.
func (r *Runtime) Sweep(ctx context.Context, prefix string) (names []string, err error) {
	found, err := r.List(ctx)
	if err != nil {
		return nil, err
	}
	for _, name := range found {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	return names, all(ctx, names, func(ctx context.Context, name string) error {
		_, err := r.Down(ctx, name)
		return err
	})
}

// removeAll sweeps by label until nothing is left, and where orphaned until nothing has come up for a while.
func (r *Runtime) removeAll(ctx context.Context, name string, orphaned bool) error {
	quiet := time.Now()
	var slowest time.Duration
	var err error
	for tries := 0; tries < sweepTries; {
		var p *parts
		asked := time.Now()
		if p, err = r.survey(ctx, name); err != nil {
			return err
		}
		slowest = max(slowest, time.Since(asked))
		if p.empty() && (!orphaned || time.Since(quiet) >= min(settle+settleLooks*slowest, settleMost)) {
			return nil
		}
		if !p.empty() {
			tries++
			err = r.remove(ctx, p)
			quiet = time.Now()
			if err == nil && !orphaned {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(sweepPause):
		}
	}
	if left, failed := r.survey(ctx, name); failed == nil && len(left.containers) == 0 && err != nil && strings.Contains(err.Error(), "active endpoints") {
		err = fmt.Errorf("%w: %w", ErrLostCount, err)
	}
	return err
}

// remove takes away containers, then networks and volumes, which those held.
func (r *Runtime) remove(ctx context.Context, p *parts) error {
	var ids, nets []string
	for _, c := range p.containers {
		ids = append(ids, c.ID)
	}
	for _, n := range p.networks {
		nets = append(nets, n.ID)
	}
	err := all(ctx, ids, r.removeContainer)
	return errors.Join(err, all(ctx, nets, r.removeNetwork), all(ctx, p.volumes, r.removeVolume))
}

func (r *Runtime) removeContainer(ctx context.Context, id string) error {
	err := r.api.ContainerRemove(uncancelled(ctx), id, container.RemoveOptions{Force: true, RemoveVolumes: true})
	if err == nil || cerrdefs.IsNotFound(err) {
		return nil
	}
	if strings.Contains(err.Error(), "already in progress") { // another command's, or this one's earlier pass
		return r.awaitRemoved(ctx, id)
	}
	return fmt.Errorf("remove container: %w", err)
}

func (r *Runtime) awaitRemoved(ctx context.Context, id string) error {
	gone, failed := r.api.ContainerWait(ctx, id, container.WaitConditionRemoved)
	select {
	case <-gone:
		return nil
	case err := <-failed:
		if cerrdefs.IsNotFound(err) {
			return nil
		}
		return err
	}
}

func (r *Runtime) removeNetwork(ctx context.Context, id string) error {
	if err := r.api.NetworkRemove(uncancelled(ctx), id); err != nil && !cerrdefs.IsNotFound(err) {
		return fmt.Errorf("remove network: %w", err)
	}
	return nil
}

func (r *Runtime) removeVolume(ctx context.Context, name string) error {
	if err := r.api.VolumeRemove(uncancelled(ctx), name, true); err != nil && !cerrdefs.IsNotFound(err) {
		return fmt.Errorf("remove volume: %w", err)
	}
	return nil
}
