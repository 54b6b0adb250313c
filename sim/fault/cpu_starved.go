package fault

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"simulacro/sim"
)

// cpuStarved leaves a node a sliver of a processor, as a neighbour on the same host does, and a process in the node that wants all of it:
// whatever else there is to do waits for the kernel's next period (0.1 s), however little it is.
var cpuStarved = Kind{
	Name:     "cpu-starved",
	Does:     "The node gets a small part of a processor, and shares it with a process that is never done; all that it does takes longer.",
	Evidence: "The engine has the limit, and a loop that counts in the node got no more than twice that part of a processor.",
	Roles:    serviceRoles,
	Touches:  []string{"its limits"},
	Params:   []sim.FaultParam{{Name: "cpu", Default: "0.05", Does: "how much of a processor, 0.02 to 0.2"}},
	Check: func(s *Site) error {
		_, err := s.part()
		return err
	},
	Save: saveLimits,
	Inject: func(ctx context.Context, s *Site) error {
		l, err := limitsIn(s.Saved)
		if err != nil {
			return err
		}
		if l.CPU, err = s.part(); err != nil {
			return err
		}
		if err := s.run(ctx, "sh", "-c", burn); err != nil {
			return err
		}
		return s.Limit(ctx, s.Node.Name, l)
	},
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		part, err := s.part()
		if err != nil {
			return Seen{}, err
		}
		now, err := s.Limits(ctx, s.Node.Name)
		if err != nil || now.CPU != part {
			return Seen{Evidence: fmt.Sprintf("%s may use %s", s.Node.Name, limitsText(now))}, err
		}
		got, said, err := s.counted(ctx)
		return Seen{got <= 2*part, fmt.Sprintf("%s may use %s; %s", s.Node.Name, limitsText(now), said)}, err
	},
	// The limit goes first, for the rest not to take for ever.
	Recover: func(ctx context.Context, s *Site) error {
		if err := restoreLimits(ctx, s); err != nil {
			return err
		}
		if st, err := s.State(ctx, s.Node.Name); err != nil || st == Exited || st == Gone {
			return err
		}
		return s.run(ctx, "sh", "-c", cool)
	},
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		seen, err := hasLimits(ctx, s, s.Saved)
		if err != nil || !seen.OK {
			return seen, err
		}
		part, err := s.part()
		if err != nil {
			return Seen{}, err
		}
		got, said, err := s.counted(ctx)
		return Seen{got > 2*part, seen.Evidence + "; " + said}, err
	},
}

// burn starts the process that is never done, cool ends it; either may find it so already.
const (
	burn = `systemctl reset-failed simulacro-burn 2>/dev/null; systemctl is-active --quiet simulacro-burn ||
systemd-run --quiet --unit=simulacro-burn sh -c 'while :; do :; done'`
	cool = `systemctl stop simulacro-burn 2>/dev/null; systemctl reset-failed simulacro-burn 2>/dev/null; exit 0`
)

// part is how much of a processor the node gets.
func (s *Site) part() (float64, error) {
	v, err := strconv.ParseFloat(s.Params["cpu"], 64)
	if err != nil || v < 0.02 || v > 0.2 {
		return 0, fmt.Errorf("cpu %q: must be a number from 0.02 to 0.2", s.Params["cpu"])
	}
	return v, nil
}

// countLoop prints the time that a loop took and how much of it the processor worked, in seconds. It lasts some periods of the
// kernel's limit (0.1 s each): the first one has all that was saved up.
const countLoop = `TIMEFORMAT='%R %U %S'; time (end=$((${EPOCHREALTIME/./}+600000)); while [ ${EPOCHREALTIME/./} -lt $end ]; do :; done)`

// counted gives the part of a processor that a loop in the node got.
func (s *Site) counted(ctx context.Context) (float64, string, error) {
	out, err := s.Exec(ctx, s.Node.Name, "bash", "-c", countLoop)
	if err != nil {
		return 0, "", fmt.Errorf("%s: count: %w", s.Node.Name, err)
	}
	var whole, user, system float64
	if _, err := fmt.Sscan(strings.TrimSpace(out.Stderr), &whole, &user, &system); err != nil || whole <= 0 {
		return 0, "", fmt.Errorf("%s: count: %q is not a time", s.Node.Name, out.Stderr)
	}
	got := (user + system) / whole
	return got, fmt.Sprintf("a loop got %.0f %% of a processor", got*100), nil
}
