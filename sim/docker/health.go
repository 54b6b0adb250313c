package docker

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"simulacro/sim"
)

// NodeStatus is what `simulacro status` shows of one node.
type NodeStatus struct {
	sim.Node
	State  string `json:"state"`
	Health string `json:"health"` // HealthOK, HealthUnknown, or what is wrong
}

// Health that is not a message of what is wrong.
const (
	HealthOK      = "answers"
	HealthUnknown = "unknown" // nobody was there to ask
)

// askScript asks every address for its service from inside the cluster, all at once, and prints "name answer" lines: for a
// web server the status of a page that needs PHP and the mount, for the storage node whether NFS accepts.
const askScript = `while [ $# -gt 0 ]; do
	case $1 in
	http) (code=$(curl -s -o /dev/null -m 3 -w '%{http_code}' "http://$3/index.php"); echo "$2 ${code:-000}") & ;;
	nfs) (timeout 3 bash -c "exec 3<>/dev/tcp/$3/2049" 2>/dev/null && echo "$2 200" || echo "$2 000") & ;;
	esac
	shift 3
done
wait`

// Status tells of every node whether it runs and whether it answers.
func (c *Cluster) Status(ctx context.Context) ([]NodeStatus, error) {
	p, err := c.rt.survey(ctx, c.spec.Name)
	if err != nil {
		return nil, err
	}
	var all []NodeStatus
	for _, n := range c.spec.Plan.Nodes() {
		s := NodeStatus{Node: n, State: StateMissing, Health: HealthUnknown}
		if found, ok := p.node(n.Name); ok {
			s.State = stateOf(found.State)
		}
		if s.State != StateRunning {
			s.Health = "does not run"
		}
		all = append(all, s)
	}
	c.ask(ctx, all)
	return all, nil
}

// ask fills in the health of nodes that run. The director is asked from the client, the others from the director.
func (c *Cluster) ask(ctx context.Context, all []NodeStatus) {
	var inner, outer []string
	for _, s := range all {
		if s.State != StateRunning {
			continue
		}
		switch s.Role {
		case sim.Director:
			outer = append(outer, "http", s.Name, s.Outer.String())
		case sim.Server:
			inner = append(inner, "http", s.Name, s.Inner.String())
		case sim.Storage:
			inner = append(inner, "nfs", s.Name, s.Inner.String())
		}
	}
	answers := map[string]string{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, from := range []struct {
		node sim.Role
		whom []string
	}{{node: sim.Director, whom: inner}, {node: sim.Client, whom: outer}} {
		i := slices.IndexFunc(all, func(s NodeStatus) bool { return s.Role == from.node && s.State == StateRunning })
		if i < 0 {
			continue
		}
		wg.Go(func() {
			out, err := c.Exec(ctx, all[i].Name, append([]string{"/bin/sh", "-c", askScript, "sh"}, from.whom...)...)
			mu.Lock()
			defer mu.Unlock()
			if err == nil && from.node == sim.Client {
				answers[all[i].Name] = "200" // it ran a command, which is all that it is there for
			}
			for _, line := range strings.Split(out.Stdout, "\n") {
				if name, code, ok := strings.Cut(line, " "); ok {
					answers[name] = code
				}
			}
		})
	}
	wg.Wait()
	for i := range all {
		if code := answers[all[i].Name]; code != "" {
			all[i].Health = health(code)
		}
	}
}

// health reads an HTTP status; curl has 000 for no answer.
func health(code string) string {
	switch code {
	case "200":
		return HealthOK
	case "000":
		return "no answer"
	}
	return fmt.Sprintf("answers %s", code)
}

// diagnoseTimeout bounds the look at a cluster that did not come up.
const diagnoseTimeout = 10 * time.Second

// diagnose says of every node that does not answer what failed in it, for the error of a cluster that is then removed.
func (c *Cluster) diagnose(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), diagnoseTimeout)
	defer cancel()
	nodes, err := c.Status(ctx)
	if err != nil {
		return err.Error()
	}
	var lines []string
	said := ""
	for _, n := range nodes {
		if n.Health == HealthOK {
			continue
		}
		line := fmt.Sprintf("%s: %s, %s", n.Name, n.State, n.Health)
		if out, err := c.Exec(ctx, n.Name, "systemctl", "--failed", "--plain", "--no-legend"); err == nil && out.Code == 0 {
			for unit := range strings.Lines(out.Stdout) {
				name, _, _ := strings.Cut(unit, " ")
				line += ", " + name + " failed"
			}
		}
		last := c.lastWords(ctx, n.Name)
		if n.State != StateRunning && last != "" { // of one that runs the units tell
			line += ", its last words: " + last[strings.LastIndexByte(last, '\n')+1:]
		}
		said += last
		lines = append(lines, line)
	}
	if hint := inotifyHint(said, c.rt.local()); hint != "" {
		lines = append(lines, hint)
	}
	return strings.Join(lines, "\n")
}

// lastWords are what a node logged last, or wrote last before it ended.
func (c *Cluster) lastWords(ctx context.Context, node string) string {
	var b strings.Builder
	if c.Logs(ctx, node, false, &b) != nil {
		return "" // there is nothing to be had of it
	}
	text := strings.TrimSpace(b.String())
	if all := strings.Split(text, "\n"); len(all) > lastLines {
		text = strings.Join(all[len(all)-lastLines:], "\n")
	}
	return text
}

// lastLines is how many lines of a node's log are looked at.
const lastLines = 30
