package fault

import (
	"context"
	"fmt"

	"simulacro/sim"
)

// serviceParam names the unit; empty means the one that the node's role is for.
var serviceParam = sim.FaultParam{Name: "service", Does: "the systemd unit; by default httpd on a real server, haproxy on the director, nfs-ganesha on the storage node"}

var serviceRoles = []sim.Role{sim.Director, sim.Server, sim.Storage}

// unit is the service that is meant.
func (s *Site) unit() string {
	if u := s.Params["service"]; u != "" {
		return u
	}
	switch s.Node.Role {
	case sim.Director:
		return "haproxy"
	case sim.Storage:
		return "nfs-ganesha"
	}
	return "httpd"
}

// mainService tells whether the unit is the one that look looks at.
func (s *Site) mainService() bool {
	c := *s
	c.Params = nil
	return s.unit() == c.unit()
}

// serviceDown: systemd says that the unit is not active and, for the node's main service, its users say it too.
func serviceDown(ctx context.Context, s *Site) (Seen, error) {
	state, err := s.ask(ctx, "systemctl", "is-active", s.unit())
	if err != nil {
		return Seen{}, err
	}
	said := fmt.Sprintf("%s: unit %s is %s", s.Node.Name, s.unit(), state)
	if state == "active" || !s.mainService() {
		return Seen{state != "active", said}, nil
	}
	v, err := look(ctx, s)
	return Seen{v.none, said + "; " + v.evidence}, err
}

// serviceUp is the opposite of serviceDown.
func serviceUp(ctx context.Context, s *Site) (Seen, error) {
	state, err := s.ask(ctx, "systemctl", "is-active", s.unit())
	if err != nil {
		return Seen{}, err
	}
	said := fmt.Sprintf("%s: unit %s is %s", s.Node.Name, s.unit(), state)
	if state != "active" || !s.mainService() {
		return Seen{state == "active", said}, nil
	}
	v, err := look(ctx, s)
	return Seen{v.all, said + "; " + v.evidence}, err
}

// startService starts the unit, also where systemd has given up on it after too many failures. It waits for a unit that
// is being stopped. A unit that runs is left as it is.
func startService(ctx context.Context, s *Site) error {
	// reset-failed has a code of its own for a unit that is not loaded; start says it better.
	if _, err := s.ask(ctx, "systemctl", "reset-failed", s.unit()); err != nil {
		return err
	}
	return s.run(ctx, "systemctl", "start", s.unit())
}
