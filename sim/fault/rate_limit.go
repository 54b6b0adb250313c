package fault

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"simulacro/sim"
)

// rateLimit is a link of another age. On the storage node it makes slow storage.
var rateLimit = Kind{
	Name:     "rate-limit",
	Does:     "What the node sends is limited to a rate by a token bucket; on the storage node it makes slow storage.",
	Evidence: "The queue is on the node's links, and a ping of 16 kB from the director (of the director itself: from the client) takes the time that the rate asks for, or gets lost in the full queue.",
	Touches:  []string{"the queue of its links"},
	Roles:    serviceRoles,
	Params:   []sim.FaultParam{{Name: "kbit", Default: "256", Does: "kilobits a second, 64 to 10000"}},
	Check: func(s *Site) error {
		_, err := s.number("kbit", 64, 10000)
		return err
	},
	Inject: func(ctx context.Context, s *Site) error {
		rate, err := s.number("kbit", 64, 10000)
		if err != nil {
			return err
		}
		return s.run(ctx, "sh", "-c", fmt.Sprintf(limitLinks, rate))
	},
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		limited, said, err := s.limited(ctx)
		if err != nil || !limited {
			return Seen{Evidence: said}, err
		}
		rate, err := s.number("kbit", 64, 10000)
		if err != nil {
			return Seen{}, err
		}
		ms, more, err := s.bigPing(ctx)
		// The bucket lets a third of the packet through at once.
		return Seen{ms < 0 || ms >= bigPing*8/float64(rate)/2, said + "; " + more}, err
	},
	Recover: func(ctx context.Context, s *Site) error {
		limited, _, err := s.limited(ctx)
		if err != nil || !limited {
			return err
		}
		return s.run(ctx, "sh", "-c", freeLinks)
	},
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		limited, said, err := s.limited(ctx)
		if err != nil || limited {
			return Seen{Evidence: said}, err
		}
		ms, more, err := s.bigPing(ctx)
		return Seen{ms >= 0, more}, err
	},
}

// The queue holds 64 kB: at 256 kbit/s it takes 2 s to get through it when it is full, and what comes on top is dropped.
const limitLinks = `for l in /sys/class/net/*; do l=${l##*/}; [ $l = lo ] || tc qdisc replace dev $l root tbf rate %dkbit burst 5kb limit 64kb || exit 1; done`

const freeLinks = `for l in /sys/class/net/*; do l=${l##*/}; tc qdisc show dev $l | grep -q "^qdisc tbf" || continue; tc qdisc del dev $l root || exit 1; done`

// number reads a parameter that is a number.
func (s *Site) number(name string, least, most int) (int, error) {
	n, err := strconv.Atoi(s.Params[name])
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("%s %q: must be a number from %d to %d", name, s.Params[name], least, most)
	}
	return n, nil
}

// limited tells whether our queue is there. A node that does not run has none: it went with the node's network.
func (s *Site) limited(ctx context.Context) (bool, string, error) {
	if st, err := s.State(ctx, s.Node.Name); err != nil || st == Exited || st == Gone {
		return false, s.Node.Name + " is " + st, err
	}
	queues, err := s.ask(ctx, "tc", "qdisc", "show")
	for line := range strings.Lines(queues) {
		if strings.HasPrefix(line, "qdisc tbf") {
			return true, s.Node.Name + ": " + strings.TrimSpace(line), err
		}
	}
	return false, s.Node.Name + ": no link is limited", err
}

// bigPing is the size of the probe in bytes; the kernel cuts it into fragments of the link's size.
const bigPing = 16000

// bigPing gives the time in milliseconds of the best of two, or -1 where none came back.
func (s *Site) bigPing(ctx context.Context) (float64, string, error) {
	stat, said, err := s.ping(ctx, "-c", "2", "-i", "0.2", "-W", "3", "-s", strconv.Itoa(bigPing))
	if err != nil || stat.best < 0 {
		return -1, said, err
	}
	return stat.best, fmt.Sprintf("%s in %.0f ms at best", said, stat.best), nil
}
