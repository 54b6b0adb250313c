package fault

import (
	"context"
	"fmt"
	"strings"

	"simulacro/sim"
)

// logFull fills the director's log disk: the service goes on, and nobody can tell afterwards what happened.
var logFull = Kind{
	Name:     "log-full",
	Does:     "The file system of /var/log on the director is full: the service goes on without its log, and what is logged until the recovery is lost.",
	Evidence: "A line that is logged to haproxy's facility does not arrive in /var/log/haproxy.log, a write there fails for want of space, and the client is served.",
	Touches:  []string{"/var/log"},
	Roles:    []sim.Role{sim.Director},
	Inject:   func(ctx context.Context, s *Site) error { return s.run(ctx, "sh", "-c", fillLog) },
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		arrived, said, err := s.logs(ctx)
		if err != nil || arrived || !strings.Contains(said, "No space left on device") {
			return Seen{Evidence: said}, err
		}
		v, err := look(ctx, s)
		return Seen{v.all, said + "; " + v.evidence}, err
	},
	Recover: func(ctx context.Context, s *Site) error { return s.run(ctx, "sh", "-c", freeLog) },
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		arrived, said, err := s.logs(ctx)
		return Seen{arrived, said}, err
	},
}

// The full file system is a small one that lies on the real one: nothing of the real log is lost. rsyslog opens its
// files anew on SIGHUP (rsyslogd(8)). The log is there before the disk is full, as on a real one.
const fillLog = `set -e; mount -t tmpfs -o size=64k,mode=755 simulacro /var/log; systemctl kill --signal=HUP rsyslog
dd if=/dev/zero of=/var/log/core bs=4k 2>/dev/null || :; dd if=/dev/zero of=/var/log/core2 bs=4k 2>/dev/null || :`

const freeLog = `while grep -q "^simulacro /var/log " /proc/mounts; do umount -l /var/log || exit 1; done
systemctl kill --signal=HUP rsyslog`

// logProbe logs a line that nobody has logged before and waits up to half a second for it to arrive.
const logProbe = `n=probe-$(cat /proc/sys/kernel/random/uuid); logger -p local2.info -t simulacro "$n"
i=0; while [ $i -lt 10 ]; do grep -q "$n" /var/log/haproxy.log && exit 0; sleep 0.05; i=$((i+1)); done
dd if=/dev/zero of=/var/log/simulacro.probe bs=4k count=1 2>&1 | grep "error"; rm -f /var/log/simulacro.probe; exit 1`

func (s *Site) logs(ctx context.Context) (bool, string, error) {
	out, err := s.Exec(ctx, s.Node.Name, "sh", "-c", logProbe)
	if err != nil {
		return false, "", fmt.Errorf("%s: log a line: %w", s.Node.Name, err)
	}
	if out.Code == 0 {
		return true, s.Node.Name + ": a line that is logged arrives in /var/log/haproxy.log", nil
	}
	return false, fmt.Sprintf("%s: a line that is logged does not arrive: %s", s.Node.Name,
		strings.TrimSpace(out.Stdout+" "+out.Stderr)), nil
}
