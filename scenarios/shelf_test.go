package scenarios_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"simulacro/sim"
	"simulacro/sim/docker"

	"github.com/stretchr/testify/assert"
)

// shelf keeps clusters for the next scenario: to boot one costs more processor time than to play most scenarios, and would disturb
// those that play beside it. A new one is made
//   - where the last scenario did not end with the verdict that was wanted, whatever the reason;
//   - where a look at all nodes finds what was not so when the cluster was new (lookScript), which is the scenario's failure too;
//   - where the next one wants another number of servers (docker.Adaptable); another director, haproxy.cfg or mount is adapted.
type shelf struct {
	mu    sync.Mutex
	idle  []*docker.Cluster
	fresh map[string]string // how each cluster looked when it was new
}

// take gives a cluster that fits spec: one from the shelf, of those the one that has to be changed least, or one from the pool.
func (s *shelf) take(ctx context.Context, spec sim.Spec) (*docker.Cluster, error) {
	c := s.nearest(spec)
	if c == nil {
		return s.made(ctx, spec)
	}
	if err := c.Adapt(ctx, spec); err != nil {
		pool.Put(c)
		return nil, err
	}
	return c, nil
}

// made gives a new cluster.
func (s *shelf) made(ctx context.Context, spec sim.Spec) (*docker.Cluster, error) {
	c, err := pool.Get(ctx, spec)
	if err != nil {
		return nil, err
	}
	c.Attend()
	fresh, err := look(ctx, c)
	if err != nil {
		pool.Put(c)
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fresh == nil {
		s.fresh = map[string]string{}
	}
	s.fresh[c.Spec().Name] = fresh
	return c, nil
}

// nearest takes a cluster off the shelf. Where none can be made to fit, one of them goes, since the pool may have no room
// otherwise.
func (s *shelf) nearest(spec sim.Spec) *docker.Cluster {
	s.mu.Lock()
	defer s.mu.Unlock()
	best, least := -1, 0
	for i, c := range s.idle {
		have := c.Spec()
		if !docker.Adaptable(have, spec) {
			continue
		}
		changes := 0
		if have.Director != spec.Director {
			changes++
		}
		if have.MountOptions != spec.MountOptions {
			changes++
		}
		if best < 0 || changes < least {
			best, least = i, changes
		}
	}
	if best < 0 {
		if len(s.idle) > 0 {
			pool.Put(s.idle[0])
			s.idle = s.idle[1:]
		}
		return nil
	}
	c := s.idle[best]
	s.idle = slices.Delete(s.idle, best, best+1)
	return c
}

// give takes a cluster back. One that did not serve well, or does not look as it did when it was new, is not used again.
func (s *shelf) give(t *testing.T, c *docker.Cluster, served bool) {
	t.Helper()
	if served {
		s.mu.Lock()
		fresh := s.fresh[c.Spec().Name]
		s.mu.Unlock()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		other, err := looksLike(ctx, c, fresh)
		served = assert.NoError(t, err) && (other == "" || assert.Equal(t, fresh, other, "the scenario left the cluster otherwise than it was when new"))
	}
	if !served {
		pool.Put(c)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.idle = append(s.idle, c)
}
