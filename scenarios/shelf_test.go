package scenarios_test

import (
	"context"
	"slices"
	"sync"

	"simulacro/sim"
	"simulacro/sim/docker"
)

// shelf keeps clusters on which a scenario ended as it should for the next of the same director and mount: to boot a cluster costs
// more processor time than to play most scenarios, and would disturb those that play beside it.
type shelf struct {
	mu   sync.Mutex
	idle []*docker.Cluster
}

// take gives a cluster that fits spec, from the shelf or from the pool. Where it has to be a new one, one that does not fit
// goes, since the pool may have no room otherwise.
func (s *shelf) take(ctx context.Context, spec sim.Spec) (*docker.Cluster, error) {
	s.mu.Lock()
	for i, c := range s.idle {
		have := c.Spec()
		if have.Director == spec.Director && have.MountOptions == spec.MountOptions && have.Plan.Servers == spec.Plan.Servers {
			s.idle = slices.Delete(s.idle, i, i+1)
			s.mu.Unlock()
			return c, nil
		}
	}
	if len(s.idle) > 0 {
		pool.Put(s.idle[0])
		s.idle = s.idle[1:]
	}
	s.mu.Unlock()
	return pool.Get(ctx, spec)
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
