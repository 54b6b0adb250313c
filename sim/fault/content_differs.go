package fault

import (
	"context"
	"strings"

	"simulacro/sim"
)

// contentDiffers is the server that somebody gave a copy of the site "for speed": the copy ages.
var contentDiffers = Kind{
	Name:     "content-differs",
	Does:     "A real server serves its own, altered copy of the site in place of what is on the storage node.",
	Evidence: "The director gets another /index.html from this server than the one that is on the storage node.",
	Accepts:  true,
	Touches:  []string{"/mnt/web"},
	Roles:    []sim.Role{sim.Server},
	Inject:   func(ctx context.Context, s *Site) error { return s.run(ctx, "sh", "-c", serveCopy) },
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		same, said, err := s.sameContent(ctx)
		return Seen{!same && strings.Contains(said, " gives 200"), said}, err
	},
	Recover: func(ctx context.Context, s *Site) error { return s.run(ctx, "sh", "-c", dropCopy) },
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		same, said, err := s.sameContent(ctx)
		return Seen{same, said}, err
	},
}

// serveCopy lays a copy over the mount, which stays beneath: taking it away can harm nothing but the copy. Its page has the
// letters' case swapped and so the same length: between its look at a file and its opening Apache may get the other one, and
// with another length it would end the connection without an answer.
const serveCopy = `set -e; c=/run/simulacro-site; mkdir -p $c; cp -a /mnt/web/. $c/
LC_ALL=C tr a-zA-Z A-Za-z </mnt/web/index.html >$c/index.html; chmod 755 $c; mount --bind $c /mnt/web`

// dropCopy takes away what lies on the mount only if it is the copy: the last /mnt/web in the list is the one on top.
const dropCopy = `while grep " /mnt/web " /proc/self/mountinfo | tail -n 1 | grep -q "/simulacro-site /mnt/web "; do
umount /mnt/web 2>/dev/null || umount -l /mnt/web || exit 1; done; rm -rf /run/simulacro-site`

// sameContent compares /index.html as the server serves it with the file on the storage node.
func (s *Site) sameContent(ctx context.Context) (bool, string, error) {
	p, err := s.page(ctx, s.Node, "/index.html")
	if err != nil {
		return false, "", err
	}
	storage, err := s.Plan.Node("storage")
	if err != nil {
		return false, "", err
	}
	at := *s
	at.Node = storage
	file, err := at.read(ctx, "/export/index.html")
	if err != nil || p.body != file {
		return false, p.String() + ", other content than on the storage node", err
	}
	return true, p.String() + ", the same content as on the storage node", nil
}
