package fault

import (
	"context"

	"simulacro/sim"
)

// serviceCrash kills all processes of a service with SIGKILL. Where the unit has Restart= the service may be back before
// anybody looks, and then nothing is proved: such units are kept down by the restart limit only.
var serviceCrash = Kind{
	Name:     "service-crash",
	Does:     "All processes of a service are killed with SIGKILL.",
	Evidence: "As of service-stop: the unit is not active, and its users are not served.",
	Roles:    serviceRoles,
	Params:   []sim.FaultParam{serviceParam},
	Inject: func(ctx context.Context, s *Site) error {
		return s.run(ctx, "systemctl", "kill", "--kill-who=all", "--signal=KILL", s.unit())
	},
	Effect:    serviceDown,
	Recover:   startService,
	Recovered: serviceUp,
}
