package fault

import (
	"context"
	"strings"

	"simulacro/sim"
)

// otherRoot is where a fresh Apache has its pages.
const otherRoot = "/var/www/html"

// wrongDocumentRoot is the server that was set up in haste: its Apache serves its own folder.
var wrongDocumentRoot = Kind{
	Name:     "wrong-documentroot",
	Does:     "DocumentRoot of a real server's Apache is " + otherRoot + " in place of the mount.",
	Evidence: "httpd.conf says so, httpd is active, and the director gets an error for a page of the site.",
	Accepts:  true,
	Touches:  []string{httpdConf},
	Roles:    []sim.Role{sim.Server},
	Params:   []sim.FaultParam{sitePath},
	Save:     moveRoot.save,
	Inject:   moveRoot.inject,
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		root, err := s.documentRoot(ctx)
		said := s.Node.Name + ": DocumentRoot " + root
		if err != nil || root != otherRoot {
			return Seen{Evidence: said}, err
		}
		seen, err := serviceUp(ctx, s)
		if err != nil || !seen.OK {
			return Seen{Evidence: seen.Evidence}, err
		}
		return s.gives4xx(ctx, said+"; "+seen.Evidence)
	},
	Recover: moveRoot.recover,
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		root, err := s.documentRoot(ctx)
		said := s.Node.Name + ": DocumentRoot " + root
		if err != nil || root == otherRoot {
			return Seen{Evidence: said}, err
		}
		return s.gives200(ctx, said)
	},
}

var moveRoot = edit{path: httpdConf, load: reloadHTTPD, change: func(_ *Site, text string) (string, error) {
	return strings.ReplaceAll(text, `"/mnt/web"`, `"`+otherRoot+`"`), nil
}}

// reloadHTTPD has Apache read its files again without dropping a request; one that does not run is started.
var reloadHTTPD = []string{"systemctl", "reload-or-restart", "httpd"}

// documentRoot reads the last DocumentRoot of httpd.conf.
func (s *Site) documentRoot(ctx context.Context) (string, error) {
	text, err := s.read(ctx, httpdConf)
	root := ""
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) == 2 && f[0] == "DocumentRoot" {
			root = strings.Trim(f[1], `"`)
		}
	}
	return root, err
}
