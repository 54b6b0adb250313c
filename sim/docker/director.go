package docker

import (
	"context"
	"strings"
	"time"

	"simulacro/sim"
)

// directorLook is how often a boot under a haproxy.cfg of the user's own looks whether the director's unit has failed.
const directorLook = time.Second

// directorFailed is a director that does not start with the haproxy.cfg it was given.
type directorFailed struct{ said string }

func (e *directorFailed) Error() string {
	return "haproxy.service on cluster1 has failed, so nobody will answer:\n" + e.said
}

// watchDirector stops the wait for answers with a directorFailed as soon as the unit has failed. It ends when ctx does.
func (c *Cluster) watchDirector(ctx context.Context, stop context.CancelCauseFunc) {
	tick := time.NewTicker(directorLook)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		out, err := c.onDirector(ctx, "systemctl", "is-failed", "haproxy")
		if err == nil && strings.TrimSpace(out.Stdout) == "failed" {
			stop(&directorFailed{c.whyDirectorFailed(ctx)})
			return
		}
	}
}

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
