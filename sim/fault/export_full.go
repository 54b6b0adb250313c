package fault

import (
	"context"
	"fmt"
	"strings"
	"time"

	"simulacro/sim"
)

// exportFull is the disk of the site without a byte left: pages are served and nothing new can be written.
var exportFull = Kind{
	Name:     "export-full",
	Does:     "The site is on a small disk, which is full: pages are served, and what an application writes fails. The real servers mount it anew, and what is written until the recovery is lost.",
	Evidence: "Every real server that runs is told \"No space left on device\" where it writes to its mount, and still reads from it.",
	Accepts:  true,
	Roles:    []sim.Role{sim.Storage},
	Touches:  []string{"/export"},
	Wait:     40 * time.Second,
	// A full file system in the place of the export: the disk under it is the machine's, which is not ours to fill.
	Inject: func(ctx context.Context, s *Site) error {
		if err := s.run(ctx, "sh", "-c", fillExport); err != nil {
			return err
		}
		if err := s.run(ctx, "systemctl", "restart", "nfs-ganesha"); err != nil {
			return err
		}
		return s.remount(ctx)
	},
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		seen, err := s.everyServer(ctx, func(n sim.Node) (bool, string, error) {
			out, err := s.Exec(ctx, n.Name, "sh", "-c", bigWrite)
			said := strings.TrimSpace(out.Stdout + " " + out.Stderr)
			return strings.Contains(said, "No space left on device"), fmt.Sprintf("on %s, %s", n.Name, said), err
		})
		if err != nil || !seen.OK {
			return seen, err
		}
		v, err := look(ctx, s)
		return Seen{v.all, seen.Evidence + "; " + v.evidence}, err
	},
	Recover: func(ctx context.Context, s *Site) error {
		moved, _, err := s.moved(ctx)
		if err != nil {
			return err
		}
		if moved {
			if err := handlesStale.Recover(ctx, s); err != nil {
				return err
			}
		}
		return s.remount(ctx)
	},
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		moved, said, err := s.moved(ctx)
		if err != nil || moved {
			return Seen{Evidence: said}, err
		}
		return s.everyServer(ctx, func(n sim.Node) (bool, string, error) {
			said, err := s.writes(ctx, n.Name)
			return strings.HasSuffix(said, written), said, err
		})
	},
}

// fillExport makes the new file system just larger than the site, and fills what is left.
const fillExport = `set -e; c=/run/simulacro-export; mkdir -p $c; kb=$(du -sk /export | cut -f1); [ $kb -lt 262144 ]
mount -t tmpfs -o size=$((kb+512))k simulacro $c; cp -a /export/. $c/; mount --bind $c /export
dd if=/dev/zero of=/export/.full bs=4k 2>/dev/null || :; dd if=/dev/zero of=/export/.full2 bs=1k 2>/dev/null || :; df -k /export | tail -1`

// bigWrite prints why it could not write, or "written", and leaves nothing behind. It does not wait for a mount that hangs.
const bigWrite = `timeout -s KILL 5 sh -c 'f=/mnt/web/.$(cat /proc/sys/kernel/random/uuid); dd if=/dev/zero of="$f" bs=64k count=1 conv=fsync 2>&1 | grep -i "error\|cannot\|failed" || echo written; rm -f "$f"'`

// remount has every real server that runs mount the site anew: its handles were those of another file system.
func (s *Site) remount(ctx context.Context) error {
	servers, err := s.servers(ctx)
	if err != nil {
		return err
	}
	for _, n := range servers {
		out, err := s.Exec(ctx, n.Name, "sh", "-c", mountAnew)
		if err == nil && out.Code != 0 {
			err = fmt.Errorf("code %d: %s", out.Code, strings.TrimSpace(out.Stderr))
		}
		if err != nil {
			return fmt.Errorf("%s: mount /mnt/web anew: %w", n.Name, err)
		}
	}
	return nil
}

const mountAnew = unmount0 + `systemctl reset-failed mnt-web.mount 2>/dev/null; exec systemctl start mnt-web.mount`

const unmount0 = `systemctl stop mnt-web.mount 2>/dev/null; grep -q " /mnt/web " /proc/mounts && umount -l /mnt/web; `
