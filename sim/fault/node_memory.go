package fault

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// nodeMemory lets the whole node run out of memory: what the kernel kills then includes its first process, and with it the node.
var nodeMemory = Kind{
	Name:     "node-memory",
	Does:     "A program eats all memory that the node has, and the kernel kills the node's processes until the node is gone.",
	Evidence: "The node does not run, its first process was killed for want of memory, and nobody is served any more.",
	Roles:    serviceRoles,
	Takes:    true,
	Touches:  []string{"its limits"},
	Wait:     40 * time.Second,
	Save:     saveLimits,
	// A limit below what the node uses is refused or kills at once, by the kind of cgroup; so the node gets what it uses and a bit
	// more, and a program that grows takes it.
	Inject: func(ctx context.Context, s *Site) error {
		l, err := limitsIn(s.Saved)
		if err != nil {
			return err
		}
		used, err := s.memoryUsed(ctx)
		if err != nil {
			return err
		}
		l.Memory = max(used+spareMemory, leastMemory)
		if err := s.Limit(ctx, s.Node.Name, l); err != nil {
			return err
		}
		// The node takes the command with it: what the engine says of that is not told.
		hungry, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		_, _ = s.Exec(hungry, s.Node.Name, "sh", "-c", eatMemory)
		return ctx.Err()
	},
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		seen, err := down(ctx, s, Exited)
		if err != nil || !seen.OK {
			return seen, err
		}
		l, err := s.Limits(ctx, s.Node.Name)
		return Seen{l.Memory > 0, fmt.Sprintf("%s; it had %s", seen.Evidence, limitsText(l))}, err
	},
	Recover: func(ctx context.Context, s *Site) error {
		if err := restoreLimits(ctx, s); err != nil {
			return err
		}
		if st, err := s.State(ctx, s.Node.Name); err != nil || st == Running { // it was cut short
			if err != nil {
				return err
			}
			return s.run(ctx, "sh", "-c", giveBackMemory)
		}
		return startNode(ctx, s)
	},
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		seen, err := hasLimits(ctx, s, s.Saved)
		if err != nil || !seen.OK {
			return seen, err
		}
		return up(ctx, s)
	},
}

const (
	spareMemory = 16 << 20
	leastMemory = 48 << 20
)

// usedMemory prints what the node uses, in bytes, by whichever cgroup it has.
const usedMemory = `cat /sys/fs/cgroup/memory.current 2>/dev/null || cat /sys/fs/cgroup/memory/memory.usage_in_bytes`

// eatMemory fills memory that belongs to no process, so that no kill gives it back: files of a tmpfs. The node's first process is
// the one that the kernel is to choose (proc(5), oom_score_adj): of the others it might kill the eater, and the node would live.
const eatMemory = `echo 1000 >/proc/1/oom_score_adj; mkdir -p /run/simulacro-hog && mount -t tmpfs -o size=100% simulacro-hog /run/simulacro-hog
i=0; while [ $i -lt 4096 ]; do dd if=/dev/zero of=/run/simulacro-hog/$i bs=1M count=16 2>/dev/null || exit 1; i=$((i+1)); done`

const giveBackMemory = `echo 0 >/proc/1/oom_score_adj; while grep -q "^simulacro-hog " /proc/mounts; do umount -l /run/simulacro-hog || exit 1; done`

func (s *Site) memoryUsed(ctx context.Context) (int64, error) {
	text, err := s.ask(ctx, "sh", "-c", usedMemory)
	if err != nil {
		return 0, err
	}
	v, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s: memory in use: %w", s.Node.Name, err)
	}
	return v, nil
}
