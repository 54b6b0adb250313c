package fault

import (
	"context"
	"fmt"
	"strings"

	"simulacro/sim"
)

// phpMissing is an update that left PHP behind: Apache hands out the program in place of what it prints, with code 200.
var phpMissing = Kind{
	Name:     "php-missing",
	Does:     "Apache of a real server runs without its PHP module and hands out the source of a page, with code 200.",
	Evidence: "The director gets a page that begins with <?php.",
	Accepts:  true,
	Touches:  []string{unloadPHP.path},
	Roles:    []sim.Role{sim.Server},
	Params:   []sim.FaultParam{sitePath},
	Save:     unloadPHP.save,
	Inject:   unloadPHP.inject,
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		p, err := s.page(ctx, s.Node, s.Params["path"])
		return Seen{p.source(), p.String() + p.what()}, err
	},
	Recover: unloadPHP.recover,
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		p, err := s.page(ctx, s.Node, s.Params["path"])
		return Seen{p.code == "200" && !p.source(), p.String() + p.what()}, err
	},
}

var unloadPHP = edit{path: "/etc/httpd/conf.modules.d/10-php.conf", load: reloadHTTPD, change: func(_ *Site, text string) (string, error) {
	return commentOut(text, "LoadModule"), nil
}}

func (p page) source() bool { return strings.HasPrefix(strings.TrimSpace(p.body), "<?php") }

func (p page) what() string {
	first, _, _ := strings.Cut(strings.TrimSpace(p.body), "\n")
	return fmt.Sprintf(", a page that begins with %q", first)
}
