package docker

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync"

	"simulacro/sim"
)

// Pool hands out clusters for tests. While one is in use it boots the next and pauses it, since a paused cluster costs no
// time of a processor and goes on within a tenth of a second.
//
//	pool := docker.NewPool(rt, "test", 2)
//	defer pool.Close(ctx)
//	pool.Warm(sim.Spec{})
//	cluster, err := pool.Get(ctx, sim.Spec{Director: sim.HAProxy})
//	defer pool.Put(cluster)
//
// A spare of the other director kind or with other mounts is adapted, which takes less than a boot. Clusters of a pool never take the default
// addresses and publish no port unless the spec names one.
type Pool struct {
	rt     *Runtime
	prefix string
	ctx    context.Context // of the work in the background
	cancel context.CancelFunc
	room   chan struct{} // a slot for each cluster that exists or is about to

	mu    sync.Mutex
	made  int
	spare *spare
	live  map[string]*Cluster
	errs  []error
	work  sync.WaitGroup
}

// spare is a cluster that is booted ahead; ready is closed when c or err is set.
type spare struct {
	spec  sim.Spec
	ready chan struct{}
	c     *Cluster
	err   error
}

// NewPool makes a pool of at most limit clusters (those in use, the spare and those being removed). Their names begin with
// prefix and the process's id.
func NewPool(rt *Runtime, prefix string, limit int) *Pool {
	ctx, cancel := context.WithCancel(context.Background())
	return &Pool{rt: rt, prefix: fmt.Sprintf("%s-%d", prefix, os.Getpid()), ctx: ctx, cancel: cancel,
		room: make(chan struct{}, max(limit, 1)), live: map[string]*Cluster{}}
}

// ErrClosed is what a pool that was closed answers.
var ErrClosed = errors.New("the pool of clusters is closed")

// Warm begins to boot a spare that fits spec, unless there is one or no room for it.
func (p *Pool) Warm(spec sim.Spec) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.spare != nil || p.ctx.Err() != nil {
		return
	}
	select {
	case p.room <- struct{}{}:
	default:
		return
	}
	s := &spare{spec: withDefaults(spec), ready: make(chan struct{})}
	p.spare = s
	p.work.Go(func() {
		defer close(s.ready)
		if s.c, s.err = p.boot(p.ctx, s.spec); s.err == nil {
			// A node whose processes wait for a mount may refuse to freeze, on cgroup v1; such a spare goes on running.
			_ = s.c.each(p.ctx, s.c.Pause)
		}
	})
}

// Get gives a cluster that fits spec, whose name is the pool's to choose, and begins to boot the next spare. It waits while
// the pool is full.
func (p *Pool) Get(ctx context.Context, spec sim.Spec) (*Cluster, error) {
	if p.ctx.Err() != nil { // asked first: the select below may prefer a free slot to the end
		return nil, ErrClosed
	}
	spec = withDefaults(spec)
	s := p.take(spec)
	if s == nil {
		select {
		case p.room <- struct{}{}:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for room in the pool: %w", ctx.Err())
		case <-p.ctx.Done():
			return nil, ErrClosed
		}
		c, err := p.boot(ctx, spec)
		if err != nil {
			<-p.room
			return nil, err
		}
		p.Warm(spec)
		return c, nil
	}
	c, err := p.wake(ctx, s, spec)
	if err != nil {
		return nil, err
	}
	p.Warm(spec)
	return c, nil
}

// take gives the spare if it fits or can be made to. One that cannot makes room: kept, it could hold the last slot for ever.
func (p *Pool) take(spec sim.Spec) *spare {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.spare
	p.spare = nil
	if s != nil && !Adaptable(s.spec, spec) {
		p.work.Go(func() { <-s.ready; p.discard(s) })
		return nil
	}
	return s
}

// wake waits for a spare, lets it go on and makes it fit.
func (p *Pool) wake(ctx context.Context, s *spare, spec sim.Spec) (*Cluster, error) {
	select {
	case <-s.ready:
	case <-ctx.Done():
		p.work.Go(func() { <-s.ready; p.discard(s) })
		return nil, ctx.Err()
	}
	if s.err == nil {
		s.err = s.c.each(ctx, s.c.revive) // of those that froze
	}
	if s.err == nil {
		s.err = s.c.Adapt(ctx, spec)
	}
	if s.err != nil {
		p.discard(s)
		return nil, s.err
	}
	return s.c, nil
}

func (p *Pool) discard(s *spare) {
	if s.c != nil {
		p.Put(s.c)
		return
	}
	<-p.room
}

// boot makes a cluster of the next name.
func (p *Pool) boot(ctx context.Context, spec sim.Spec) (*Cluster, error) {
	p.mu.Lock()
	p.made++
	spec.Name = fmt.Sprintf("%s-%d", p.prefix, p.made)
	p.mu.Unlock()
	if def := sim.DefaultPlan(); spec.Plan.Outer == def.Outer && spec.Plan.Inner == def.Inner {
		spec.Plan.Outer, spec.Plan.Inner = firstSpare("192.168"), firstSpare("10.0")
	}
	spec.Plan.Port = poolPort(spec)
	c, err := p.rt.Up(ctx, spec, nil)
	if err == nil {
		p.mu.Lock()
		p.live[c.spec.Name] = c
		p.mu.Unlock()
	}
	return c, err
}

func firstSpare(block string) (first netip.Prefix) {
	for first = range spareNets(block) {
		break
	}
	return first
}

// Put gives a cluster back: it is removed in the background, since no reset in place is as sure as a new one.
func (p *Pool) Put(c *Cluster) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.live[c.spec.Name] == nil {
		return
	}
	delete(p.live, c.spec.Name)
	p.work.Go(func() {
		defer func() { <-p.room }()
		ctx, cancel := context.WithTimeout(context.Background(), cleanUpTimeout)
		defer cancel()
		// A network that the engine will not let go has nothing more of the cluster, and no other of the pool wants its name.
		if err := c.Down(ctx); err != nil && !errors.Is(err, ErrLostCount) {
			p.mu.Lock()
			p.errs = append(p.errs, err)
			p.mu.Unlock()
		}
	})
}

// Close removes the spare and every cluster that was not given back, waits for all work in the background, and tells what
// could not be removed.
func (p *Pool) Close() error {
	p.cancel()
	p.mu.Lock()
	s := p.spare
	p.spare = nil
	p.mu.Unlock()
	if s != nil {
		<-s.ready
		p.discard(s)
	}
	p.mu.Lock()
	var rest []*Cluster
	for _, c := range p.live {
		rest = append(rest, c)
	}
	p.mu.Unlock()
	for _, c := range rest {
		p.Put(c)
	}
	p.work.Wait()
	return errors.Join(p.errs...)
}

// each does one thing with every node at once.
func (c *Cluster) each(ctx context.Context, f func(context.Context, string) error) error {
	return all(ctx, c.spec.Plan.Nodes(), func(ctx context.Context, n sim.Node) error { return f(ctx, n.Name) })
}
