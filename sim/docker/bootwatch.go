package docker

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"

	"simulacro/sim"
)

// bootLook is how often a boot looks whether waiting for answers is still of use.
const bootLook = time.Second

// serverLooks is at which of the looks the real servers are asked too, which costs a command in each: not in a boot that goes well.
const serverLooks = 5

// bootFailed is why nobody will answer, however long one waits.
type bootFailed struct{ why string }

func (e *bootFailed) Error() string { return e.why }

// watchBoot stops the wait for answers with a bootFailed as soon as a node has ended, or a service without which there will be none
// has failed. It ends when ctx does.
func (c *Cluster) watchBoot(ctx context.Context, stop context.CancelCauseFunc) {
	tick := time.NewTicker(bootLook)
	defer tick.Stop()
	for looks := 1; ; looks++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if why := c.bootFailure(ctx, looks%serverLooks == 0); why != "" && ctx.Err() == nil {
			stop(&bootFailed{why})
			return
		}
	}
}

// bootFailure is why the boot will not end, "" where it may. Under a haproxy.cfg of the user's own it is the director that fails, and
// a real server may be none of the file's; under the practical's all real servers must answer, and are looked at where servers says so.
func (c *Cluster) bootFailure(ctx context.Context, servers bool) string {
	if dead := c.deadNodes(ctx); len(dead) > 0 {
		return strings.Join(dead, ", ") + " ended while booting:\n" + c.diagnose(ctx)
	}
	if c.spec.HAProxyCfg != "" {
		if director := c.director(); c.failed(ctx, director, "haproxy") {
			return "haproxy.service on " + director + " has failed, so nobody will answer:\n" + c.whyDirectorFailed(ctx)
		}
		return ""
	}
	for _, n := range c.spec.Plan.Nodes() {
		if servers && n.Role == sim.Server && c.failed(ctx, n.Name, "httpd") {
			return "httpd.service on " + n.Name + " has failed, so it will not answer:\n" + c.diagnose(ctx)
		}
	}
	return ""
}

// failed tells whether systemd has given a unit up.
func (c *Cluster) failed(ctx context.Context, node, unit string) bool {
	out, err := c.Exec(ctx, node, "systemctl", "is-failed", unit)
	return err == nil && strings.TrimSpace(out.Stdout) == "failed"
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
var deadStates = []string{container.StateExited, container.StateDead}

// whyDirectorFailed asks the director itself what is wrong with its file; where that is well, the journal tells (a port that
// another has, say).
func (c *Cluster) whyDirectorFailed(ctx context.Context) string {
	out, err := c.Exec(ctx, c.director(), "/usr/sbin/haproxy", "-c", "-f", haproxyCfg)
	if err == nil && out.Code != 0 {
		return strings.TrimSpace(out.Stderr + out.Stdout)
	}
	out, err = c.Exec(ctx, c.director(), "journalctl", "--unit=haproxy", "--lines=10", "--no-pager", "--output=cat")
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(out.Stdout)
}

func (c *Cluster) director() string { return c.spec.Plan.Nodes()[0].Name }
