package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"simulacro/sim"
)

// view is what the users of a node's service see. Where there are several users it may be neither none nor all.
type view struct {
	none, all bool // of the users are served
	evidence  string
}

// look is how a node's service is seen from where its users are: a real server's from the director, the director's from
// the client, the storage node's through the mount of every real server that runs.
func look(ctx context.Context, s *Site) (view, error) {
	one := func(answers bool, evidence string, err error) (view, error) {
		return view{!answers, answers, evidence}, err
	}
	switch s.Node.Role {
	case sim.Server:
		return one(web(ctx, s.Env, s.Plan.Nodes()[0].Name, s.Node.Inner.String()))
	case sim.Director:
		return one(web(ctx, s.Env, "client", s.Node.Outer.String()))
	case sim.Storage:
		return mounts(ctx, s)
	}
	return view{}, fmt.Errorf("%s offers no service to look at", s.Node.Name)
}

// webWait is how long a probe waits for an answer, in seconds: far longer than any healthy answer takes, far shorter
// than the system's own patience with a host that is gone.
const webWait = "1"

// web asks for a page from a node. Any HTTP answer, whatever its status, means that somebody answers there.
func web(ctx context.Context, r Runner, from, addr string) (answers bool, evidence string, err error) {
	out, err := r.Exec(ctx, from, "curl", "-v", "-o", "/dev/null", "-m", webWait, "http://"+addr+"/")
	if err != nil {
		return false, "", fmt.Errorf("look at %s from %s: %w", addr, from, err)
	}
	said := curlSaid(out)
	if out.Code != 0 {
		return false, fmt.Sprintf("from %s, http://%s/ does not answer: %s", from, addr, said), nil
	}
	return true, fmt.Sprintf("from %s, http://%s/ answers: %s", from, addr, said), nil
}

// curlSaid picks the line that tells most from curl's verbose output: the status, the system's reason, or curl's own.
func curlSaid(out sim.Output) string {
	said := fmt.Sprintf("curl ended with code %d", out.Code)
	for line := range strings.Lines(out.Stderr) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "< HTTP/"):
			return strings.TrimPrefix(line, "< ")
		case strings.Contains(line, " failed: "): // "* connect to 10.0.100.12 port 80 failed: Connection refused"
			return strings.TrimPrefix(line, "* ")
		case strings.HasPrefix(line, "curl: ("):
			said = line
		}
	}
	return said
}

// mountWait is how long a mount may take to answer before it counts as not responding, in tenths of a second.
const mountWait = 15

// mountProbe asks the server for a name that nobody has asked for before, so that no cache can answer in its place. The
// process that asks may hang beyond reach in a dead mount, so it is left behind, with nothing of ours open.
const mountProbe = `d=/mnt/web n=$(cat /proc/sys/kernel/random/uuid)
grep -q " $d " /proc/mounts || { echo "$d is not mounted"; exit 2; }
o=$(mktemp)
stat "$d/.$n" >"$o" 2>&1 </dev/null & p=$!
i=0; while [ $i -lt %d ] && kill -0 $p 2>/dev/null; do sleep 0.1; i=$((i+1)); done
if kill -0 $p 2>/dev/null; then kill -9 $p; rm -f "$o"; echo "$d is not responding: stat still waits"; exit 3; fi
cat "$o"; grep -q "No such file" "$o"; c=$?; rm -f "$o"; exit $c`

// mounted asks the storage node through a server's mount. "No such file" is the healthy answer.
func mounted(ctx context.Context, r Runner, server string) (answers bool, evidence string, err error) {
	out, err := r.Exec(ctx, server, "sh", "-c", fmt.Sprintf(mountProbe, mountWait))
	if err != nil {
		return false, "", fmt.Errorf("look at the mount of %s: %w", server, err)
	}
	if out.Code == 0 {
		return true, fmt.Sprintf("on %s, /mnt/web answers", server), nil
	}
	return false, fmt.Sprintf("on %s, %s", server, strings.TrimSpace(out.Stdout+" "+out.Stderr)), nil
}

// mounts asks through the mounts of all real servers that run, at once: a probe of a dead mount takes its time.
func mounts(ctx context.Context, s *Site) (view, error) {
	var servers []string
	for _, n := range s.Plan.Nodes() {
		if st, err := s.State(ctx, n.Name); n.Role == sim.Server && err == nil && st == Running {
			servers = append(servers, n.Name)
		}
	}
	if len(servers) == 0 {
		return view{}, fmt.Errorf("no real server runs from which %s could be looked at", s.Node.Name)
	}
	var (
		wg       sync.WaitGroup
		answers  = make([]bool, len(servers))
		evidence = make([]string, len(servers))
		errs     = make([]error, len(servers))
	)
	for i, name := range servers {
		wg.Go(func() { answers[i], evidence[i], errs[i] = mounted(ctx, s.Env, name) })
	}
	wg.Wait()
	return view{!slices.Contains(answers, true), !slices.Contains(answers, false), strings.Join(evidence, "; ")}, errors.Join(errs...)
}

// down combines a node's state with what its users see: both must tell of the fault.
func down(ctx context.Context, s *Site, want string) (Seen, error) {
	st, err := s.State(ctx, s.Node.Name)
	if err != nil {
		return Seen{}, err
	}
	if st != want {
		return Seen{Evidence: fmt.Sprintf("%s is %s", s.Node.Name, st)}, nil
	}
	if s.Node.Role == sim.Client {
		return Seen{true, fmt.Sprintf("%s is %s", s.Node.Name, st)}, nil
	}
	v, err := look(ctx, s)
	return Seen{v.none, fmt.Sprintf("%s is %s; %s", s.Node.Name, st, v.evidence)}, err
}

// up is the opposite of down.
func up(ctx context.Context, s *Site) (Seen, error) {
	st, err := s.State(ctx, s.Node.Name)
	if err != nil {
		return Seen{}, err
	}
	if st != Running || s.Node.Role == sim.Client {
		return Seen{st == Running, fmt.Sprintf("%s is %s", s.Node.Name, st)}, nil
	}
	v, err := look(ctx, s)
	return Seen{v.all, v.evidence}, err
}

// run executes a command that must succeed.
func (s *Site) run(ctx context.Context, argv ...string) error {
	out, err := s.Exec(ctx, s.Node.Name, argv...)
	if err != nil {
		return fmt.Errorf("%s: %s: %w", s.Node.Name, strings.Join(argv, " "), err)
	}
	if out.Code != 0 {
		return fmt.Errorf("%s: %s: code %d: %s", s.Node.Name, strings.Join(argv, " "), out.Code,
			strings.TrimSpace(out.Stderr+" "+out.Stdout))
	}
	return nil
}

// ask executes a command and gives what it printed, whatever its code.
func (s *Site) ask(ctx context.Context, argv ...string) (string, error) {
	out, err := s.Exec(ctx, s.Node.Name, argv...)
	if err != nil {
		return "", fmt.Errorf("%s: %s: %w", s.Node.Name, strings.Join(argv, " "), err)
	}
	return strings.TrimSpace(out.Stdout), nil
}

// pollEvery is the pause between two probes: short against the intervals of checks, which are 400 ms and more in the drills, and
// long against a probe's ten milliseconds of a processor that the cluster itself runs on.
const pollEvery = 100 * time.Millisecond
