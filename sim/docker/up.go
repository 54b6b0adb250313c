package docker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"

	"simulacro/sim"
)

// ErrNoImages is what Up fails with where an image of the nodes is missing: they are built, never pulled.
var ErrNoImages = errors.New("the nodes' images are not built. Type: simulacro images")

// DifferentError says that a cluster of that name runs, and is not the one that was asked for.
type DifferentError struct {
	Name string
	How  string
}

func (e *DifferentError) Error() string {
	return fmt.Sprintf("cluster %s runs with %s.\nType simulacro down --cluster %s first, or give this one another name with --cluster.", e.Name, e.How, e.Name)
}

const (
	// maxRaces bounds the choices of other addresses after other programs took the chosen ones first.
	maxRaces = 20
	// maxLate bounds the removals of what appears under the cluster's own names: it may as well be somebody else's, which stays.
	maxLate = 2
	// cleanUpTimeout bounds the removal of a half-made cluster, which a cancelled context must not stop.
	cleanUpTimeout = 60 * time.Second
)

// Up makes the cluster of the spec and returns when its real servers answer through the director. A cluster of that name
// that is there already is returned as it is, its stopped nodes started; one that was left half-made is removed first.
// Where an address of the plan is in use, spec.Asked says whether that is an error (*ConflictError) or another is chosen:
// Spec of the result has the plan in force. On an error, and when ctx is cancelled, nothing that was made is left.
func (r *Runtime) Up(ctx context.Context, spec sim.Spec, progress Progress) (*Cluster, error) {
	spec = withDefaults(spec)
	if err := checkSpec(spec); err != nil {
		return nil, err
	}
	report := &reporter{tell: progress}
	whole := report.phase(PhaseReady, 0)
	l, err := acquire(ctx, spec.Name, func() {
		report.step(Step{Phase: PhaseFound, Text: "another command is at work on cluster " + spec.Name + ": waiting for it"})
	})
	if err != nil {
		return nil, fmt.Errorf("bring up cluster %s: %w", spec.Name, err)
	}
	defer l.release()
	c, err := r.resume(ctx, spec, l, report)
	if c == nil && err == nil {
		if c, err = r.create(ctx, spec, l, report); err == nil {
			c.made = true
		}
	}
	if err != nil {
		return nil, fmt.Errorf("bring up cluster %s: %w", spec.Name, err)
	}
	whole.done("cluster " + spec.Name + " is up")
	return c, nil
}

// resume gives the cluster that is there, nil if there is none. What is not whole is removed.
func (r *Runtime) resume(ctx context.Context, spec sim.Spec, l *lock, report *reporter) (*Cluster, error) {
	p, err := r.survey(ctx, spec.Name)
	if err != nil {
		return nil, err
	}
	if p.empty() && !l.orphaned {
		return nil, nil
	}
	if l.orphaned || !p.whole() {
		ph := report.phase(PhaseRemove, 0)
		if err := r.removeAll(ctx, spec.Name, l.orphaned); err != nil {
			return nil, err
		}
		ph.done("a half-made cluster of that name was removed")
		return nil, nil
	}
	c, err := r.clusterOf(ctx, p)
	if err != nil {
		return nil, err
	}
	if how := difference(spec, c.spec); how != "" {
		return nil, &DifferentError{spec.Name, how}
	}
	return c, c.wake(ctx, p, report)
}

// difference says in what the cluster that runs is not the one asked for, as far as a person asked.
func difference(want, have sim.Spec) string {
	switch {
	case want.Director != have.Director:
		return "director " + string(have.Director)
	case want.Asked.Outer && want.Plan.Outer != have.Plan.Outer:
		return "outer network " + have.Plan.OuterOctets()
	case want.Asked.Inner && want.Plan.Inner != have.Plan.Inner:
		return "inner network " + have.Plan.InnerOctets()
	case want.Asked.Port && want.Plan.Port != have.Plan.Port:
		return fmt.Sprintf("port %d", have.Plan.Port)
	case want.Asked.Servers && want.Plan.Servers != have.Plan.Servers:
		return fmt.Sprintf("%d real servers", have.Plan.Servers)
	case want.HAProxyCfg != "" && have.Plan.Rewrite(want.HAProxyCfg) != have.HAProxyCfg:
		return "another haproxy.cfg"
	case want.MountOptions != "" && want.MountOptions != have.MountOptions:
		return "mount options " + have.MountOptions
	}
	return ""
}

// wake starts what is stopped or paused in a cluster that is whole, and waits for it as Up does.
func (c *Cluster) wake(ctx context.Context, p *parts, report *reporter) error {
	idle := p.idle()
	if len(idle) == 0 {
		report.step(Step{Phase: PhaseFound, Text: "cluster " + c.spec.Name + " runs already", Done: true})
		return nil
	}
	ph := report.phase(PhaseNodes, len(idle))
	err := parallel(ctx, idle, func(ctx context.Context, node string) error {
		if err := c.revive(ctx, node); err != nil {
			return err
		}
		ph.advance(node + " started")
		return nil
	})
	if err != nil {
		return err
	}
	ph.done("started again: " + strings.Join(idle, ", "))
	return c.await(ctx, report)
}

// create chooses a plan and makes the cluster, again with another plan while others are quicker to take its addresses.
func (r *Runtime) create(ctx context.Context, spec sim.Spec, l *lock, report *reporter) (*Cluster, error) {
	book, err := r.addresses(ctx)
	if err != nil {
		return nil, err
	}
	if err := l.making(); err != nil {
		return nil, err
	}
	defer l.made()
	want := spec.Plan
	for race := 0; ; race++ {
		var notes []string
		if spec.Plan, notes, err = book.choose(want, spec.Asked); err != nil {
			return nil, err
		}
		for _, n := range notes {
			report.step(Step{Phase: PhaseAddress, Text: n, Done: true})
		}
		c, err := r.attempt(ctx, spec, report)
		switch {
		case err == nil || race == maxRaces:
			return c, err
		case race < maxLate && nameTaken(err, spec.Name):
			// We hold the cluster's lock: this is what an engine completed late for a process that was killed.
			if err := r.removeAll(ctx, spec.Name, true); err != nil {
				return nil, err
			}
		case !book.remember(err):
			return c, err
		}
	}
}

// nameTaken tells the engine's refusal of a name of the cluster that it has already, of a network or a container.
func nameTaken(err error, cluster string) bool {
	text := err.Error()
	return cerrdefs.IsConflict(err) && strings.Contains(text, cluster+"-") && (strings.Contains(text, "already exists") || strings.Contains(text, "already in use by container"))
}

// attempt makes the cluster with the plan as it is, and removes what it made if that fails.
func (r *Runtime) attempt(ctx context.Context, spec sim.Spec, report *reporter) (*Cluster, error) {
	spec.HAProxyCfg = spec.Plan.Rewrite(spec.HAProxyCfg)
	label, err := json.Marshal(spec)
	if err != nil {
		return nil, fmt.Errorf("keep the spec in a label: %w", err)
	}
	b := &builder{Runtime: r, spec: spec, label: string(label), report: report}
	c, err := b.build(ctx)
	if err == nil {
		return c, nil
	}
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTimeout)
	defer cancel()
	if undoErr := b.undo(after); undoErr != nil {
		err = errors.Join(err, undoErr)
	}
	if cerrdefs.IsNotFound(err) && strings.Contains(err.Error(), "o such image") {
		err = fmt.Errorf("%w (%w)", ErrNoImages, err)
	}
	return nil, err
}
