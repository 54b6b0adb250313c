package fault

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"simulacro/sim"
)

// wrongBind has the director listen on an address that is not its own, as where a file is copied from another cluster.
var wrongBind = Kind{
	Name:     "wrong-bind",
	Does:     "haproxy.cfg binds to an address that the director does not have, and haproxy is restarted: it does not start.",
	Evidence: "systemd has haproxy not active, its own words say that it cannot bind to that address, and the client is not served.",
	Touches:  []string{haproxyCfg},
	Roles:    []sim.Role{sim.Director},
	Save:     bindElsewhere.save,
	Inject:   bindElsewhere.inject,
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		seen, err := serviceDown(ctx, s)
		if err != nil || !seen.OK {
			return Seen{Evidence: seen.Evidence}, err
		}
		status, err := s.ask(ctx, "systemctl", "status", "--no-pager", "--lines=50", "-l", "haproxy")
		said := ""
		for line := range strings.Lines(status) {
			if strings.Contains(line, "cannot bind socket (Cannot assign requested address)") {
				said = strings.TrimSpace(line)
			}
		}
		return Seen{said != "", fmt.Sprintf("%s; %s", seen.Evidence, said)}, err
	},
	Recover: func(ctx context.Context, s *Site) error {
		if err := s.write(ctx, haproxyCfg, s.Saved[savedText]); err != nil {
			return err
		}
		return startService(ctx, s)
	},
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		text, err := s.read(ctx, haproxyCfg)
		if err != nil || strings.Contains(text, strayAddress) {
			return Seen{Evidence: s.Node.Name + ": " + haproxyCfg + " binds to " + strayAddress}, err
		}
		return serviceUp(ctx, s)
	},
}

// strayAddress is nobody's: it is kept for examples (RFC 5737).
const strayAddress = "192.0.2.101"

var bindLine = regexp.MustCompile(`(?m)^(\s*bind\s+)[0-9.*]*:`)

var bindElsewhere = edit{path: haproxyCfg, load: []string{"systemctl", "restart", "haproxy"}, refused: true, marks: cfgMarks,
	change: func(_ *Site, text string) (string, error) {
		if !bindLine.MatchString(text) {
			return "", errors.New("there is no bind line")
		}
		return bindLine.ReplaceAllString(text, "${1}"+strayAddress+":"), nil
	}}
