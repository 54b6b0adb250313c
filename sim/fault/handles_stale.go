package fault

import (
	"context"

	"simulacro/sim"
)

// handlesStale has the export moved to another file system, as after a restore from a backup: the files are the same,
// their handles are not.
var handlesStale = Kind{
	Name:     "handles-stale",
	Does:     "The export is moved to another file system, as after a restore from backup: all handles are stale, and what is written until the recovery is lost.",
	Evidence: "The export is on another file system, and every real server that runs gets \"Stale file handle\" from its mount.",
	Accepts:  true,
	Touches:  []string{"/export"},
	Roles:    []sim.Role{sim.Storage},
	Inject: func(ctx context.Context, s *Site) error {
		if err := s.run(ctx, "sh", "-c", moveExport); err != nil {
			return err
		}
		return s.run(ctx, "systemctl", "restart", "nfs-ganesha")
	},
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		moved, said, err := s.moved(ctx)
		if err != nil || !moved {
			return Seen{Evidence: said}, err
		}
		seen, err := stale(ctx, s)
		return Seen{seen.OK, said + "; " + seen.Evidence}, err
	},
	// The file system under it cannot be bared while the daemon has files of the other one open.
	Recover: func(ctx context.Context, s *Site) error {
		if moved, _, err := s.moved(ctx); err != nil || !moved {
			return err
		}
		if err := s.run(ctx, "systemctl", "stop", "nfs-ganesha"); err != nil {
			return err
		}
		if err := s.run(ctx, "sh", "-c", bareExport); err != nil {
			return err
		}
		return s.run(ctx, "systemctl", "start", "nfs-ganesha")
	},
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		moved, said, err := s.moved(ctx)
		if err != nil || moved {
			return Seen{Evidence: said}, err
		}
		v, err := look(ctx, s)
		return Seen{v.all, v.evidence}, err
	},
}

// moveExport fills the new file system before it takes the place of the old one. An export that is larger than this
// does not fit: it is an error, and undone.
const moveExport = `set -e; c=/run/simulacro-export; mkdir -p $c
mount -t tmpfs -o size=256m simulacro $c; cp -a /export/. $c/; mount --bind $c /export`

const bareExport = `for d in /export /run/simulacro-export; do
while grep -q "^simulacro $d " /proc/mounts; do umount $d || exit 1; done; done; rm -rf /run/simulacro-export
systemctl reset-failed nfs-ganesha || :`

// ourMounts prints the file systems that handles-stale has put there, also where it was cut short.
const ourMounts = `grep "^simulacro " /proc/mounts || :`

func (s *Site) moved(ctx context.Context) (bool, string, error) {
	mounts, err := s.ask(ctx, "sh", "-c", ourMounts)
	if mounts == "" {
		return false, s.Node.Name + ": the export is on its own file system", err
	}
	return true, s.Node.Name + ": the export is on another file system", err
}
