package fault

import (
	"context"
	"errors"
	"strings"

	"simulacro/sim"
)

// wrongFstab is a slip of the pen in /etc/fstab, found at the next mount: nobody exports anything at that address.
var wrongFstab = Kind{
	Name:     "wrong-fstab",
	Does:     "/etc/fstab of a real server has the director's address for the storage node's, and the mount is tried again.",
	Evidence: "/etc/fstab names the address, the mount is not there, and the director gets an error for a page of the site.",
	Accepts:  true,
	Touches:  []string{"/mnt/web"},
	Roles:    []sim.Role{sim.Server},
	Params:   []sim.FaultParam{sitePath},
	Save:     wrongServer.save,
	Inject: func(ctx context.Context, s *Site) error {
		if err := wrongServer.inject(ctx, s); err != nil {
			return err
		}
		if err := s.run(ctx, "sh", "-c", unmount); err != nil {
			return err
		}
		return s.run(ctx, "systemctl", "start", "--no-block", "mnt-web.mount")
	},
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		wrong, said, err := s.fstabWrong(ctx)
		if err != nil || !wrong {
			return Seen{Evidence: said}, err
		}
		seen, err := unmounted(ctx, s)
		return Seen{seen.OK, said + "; " + seen.Evidence}, err
	},
	Recover: func(ctx context.Context, s *Site) error {
		if err := wrongServer.recover(ctx, s); err != nil {
			return err
		}
		return s.run(ctx, "sh", "-c", mountAgain)
	},
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		wrong, said, err := s.fstabWrong(ctx)
		if err != nil || wrong {
			return Seen{Evidence: said}, err
		}
		return mountMissing.Recovered(ctx, s)
	},
}

const fstab = "/etc/fstab"

var wrongServer = edit{path: fstab, load: []string{"systemctl", "daemon-reload"}, change: func(s *Site, text string) (string, error) {
	storage, err := s.Plan.Node("storage")
	if err != nil {
		return "", err
	}
	right := storage.Inner.String() + ":"
	if !strings.Contains(text, right) {
		return "", errors.New("it does not name the storage node's address")
	}
	return strings.ReplaceAll(text, right, s.Plan.Nodes()[0].Inner.String()+":"), nil
}}

func (s *Site) fstabWrong(ctx context.Context) (bool, string, error) {
	text, err := s.read(ctx, fstab)
	director := s.Plan.Nodes()[0].Inner.String()
	if err != nil || !strings.Contains(text, director+":") {
		return false, s.Node.Name + ": " + fstab + " does not name " + director, err
	}
	return true, s.Node.Name + ": " + fstab + " names " + director, nil
}
