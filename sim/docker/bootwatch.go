package docker

import (
	"context"
	"slices"
	"strings"
	"time"

	"simulacro/sim"
)

// bootLook is how often a boot looks whether waiting for answers is still of use.
const bootLook = time.Second

// bootFailed is why nobody will answer, however long one waits.
type bootFailed struct{ why string }

func (e *bootFailed) Error() string { return e.why }

// watchBoot stops the wait for answers with a bootFailed as soon as a node has ended, or the director does not start with the
// haproxy.cfg it was given. It ends when ctx does.
func (c *Cluster) watchBoot(ctx context.Context, stop context.CancelCauseFunc) {
	tick := time.NewTicker(bootLook)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if dead := c.deadNodes(ctx); len(dead) > 0 {
			stop(&bootFailed{strings.Join(dead, ", ") + " ended while booting:\n" + c.diagnose(ctx)})
			return
		}
		if c.spec.HAProxyCfg == "" {
			continue // the practical's own starts, or the boot is not done
		}
		out, err := c.onDirector(ctx, "systemctl", "is-failed", "haproxy")
		if err == nil && strings.TrimSpace(out.Stdout) == "failed" {
			stop(&bootFailed{"haproxy.service on cluster1 has failed, so nobody will answer:\n" + c.whyDirectorFailed(ctx)})
			return
		}
	}
}

// deadNodes are those that ran and do so no more.
func (c *Cluster) deadNodes(ctx context.Context) (names []string) {
	p, err := c.rt.survey(ctx, c.spec.Name)
	if err != nil {
		return nil // the engine does not answer now, which tells nothing of the nodes
	}
	for _, n := range c.spec.Plan.Nodes() {
		if found, ok := p.node(n.Name); ok && slices.Contains(deadStates, found.State) {
			names = append(names, n.Name)
		}
	}
	return names
}

// deadStates are the engine's words for a container that has ended by itself.
var deadStates = []string{"exited", "dead"}

// whyDirectorFailed asks the director itself what is wrong with its file; where that is well, the journal tells (a port that
// another has, say).
func (c *Cluster) whyDirectorFailed(ctx context.Context) string {
	out, err := c.onDirector(ctx, "/usr/sbin/haproxy", "-c", "-f", haproxyCfg)
	if err == nil && out.Code != 0 {
		return strings.TrimSpace(out.Stderr + out.Stdout)
	}
	out, err = c.onDirector(ctx, "journalctl", "--unit=haproxy", "--lines=10", "--no-pager", "--output=cat")
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(out.Stdout)
}

func (c *Cluster) onDirector(ctx context.Context, argv ...string) (sim.Output, error) {
	return c.Exec(ctx, c.spec.Plan.Nodes()[0].Name, argv...)
}
