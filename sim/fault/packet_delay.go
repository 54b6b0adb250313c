package fault

import (
	"context"
	"fmt"
	"strings"

	"simulacro/sim"
)

// delayTable is the nftables table of packet-delay, beside those of partition and packet-loss.
const delayTable = "simulacro_delay"

// packetDelay is a long line. It needs no netem: a rule of nftables, or of iptables, hands the packets that the node sends to a
// queue, where they wait in a program of ours (sim/delay). A kernel that has neither rule refuses the injection.
var packetDelay = Kind{
	Name:     "packet-delay",
	Does:     "What the node sends is held back for a time, more or less a jitter; on the storage node it makes slow storage. The kernel must have nftables' queue (nft_queue) or iptables' (xt_NFQUEUE).",
	Evidence: "The node's rule and the program behind it are there, and the quickest of five pings from the director (of the director itself: from the client) takes the delay less the jitter at least.",
	Roles:    serviceRoles,
	Touches:  []string{"its delay"},
	Params: []sim.FaultParam{
		{Name: "ms", Default: "200", Does: "the delay in milliseconds, 10 to 5000"},
		{Name: "jitter", Default: "0", Does: "milliseconds at random more or less, less than the delay; packets may overtake each other"},
	},
	Check: func(s *Site) error {
		_, _, err := s.delay()
		return err
	},
	// The rule comes last and lets packets pass where nobody listens, so that no moment of this cuts the node off.
	Inject: func(ctx context.Context, s *Site) error {
		ms, jitter, err := s.delay()
		if err != nil {
			return err
		}
		return s.run(ctx, "sh", "-c", holdPackets, "sh", fmt.Sprint(ms, "ms"), fmt.Sprint(jitter, "ms"))
	},
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		there, said, err := s.delayed(ctx)
		if err != nil || !there {
			return Seen{Evidence: said}, err
		}
		ms, jitter, err := s.delay()
		if err != nil {
			return Seen{}, err
		}
		best, more, err := s.quickest(ctx)
		return Seen{best >= float64(ms-jitter), said + "; " + more}, err
	},
	Recover: func(ctx context.Context, s *Site) error {
		if st, err := s.State(ctx, s.Node.Name); err != nil || st == Exited || st == Gone {
			return err
		}
		return s.run(ctx, "sh", "-c", letPackets)
	},
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		there, said, err := s.delayed(ctx)
		if err != nil || there {
			return Seen{Evidence: said}, err
		}
		ms, jitter, err := s.delay()
		if err != nil {
			return Seen{}, err
		}
		best, more, err := s.quickest(ctx)
		return Seen{best >= 0 && best < float64(ms-jitter), more}, err
	},
}

// A unit that ran before under the same name is forgotten first. The program is there when it listens: it is waited for. Then the
// rule: nftables' own, or where the kernel lacks it (nft_queue) the older one of iptables, which many kernels have beside or in place of it.
const holdPackets = `systemctl reset-failed simulacro-delay 2>/dev/null
systemd-run --quiet --unit=simulacro-delay --property=Restart=no simulacro delay --queue 7 --for "$1" --jitter "$2" || exit 1
i=0; until grep -q "^ *7 " /proc/net/netfilter/nfnetlink_queue 2>/dev/null; do
	systemctl is-active --quiet simulacro-delay || { systemctl status --lines=5 simulacro-delay; exit 1; }
	i=$((i+1)); [ $i -lt 50 ] || break; sleep 0.1; done
nft 'table inet ` + delayTable + ` { chain output { type filter hook output priority -180; oifname != "lo" queue flags bypass to 7; }; }' 2>/dev/null && exit 0
nft delete table inet ` + delayTable + ` 2>/dev/null
` + oldRule + ` -A ` + oldMatch + ` || { echo "this kernel has neither nft_queue nor xt_NFQUEUE: packets cannot be held back" >&2; exit 1; }`

const letPackets = `if nft list tables | grep -q "^table inet ` + delayTable + `$"; then nft delete table inet ` + delayTable + ` || exit 1; fi
if nft list tables | grep -q "^table ip mangle$"; then
	while ` + oldRule + ` -D ` + oldMatch + ` 2>/dev/null; do :; done
	` + oldRule + ` -S | grep -q "^-A" || nft delete table ip mangle
fi
systemctl stop simulacro-delay 2>/dev/null; systemctl reset-failed simulacro-delay 2>/dev/null; exit 0`

// oldRule is iptables' table in which the rule stands (images/Dockerfile keeps iptables' program under this name alone), oldMatch the rule.
const (
	oldRule  = `xtables-nft-multi iptables -w -t mangle`
	oldMatch = `OUTPUT ! -o lo -j NFQUEUE --queue-num 7 --queue-bypass`
)

// delayProbe prints what of the delay is there.
const delayProbe = `{ nft list tables | grep -q "^table inet ` + delayTable + `$" || nft list tables | grep -q "^table ip mangle$" && ` + oldRule + ` -C ` + oldMatch + ` 2>/dev/null; } && printf 'rule '
systemctl is-active simulacro-delay`

// delay reads the parameters.
func (s *Site) delay() (ms, jitter int, err error) {
	if ms, err = s.number("ms", 10, 5000); err != nil {
		return 0, 0, err
	}
	jitter, err = s.number("jitter", 0, ms-1)
	return ms, jitter, err
}

// delayed tells whether rule and program are both there. A node that does not run has none.
func (s *Site) delayed(ctx context.Context) (bool, string, error) {
	if st, err := s.State(ctx, s.Node.Name); err != nil || st == Exited || st == Gone {
		return false, s.Node.Name + " is " + st, err
	}
	said, err := s.ask(ctx, "sh", "-c", delayProbe)
	if said == "rule active" {
		return true, s.Node.Name + ": packets are held back", err
	}
	return false, fmt.Sprintf("%s: no packet is held back (%s)", s.Node.Name, strings.TrimSpace(said)), err
}

// quickest gives the time of the quickest of five pings in milliseconds, -1 where none came back.
func (s *Site) quickest(ctx context.Context) (float64, string, error) {
	stat, said, err := s.ping(ctx, "-c", "5", "-i", "0.05", "-W", "6")
	if err != nil || stat.best < 0 {
		return -1, said, err
	}
	return stat.best, fmt.Sprintf("%s, in %.1f ms at best", said, stat.best), nil
}
