package fault

import (
	"context"

	"simulacro/sim"
)

// serviceStop is an operator's `systemctl stop`: the node lives, its port refuses.
var serviceStop = Kind{
	Name:      "service-stop",
	Does:      "A service is stopped with systemctl; the node lives on and its port refuses.",
	Evidence:  "systemd has the unit not active and, where it is what the node is for, its users are not served.",
	Roles:     serviceRoles,
	Params:    []sim.FaultParam{serviceParam},
	Inject:    func(ctx context.Context, s *Site) error { return s.run(ctx, "systemctl", "stop", s.unit()) },
	Effect:    serviceDown,
	Recover:   startService,
	Recovered: serviceUp,
}
