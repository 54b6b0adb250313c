package fault

import (
	"context"
	"fmt"
	"strings"

	"simulacro/sim"
)

// sitePath is the page by which the faults of the site tell: it is there on every cluster that serves the practical's.
var sitePath = sim.FaultParam{Name: "path", Default: "/index.php", Does: "the page that is looked at"}

// mountMissing is the server that was booted when its storage was not there: Apache runs over an empty folder.
var mountMissing = Kind{
	Name:     "mount-missing",
	Does:     "/mnt/web is not mounted on a real server; its Apache serves an empty folder.",
	Evidence: "The mount is not there, and the director gets an error for a page of the site.",
	Accepts:  true,
	Touches:  []string{"/mnt/web"},
	Roles:    []sim.Role{sim.Server},
	Params:   []sim.FaultParam{sitePath},
	Inject:   func(ctx context.Context, s *Site) error { return s.run(ctx, "sh", "-c", unmount) },
	Effect:   unmounted,
	Recover:  func(ctx context.Context, s *Site) error { return s.run(ctx, "sh", "-c", mountAgain) },
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		mounted, said, err := s.mounted(ctx)
		if err != nil || !mounted {
			return Seen{Evidence: said}, err
		}
		return s.gives200(ctx, said)
	},
}

// unmount waits for Apache to close what it has open, and no longer than a second.
const unmount = `i=0; while ! umount /mnt/web 2>/dev/null; do i=$((i+1)); [ $i -lt 10 ] || exec umount -l /mnt/web; sleep 0.1; done`

// mountAgain mounts what /etc/fstab says; an attempt that is still on its way is given up first.
const mountAgain = `grep -q " /mnt/web " /proc/mounts && exit 0
systemctl stop mnt-web.mount; systemctl reset-failed mnt-web.mount 2>/dev/null; exec systemctl start mnt-web.mount`

func (s *Site) mounted(ctx context.Context) (bool, string, error) {
	mounts, err := s.ask(ctx, "cat", "/proc/mounts")
	if strings.Contains(mounts, " /mnt/web ") {
		return true, s.Node.Name + ": /mnt/web is mounted", err
	}
	return false, s.Node.Name + ": /mnt/web is not mounted", err
}

// unmounted wants no mount, and the page not there for the director.
func unmounted(ctx context.Context, s *Site) (Seen, error) {
	mounted, said, err := s.mounted(ctx)
	if err != nil || mounted {
		return Seen{Evidence: said}, err
	}
	return s.gives4xx(ctx, said)
}

// gives4xx adds to a cause that is there the answer that the node's users get: nothing to be found there.
func (s *Site) gives4xx(ctx context.Context, said string) (Seen, error) {
	p, err := s.page(ctx, s.Node, s.Params["path"])
	return Seen{strings.HasPrefix(p.code, "4"), fmt.Sprintf("%s; %s", said, p)}, err
}

// gives200 is the opposite of gives4xx.
func (s *Site) gives200(ctx context.Context, said string) (Seen, error) {
	p, err := s.page(ctx, s.Node, s.Params["path"])
	return Seen{p.code == "200", fmt.Sprintf("%s; %s", said, p)}, err
}
