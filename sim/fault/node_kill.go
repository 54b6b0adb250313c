package fault

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// nodeKill pulls the plug. A machine without power sends no packet any more, while the kernel under a killed container
// still accepts connections and then resets them; so the node's links go down first. Its peers wait for their own timeouts.
// (Dropping packets instead would leave the dead node's sockets, and with them its network, alive for minutes.)
var nodeKill = Kind{
	Name:     "node-kill",
	Does:     "The node loses its power: every process is gone at once, nobody says goodbye.",
	Evidence: "The node does not run, and nobody is served any more: a real server as the director sees it, the director as the client does, the storage node through the mounts of all real servers.",
	Takes:    true,
	Inject: func(ctx context.Context, s *Site) error {
		if err := s.run(ctx, "sh", "-c", linksDown); err != nil {
			return err
		}
		return s.Kill(ctx, s.Node.Name)
	},
	Effect:    func(ctx context.Context, s *Site) (Seen, error) { return down(ctx, s, Exited) },
	Recover:   startNode,
	Recovered: up,
}

const linksDown = `for l in /sys/class/net/*; do l=${l##*/}; [ $l = lo ] || ip link set $l down; done`

// startNode switches a node on that is off; on another it does nothing. One that runs with its links down was about to
// lose its power when its runner did: it loses it now, since a link that comes up again lacks its routes.
func startNode(ctx context.Context, s *Site) error {
	st, err := s.State(ctx, s.Node.Name)
	if err != nil {
		return err
	}
	if st == Running {
		links, err := s.ask(ctx, "ip", "-brief", "link")
		if err != nil || !strings.Contains(links, " DOWN ") {
			return err
		}
		if err := s.Kill(ctx, s.Node.Name); err != nil {
			return err
		}
		if st, err = s.awaitState(ctx, Exited); err != nil {
			return err
		}
	}
	if st != Exited {
		return nil
	}
	return s.Start(ctx, s.Node.Name)
}

// deathWait bounds the time that a killed node takes to be gone.
const deathWait = 10 * time.Second

// awaitState waits until the engine has the node in a state.
func (s *Site) awaitState(ctx context.Context, want string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, deathWait)
	defer cancel()
	for {
		st, err := s.State(ctx, s.Node.Name)
		if err != nil || st == want {
			return st, err
		}
		select {
		case <-ctx.Done():
			return st, fmt.Errorf("%s is %s, not %s: %w", s.Node.Name, st, want, ctx.Err())
		case <-time.After(pollEvery):
		}
	}
}
