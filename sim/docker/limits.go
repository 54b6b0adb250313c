package docker

import (
	"context"
	"math"

	"github.com/docker/docker/api/types/container"

	"simulacro/sim"
)

const (
	// cpuPeriod is what a CPU limit is counted over, in microseconds: the kernel's own default.
	cpuPeriod = 100_000
	// noMemory is a limit that is none. The engine has no other word to take one back, and passes on whatever fits the kernel's.
	noMemory = 1 << 62
)

// Limit bounds what a node may use of the machine, at once and over restarts; the zero value takes the bounds away. The kernel
// refuses a memory limit below what the node uses now (cgroup v1) or kills for it (v2).
func (c *Cluster) Limit(ctx context.Context, node string, l sim.Limits) error {
	r := container.Resources{CPUPeriod: cpuPeriod, CPUQuota: -1, Memory: noMemory}
	if l.CPU > 0 {
		r.CPUQuota = int64(math.Round(l.CPU * cpuPeriod))
	}
	if l.Memory > 0 {
		r.Memory = l.Memory
	}
	r.MemorySwap = r.Memory
	return c.act("limit", node, func(ref string) error {
		_, err := c.rt.api.ContainerUpdate(ctx, ref, container.UpdateConfig{Resources: r})
		return err
	})
}

// Limits is what a node may use.
func (c *Cluster) Limits(ctx context.Context, node string) (l sim.Limits, err error) {
	err = c.act("limits of", node, func(ref string) error {
		info, err := c.rt.api.ContainerInspect(ctx, ref)
		if err == nil {
			l = limitsOf(info.HostConfig.Resources)
		}
		return err
	})
	return l, err
}

func limitsOf(r container.Resources) (l sim.Limits) {
	switch {
	case r.NanoCPUs > 0:
		l.CPU = float64(r.NanoCPUs) / 1e9
	case r.CPUQuota > 0 && r.CPUPeriod > 0:
		l.CPU = float64(r.CPUQuota) / float64(r.CPUPeriod)
	}
	if r.Memory > 0 && r.Memory < noMemory {
		l.Memory = r.Memory
	}
	return l
}
