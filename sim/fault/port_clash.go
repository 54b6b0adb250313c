package fault

import (
	"context"
	"fmt"
	"strings"

	"simulacro/sim"
)

const httpdConf = "/etc/httpd/conf/httpd.conf"

// portClash is the practical's own trap: Apache on the director listens on port 80 of every address, as a fresh install
// does, so that haproxy cannot bind.
var portClash = Kind{
	Name:     "port-clash",
	Does:     "Apache on the director listens on port 80 of every address and is there first: haproxy cannot bind.",
	Evidence: "systemd has haproxy not active, and haproxy's own words say that it cannot bind its socket.",
	Touches:  []string{"port 80"},
	Roles:    []sim.Role{sim.Director},
	Save: func(ctx context.Context, s *Site) error {
		listen, err := s.ask(ctx, "sed", "-n", "s/^Listen[[:space:]]*//p", httpdConf)
		s.Saved["listen"] = listen
		if err == nil && (listen == "" || strings.Contains(listen, "\n")) {
			return fmt.Errorf("%s: %s: one Listen line was expected, not %q", s.Node.Name, httpdConf, listen)
		}
		return err
	},
	Inject: func(ctx context.Context, s *Site) error {
		if err := s.listen(ctx, "80"); err != nil {
			return err
		}
		if err := s.run(ctx, "systemctl", "stop", "haproxy"); err != nil {
			return err
		}
		if err := s.run(ctx, "systemctl", "restart", "httpd"); err != nil {
			return err
		}
		// It must fail: whether it did is for the probe to see.
		_, err := s.ask(ctx, "systemctl", "start", "haproxy")
		return err
	},
	Effect: portClashed,
	Recover: func(ctx context.Context, s *Site) error {
		if err := s.listen(ctx, s.Saved["listen"]); err != nil {
			return err
		}
		if err := s.run(ctx, "systemctl", "restart", "httpd"); err != nil {
			return err
		}
		return startService(ctx, s)
	},
	Recovered: serviceUp,
}

// listen edits httpd.conf as a student does.
func (s *Site) listen(ctx context.Context, what string) error {
	return s.run(ctx, "sed", "-i", "s/^Listen[[:space:]].*/Listen "+what+"/", httpdConf)
}

// portClashed wants haproxy down and its own words for why in the journal.
func portClashed(ctx context.Context, s *Site) (Seen, error) {
	state, err := s.ask(ctx, "systemctl", "is-active", "haproxy")
	if err != nil || state == "active" {
		return Seen{Evidence: "haproxy is " + state}, err
	}
	status, err := s.ask(ctx, "systemctl", "status", "--no-pager", "--lines=50", "-l", "haproxy")
	if err != nil {
		return Seen{}, err
	}
	said := ""
	for line := range strings.Lines(status) {
		if strings.Contains(line, "cannot bind socket") {
			said = strings.TrimSpace(line)
		}
	}
	if said == "" {
		return Seen{Evidence: "haproxy is " + state + ", but says nothing of a socket that it cannot bind"}, nil
	}
	return Seen{true, fmt.Sprintf("%s: haproxy is %s: %s", s.Node.Name, state, said)}, nil
}
