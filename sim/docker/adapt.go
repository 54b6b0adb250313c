package docker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"simulacro/sim"
)

// Adaptable tells whether Adapt can make a cluster of a pool that was made for one spec fit another one: the director,
// haproxy.cfg and the mounts are quickly changed; the number of servers and a published port are not.
func Adaptable(have, want sim.Spec) bool {
	have, want = withDefaults(have), withDefaults(want)
	return have.Plan.Servers == want.Plan.Servers && poolPort(have) == poolPort(want) &&
		(have.HAProxyCfg == "" || have.HAProxyCfg == want.HAProxyCfg)
}

// poolPort is the port that a pool publishes for a spec: none where it names none of its own.
func poolPort(spec sim.Spec) int {
	if spec.Plan.Port == sim.DefaultPlan().Port {
		return 0
	}
	return spec.Plan.Port
}

// Adapt makes the cluster what want asks for, which takes less than a boot: another program behind `haproxy` and another
// haproxy.cfg are a restart, other options of the mounts are a mount. It waits until every server answers. Name and
// addresses stay. Where it fails, the cluster is fit for nothing but Down.
func (c *Cluster) Adapt(ctx context.Context, want sim.Spec) error {
	want = withDefaults(want)
	if !Adaptable(c.spec, want) {
		return fmt.Errorf("cluster %s cannot be changed into what is asked for: it needs other nodes", c.spec.Name)
	}
	remounted, err := c.remount(ctx, want.MountOptions)
	if err != nil {
		return fmt.Errorf("adapt cluster %s: %w", c.spec.Name, err)
	}
	switched, err := c.switchDirector(ctx, want)
	if err != nil {
		return fmt.Errorf("adapt cluster %s: %w", c.spec.Name, err)
	}
	if !remounted && !switched {
		return nil
	}
	return c.await(ctx, &reporter{})
}

// defaultMount is what simulacro-init writes into /etc/fstab where nothing is asked for.
const defaultMount = "_netdev,defaults"

// remountScript puts the options $1 into /etc/fstab, and mounts again. Apache may have the site open: it is waited for, and
// no longer than a second.
const remountScript = `set -e
awk -v o="$1" '$2 == "/mnt/web" { if ($4 ~ /^noauto,/) o = "noauto," o; $4 = o } { print }' /etc/fstab >/etc/fstab.new
cat /etc/fstab.new >/etc/fstab; rm /etc/fstab.new
systemctl daemon-reload
i=0; while ! umount /mnt/web 2>/dev/null; do i=$((i+1)); [ $i -lt 10 ] || { umount -l /mnt/web; break; }; sleep 0.1; done
systemctl reset-failed mnt-web.mount 2>/dev/null || :
systemctl start mnt-web.mount`

// remount tells whether there was something to do.
func (c *Cluster) remount(ctx context.Context, options string) (bool, error) {
	if c.spec.MountOptions == options {
		return false, nil
	}
	asked := cmp.Or(options, defaultMount)
	err := all(ctx, c.spec.Plan.Nodes(), func(ctx context.Context, n sim.Node) error {
		if n.Role != sim.Server {
			return nil
		}
		return c.script(ctx, n.Name, "mount with "+asked, remountScript, asked)
	})
	c.spec.MountOptions = options
	return true, err
}

// switchDirector puts another program behind the unit haproxy, and another haproxy.cfg in place. It tells whether there was
// something to do.
func (c *Cluster) switchDirector(ctx context.Context, want sim.Spec) (bool, error) {
	cfg := c.spec.Plan.Rewrite(want.HAProxyCfg)
	if c.spec.Director == want.Director && c.spec.HAProxyCfg == cfg {
		return false, nil
	}
	if cfg != "" {
		if err := c.WriteFile(ctx, string(sim.Director), haproxyCfg, []byte(cfg)); err != nil {
			return true, err
		}
	}
	err := c.script(ctx, string(sim.Director), "switch the director to "+string(want.Director),
		"ln -sfn /usr/lib/simulacro/$1 /usr/sbin/haproxy && systemctl restart haproxy", program(want.Director))
	c.spec.Director, c.spec.HAProxyCfg = want.Director, cfg
	return true, err
}

// script runs shell text in a node, and makes a code other than 0 an error.
func (c *Cluster) script(ctx context.Context, node, what, text string, args ...string) error {
	out, err := c.Exec(ctx, node, append([]string{"/bin/sh", "-c", text, "sh"}, args...)...)
	if err == nil && out.Code != 0 {
		err = errors.New(strings.TrimSpace(out.Stderr + " " + out.Stdout))
	}
	if err != nil {
		return fmt.Errorf("%s: %s: %w", node, what, err)
	}
	return nil
}

// program is the file in the director's image that is `haproxy` (see images/common/usr/sbin/simulacro-init).
func program(kind sim.DirectorKind) string {
	if kind == sim.HAProxy {
		return "haproxy"
	}
	return "proxy"
}
