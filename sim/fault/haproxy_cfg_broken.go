package fault

import (
	"context"
	"fmt"
	"strings"

	"simulacro/sim"
)

// haproxyCfgBroken is a typing error before a reload. The reload is refused, the service goes on as it was; but whoever
// restarts now stays without it.
var haproxyCfgBroken = Kind{
	Name:     "haproxy-cfg-broken",
	Does:     "haproxy.cfg gets a keyword that does not exist, and is reloaded: the reload is refused, and the old process goes on.",
	Evidence: "haproxy -c refuses the file and says why, the unit is active, and the client is served.",
	Touches:  []string{haproxyCfg},
	Roles:    []sim.Role{sim.Director},
	Save:     typingError.save,
	Inject:   typingError.inject,
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		valid, said, err := s.cfgValid(ctx)
		if err != nil || valid {
			return Seen{Evidence: said}, err
		}
		seen, err := serviceUp(ctx, s)
		return Seen{seen.OK, said + "; " + seen.Evidence}, err
	},
	// Active since its start or mended: what runs has read the good file, so that a reload changes nothing, and is not needed.
	Recover: func(ctx context.Context, s *Site) error {
		if err := typingError.recover(ctx, s); err != nil {
			return err
		}
		return startService(ctx, s)
	},
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		valid, said, err := s.cfgValid(ctx)
		if err != nil || !valid {
			return Seen{Evidence: said}, err
		}
		return serviceUp(ctx, s)
	},
}

var typingError = edit{path: haproxyCfg, load: []string{"systemctl", "reload", "haproxy"}, refused: true, marks: cfgMarks,
	change: func(_ *Site, text string) (string, error) {
		return strings.TrimRight(text, "\n") + "\n    " + noKeyword + " roundrobin\n", nil
	}}

// noKeyword is a slip that haproxy knows to correct in its message.
const noKeyword = "balanse"

// cfgMarks are what the faults of haproxy.cfg leave in it.
var cfgMarks = []string{noKeyword, strayAddress}

// cfgValid asks haproxy what it thinks of its file (haproxy(1), -c).
func (s *Site) cfgValid(ctx context.Context) (bool, string, error) {
	out, err := s.Exec(ctx, s.Node.Name, "haproxy", "-c", "-f", haproxyCfg)
	if err != nil {
		return false, "", fmt.Errorf("%s: haproxy -c: %w", s.Node.Name, err)
	}
	said := s.Node.Name + ": haproxy -c takes " + haproxyCfg
	for line := range strings.Lines(out.Stdout + out.Stderr) {
		if out.Code != 0 && strings.Contains(line, "unknown keyword") {
			return false, s.Node.Name + ": " + strings.TrimSpace(line), nil
		}
	}
	return out.Code == 0, said, nil
}
