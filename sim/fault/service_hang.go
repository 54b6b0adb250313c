package fault

import (
	"context"
	"fmt"

	"simulacro/sim"
)

// serviceHang stops all processes of a service with SIGSTOP: its listening socket still takes connections.
var serviceHang = Kind{
	Name:     "service-hang",
	Does:     "All processes of a service are stopped with SIGSTOP; connections are accepted and nobody answers.",
	Evidence: "The main process of the unit is in state T (stopped) and, where it is what the node is for, its users get no answer.",
	Accepts:  true,
	Roles:    serviceRoles,
	Params:   []sim.FaultParam{serviceParam},
	Inject:   func(ctx context.Context, s *Site) error { return s.signal(ctx, "STOP") },
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		stopped, said, err := s.stopped(ctx)
		if err != nil || !stopped || !s.mainService() {
			return Seen{stopped, said}, err
		}
		v, err := look(ctx, s)
		return Seen{v.none, said + "; " + v.evidence}, err
	},
	Recover: func(ctx context.Context, s *Site) error { return s.signal(ctx, "CONT") },
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		if stopped, said, err := s.stopped(ctx); err != nil || stopped {
			return Seen{Evidence: said}, err
		}
		return serviceUp(ctx, s)
	},
}

func (s *Site) signal(ctx context.Context, name string) error {
	return s.run(ctx, "systemctl", "kill", "--kill-who=all", "--signal="+name, s.unit())
}

// stopped looks at the state of the unit's main process: T means stopped by a signal (proc(5), /proc/pid/stat).
func (s *Site) stopped(ctx context.Context) (bool, string, error) {
	pid, err := s.ask(ctx, "systemctl", "show", "--property=MainPID", "--value", s.unit())
	if err != nil {
		return false, "", err
	}
	state, err := s.ask(ctx, "ps", "-o", "state=", "-p", pid)
	return state == "T", fmt.Sprintf("%s: process %s of %s is in state %q", s.Node.Name, pid, s.unit(), state), err
}
