package fault

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"simulacro/sim"
)

// slowClient is the slowloris: requests that come drop by drop and never end.
var slowClient = crowdKind(Kind{
	Name: "slow-client",
	Does: "Many clients begin a request and send a piece of it now and then, so that it never ends (slowloris); they run in the client node.",
	Params: []sim.FaultParam{{Name: "clients", Default: "200", Does: "how many, 10 to 2000"},
		{Name: "drip", Default: "1s", Does: "the time from one piece to the next"}},
}, func(s *Site) (string, error) {
	d, err := time.ParseDuration(s.Params["drip"])
	if err != nil || d < 10*time.Millisecond || d > time.Minute {
		return "", fmt.Errorf("drip %q: must be a time from 10ms to 1m", s.Params["drip"])
	}
	return d.String(), nil
})

// connectionFlood is connections that nobody uses.
var connectionFlood = crowdKind(Kind{
	Name:   "connection-flood",
	Does:   "Many clients connect and send nothing; they run in the client node, and connect again when they are sent away.",
	Params: []sim.FaultParam{{Name: "clients", Default: "500", Does: "how many, 10 to 5000"}},
}, func(*Site) (string, error) { return "0s", nil })

// crowdKind completes a kind that holds connections to the director.
func crowdKind(k Kind, drip func(s *Site) (string, error)) Kind {
	k.Evidence = "At least half of the clients have a connection to the director open, by the client node's kernel."
	k.Roles = []sim.Role{sim.Director}
	k.Touches = []string{"the crowd"}
	most := 2000
	if k.Name == "connection-flood" {
		most = 5000
	}
	k.Check = func(s *Site) error {
		if _, err := drip(s); err != nil {
			return err
		}
		_, err := s.number("clients", 10, most)
		return err
	}
	k.Inject = func(ctx context.Context, s *Site) error {
		between, err := drip(s)
		if err != nil {
			return err
		}
		out, err := s.Exec(ctx, "client", "sh", "-c", gather, "sh", s.Node.Outer.String()+":80", s.Params["clients"], between)
		if err == nil && out.Code != 0 {
			err = fmt.Errorf("client: the crowd does not begin: %s", out.Stderr)
		}
		return err
	}
	k.Effect = func(ctx context.Context, s *Site) (Seen, error) {
		n, err := s.crowd(ctx)
		want, _ := strconv.Atoi(s.Params["clients"]) // Check has read it
		return Seen{n >= want/2, fmt.Sprintf("%d connections of a crowd of %d are open from the client to %s", n, want, s.Node.Name)}, err
	}
	k.Recover = func(ctx context.Context, s *Site) error {
		if st, err := s.State(ctx, "client"); err != nil || st != Running {
			return err // it went with the node
		}
		out, err := s.Exec(ctx, "client", "sh", "-c", disperse)
		if err == nil && out.Code != 0 {
			err = fmt.Errorf("client: the crowd does not end: %s", out.Stderr)
		}
		return err
	}
	k.Recovered = func(ctx context.Context, s *Site) (Seen, error) {
		n, err := s.crowd(ctx)
		if err != nil || n > 0 {
			return Seen{Evidence: fmt.Sprintf("%d connections of the crowd are open", n)}, err
		}
		v, err := look(ctx, s)
		return Seen{v.all, "the crowd is gone; " + v.evidence}, err
	}
	return k
}

// The crowd's number is kept in a file, for whoever mends it after a crash of the runner.
const (
	gather = `ulimit -n 8192 2>/dev/null; setsid simulacro crowd "$1" --clients "$2" --drip "$3" >/dev/null 2>/run/simulacro-crowd.said </dev/null &
echo $! >/run/simulacro-crowd; sleep 0.2; kill -0 $! 2>/dev/null || { cat /run/simulacro-crowd.said >&2; exit 1; }`
	disperse = `p=$(cat /run/simulacro-crowd 2>/dev/null) || exit 0
if tr '\0' ' ' <"/proc/$p/cmdline" 2>/dev/null | grep -q '^simulacro crowd '; then kill -TERM "$p"
i=0; while kill -0 "$p" 2>/dev/null && [ $i -lt 50 ]; do sleep 0.1; i=$((i+1)); done; kill -KILL "$p" 2>/dev/null; fi
rm -f /run/simulacro-crowd /run/simulacro-crowd.said; exit 0`
	countCrowd = `p=$(cat /run/simulacro-crowd 2>/dev/null) || { echo 0; exit 0; }
ss -Htnp state established 2>/dev/null | grep -c "pid=$p,"; exit 0`
)

// crowd counts the connections that the crowd has open.
func (s *Site) crowd(ctx context.Context) (int, error) {
	out, err := s.Exec(ctx, "client", "sh", "-c", countCrowd)
	if err != nil {
		return 0, fmt.Errorf("count the crowd: %w", err)
	}
	var n int
	if _, err := fmt.Sscan(out.Stdout, &n); err != nil {
		return 0, fmt.Errorf("count the crowd: %q is no number", out.Stdout)
	}
	return n, nil
}
