package fault

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"simulacro/sim"
)

// nodeRestart is a reboot: the node goes down in order and comes back by itself, whoever waits for it or not.
var nodeRestart = Kind{
	Name:     "node-restart",
	Does:     "The node is rebooted in order: it shuts down, and boots again at once.",
	Evidence: "The node does not run and its users are not served; then it runs and serves again, while the fault is held.",
	Takes:    true,
	Inject:   func(ctx context.Context, s *Site) error { return s.Stop(ctx, s.Node.Name) },
	Effect:   func(ctx context.Context, s *Site) (Seen, error) { return down(ctx, s, Exited) },
	Hold: func(ctx context.Context, s *Site, saw func(string)) error {
		began := time.Now()
		if err := s.Start(ctx, s.Node.Name); err != nil {
			return err
		}
		seen, err := s.awaitSeen(ctx, up)
		if err != nil {
			return err
		}
		saw(fmt.Sprintf("%s; it booted and served again within %.1f s", seen.Evidence, time.Since(began).Seconds()))
		return nil
	},
	Recover:   startNode,
	Recovered: up,
}

// nodeFlap is the loose contact in the power supply.
var nodeFlap = Kind{
	Name:     "node-flap",
	Does:     "The node loses its power and gets it back, again and again.",
	Evidence: "The node does not run and its users are not served; while the fault is held, it is seen to serve again at least once.",
	Takes:    true,
	Params: []sim.FaultParam{
		{Name: "down", Default: "2s", Does: "how long it is without power each time, 500ms to 1m"},
		{Name: "up", Default: "3s", Does: "how long it serves each time, 500ms to 1m"},
	},
	Check: func(s *Site) error {
		for _, name := range []string{"down", "up"} {
			if _, err := s.period(name); err != nil {
				return err
			}
		}
		return nil
	},
	Inject:    nodeKill.Inject,
	Effect:    func(ctx context.Context, s *Site) (Seen, error) { return down(ctx, s, Exited) },
	Hold:      flap,
	Recover:   startNode,
	Recovered: up,
}

// flap switches the node on and off until ctx ends. An order is carried out to its end even then: the engine would go on with one
// that was given up, and a node that is about to be killed runs for who looks at it to switch it on.
func flap(ctx context.Context, s *Site, saw func(string)) error {
	off, err := s.period("down")
	if err != nil {
		return err
	}
	on, err := s.period("up")
	if err != nil {
		return err
	}
	whole := func(order func(context.Context) error) error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), DefaultWait)
		defer cancel()
		return order(ctx)
	}
	for n := 1; ; n++ {
		if err := pause(ctx, off); err != nil {
			return err
		}
		if err := whole(func(ctx context.Context) error { return s.Start(ctx, s.Node.Name) }); err != nil {
			return err
		}
		seen, err := s.awaitSeen(ctx, up)
		if err != nil {
			return err
		}
		saw(seen.Evidence + "; on for the time " + strconv.Itoa(n))
		if err := pause(ctx, on); err != nil {
			return err
		}
		if err := whole(s.die); err != nil {
			return err
		}
	}
}

// die takes the node's power and waits until the engine has it off.
func (s *Site) die(ctx context.Context) error {
	if err := nodeKill.Inject(ctx, s); err != nil {
		return err
	}
	_, err := s.awaitState(ctx, Exited)
	return err
}

// period reads a parameter that is a time.
func (s *Site) period(name string) (time.Duration, error) {
	d, err := time.ParseDuration(s.Params[name])
	if err != nil || d < 500*time.Millisecond || d > time.Minute {
		return 0, fmt.Errorf("%s %q: must be a time from 500ms to 1m", name, s.Params[name])
	}
	return d, nil
}

// pause waits; an error means that ctx ended first.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// awaitSeen looks until a probe sees what it looks for, no longer than an injection waits.
func (s *Site) awaitSeen(ctx context.Context, probe func(context.Context, *Site) (Seen, error)) (Seen, error) {
	ctx, cancel := context.WithTimeout(ctx, DefaultWait)
	defer cancel()
	for {
		seen, err := probe(ctx, s)
		if err == nil && seen.OK {
			return seen, nil
		}
		if waitErr := pause(ctx, pollEvery); waitErr != nil {
			return seen, fmt.Errorf("%w: %s %v", ErrNotSeen, seen.Evidence, err)
		}
	}
}
