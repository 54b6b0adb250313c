package fault

import (
	"context"
	"fmt"

	"simulacro/sim"
)

// firewallClose takes the port out of the zone that faces the clients, in the running and the permanent configuration.
var firewallClose = Kind{
	Name:     "firewall-close",
	Does:     "The firewall of the director no longer lets the port through from the clients' side.",
	Evidence: "firewall-cmd has the port closed, and the client gets no page from the director.",
	Touches:  []string{"its firewall"},
	Roles:    []sim.Role{sim.Director},
	Params: []sim.FaultParam{
		{Name: "zone", Default: "external", Does: "the firewalld zone"},
		{Name: "port", Default: "80/tcp", Does: "port and protocol"},
	},
	Inject: func(ctx context.Context, s *Site) error { return s.firewall(ctx, "--remove-port=") },
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		open, said, err := s.portOpen(ctx)
		if err != nil || open {
			return Seen{Evidence: said}, err
		}
		v, err := look(ctx, s)
		return Seen{v.none, said + "; " + v.evidence}, err
	},
	Recover: func(ctx context.Context, s *Site) error { return s.firewall(ctx, "--add-port=") },
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		open, said, err := s.portOpen(ctx)
		if err != nil || !open {
			return Seen{Evidence: said}, err
		}
		v, err := look(ctx, s)
		return Seen{v.all, said + "; " + v.evidence}, err
	},
}

// firewall changes the permanent configuration and loads it, as the practical does. Both are idempotent: firewall-cmd
// only warns of what is so already.
func (s *Site) firewall(ctx context.Context, change string) error {
	err := s.run(ctx, "firewall-cmd", "--permanent", "--zone="+s.Params["zone"], change+s.Params["port"])
	if err != nil {
		return err
	}
	return s.run(ctx, "firewall-cmd", "--reload")
}

func (s *Site) portOpen(ctx context.Context) (bool, string, error) {
	said, err := s.ask(ctx, "firewall-cmd", "--zone="+s.Params["zone"], "--query-port="+s.Params["port"])
	return said == "yes", fmt.Sprintf("%s: port %s open in zone %s: %s", s.Node.Name, s.Params["port"], s.Params["zone"], said), err
}
