package fault

import (
	"context"
	"strings"

	"simulacro/sim"
)

// phpBroken is a careless deployment: the site is one, so all real servers fail at once.
var phpBroken = Kind{
	Name:     "php-broken",
	Does:     "index.php on the storage node gets a syntax error: every real server answers 500, and its connection check stays green.",
	Evidence: "The director gets 500 for /index.php from every real server that runs.",
	Accepts:  true,
	Touches:  []string{breakPHP.path},
	Roles:    []sim.Role{sim.Storage},
	Save:     breakPHP.save,
	Inject:   breakPHP.inject,
	Effect:   func(ctx context.Context, s *Site) (Seen, error) { return s.everyPage(ctx, "500") },
	Recover:  breakPHP.recover,
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		return s.everyPage(ctx, "200")
	},
}

var breakPHP = edit{path: "/export/index.php", change: func(_ *Site, text string) (string, error) {
	return strings.Replace(text, "<?php", "<?php\nif (", 1), nil
}}

// everyPage wants the same code for /index.php from all real servers that run.
func (s *Site) everyPage(ctx context.Context, code string) (Seen, error) {
	return s.everyServer(ctx, func(n sim.Node) (bool, string, error) {
		p, err := s.page(ctx, n, "/index.php")
		return p.code == code, p.String(), err
	})
}
