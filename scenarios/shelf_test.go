package scenarios_test

import (
	"context"
	"slices"
	"sync"

	"simulacro/sim"
	"simulacro/sim/docker"
)

// shelf keeps clusters on which a scenario ended as it should for the next one: to boot a cluster costs more processor time than
// to play most scenarios, and would disturb those that play beside it.
type shelf struct {
	mu   sync.Mutex
	idle []*docker.Cluster
}

// take gives a cluster that fits spec: one from the shelf, of those the one that has to be changed least, or one from the pool.
func (s *shelf) take(ctx context.Context, spec sim.Spec) (*docker.Cluster, error) {
	c := s.nearest(spec)
	if c == nil {
		c, err := pool.Get(ctx, spec)
		if err == nil {
			c.Attend()
		}
		return c, err
	}
	if err := c.Adapt(ctx, spec); err != nil {
		pool.Put(c)
		return nil, err
	}
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

// give takes a cluster back. One that did not serve well is not used again.
func (s *shelf) give(c *docker.Cluster, served bool) {
	if !served {
		pool.Put(c)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.idle = append(s.idle, c)
}
