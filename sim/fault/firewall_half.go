package fault

import (
	"context"
	"fmt"

	"simulacro/sim"
)

var firewallParams = firewallClose.Params

// firewallNotReloaded is the practical's second trap: the port is opened with --permanent, and nothing is reloaded.
var firewallNotReloaded = Kind{
	Name:     "firewall-not-reloaded",
	Does:     "The director's port is open in the permanent configuration of the firewall and closed in the running one, as after --permanent without --reload.",
	Evidence: "firewall-cmd says closed, with --permanent it says open, and the client gets no page.",
	Touches:  []string{"its firewall"},
	Roles:    []sim.Role{sim.Director},
	Params:   firewallParams,
	Inject:   func(ctx context.Context, s *Site) error { return s.runningPort(ctx, "--remove-port=") },
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		running, permanent, said, err := s.ports(ctx)
		if err != nil || running || !permanent {
			return Seen{Evidence: said}, err
		}
		v, err := look(ctx, s)
		return Seen{v.none, said + "; " + v.evidence}, err
	},
	Recover:   func(ctx context.Context, s *Site) error { return s.firewall(ctx, "--add-port=") },
	Recovered: bothOpen,
}

// firewallNotPermanent is its twin: all is well until somebody reloads the firewall or the node is restarted.
var firewallNotPermanent = Kind{
	Name:     "firewall-not-permanent",
	Does:     "The director's port is open in the running firewall only, as after an opening without --permanent: the next --reload or restart closes it.",
	Evidence: "firewall-cmd says open, with --permanent it says closed, and the client still gets its page.",
	Touches:  []string{"its firewall"},
	Roles:    []sim.Role{sim.Director},
	Params:   firewallParams,
	Inject: func(ctx context.Context, s *Site) error {
		return s.run(ctx, "firewall-cmd", "--permanent", "--zone="+s.Params["zone"], "--remove-port="+s.Params["port"])
	},
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		running, permanent, said, err := s.ports(ctx)
		if err != nil || !running || permanent {
			return Seen{Evidence: said}, err
		}
		v, err := look(ctx, s)
		return Seen{v.all, said + "; " + v.evidence}, err
	},
	Recover:   func(ctx context.Context, s *Site) error { return s.firewall(ctx, "--add-port=") },
	Recovered: bothOpen,
}

func (s *Site) runningPort(ctx context.Context, change string) error {
	return s.run(ctx, "firewall-cmd", "--zone="+s.Params["zone"], change+s.Params["port"])
}

// ports tells whether the port is open now, and after a reload.
func (s *Site) ports(ctx context.Context) (running, permanent bool, said string, err error) {
	running, said, err = s.portOpen(ctx)
	if err != nil {
		return false, false, "", err
	}
	answer, err := s.ask(ctx, "firewall-cmd", "--permanent", "--zone="+s.Params["zone"], "--query-port="+s.Params["port"])
	return running, answer == "yes", fmt.Sprintf("%s; with --permanent: %s", said, answer), err
}

func bothOpen(ctx context.Context, s *Site) (Seen, error) {
	running, permanent, said, err := s.ports(ctx)
	if err != nil || !running || !permanent {
		return Seen{Evidence: said}, err
	}
	v, err := look(ctx, s)
	return Seen{v.all, said + "; " + v.evidence}, err
}
