package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"simulacro/sim"
	"simulacro/sim/load"
)

const practicalCfg = `defaults
    timeout connect 10s
    default-server inter 100ms fall 2 rise 2
frontend http_front
    bind 192.168.1.101:80
    default_backend http_back
backend http_back
    balance roundrobin
    server cluster2 10.0.100.12:80 check
    server cluster3 10.0.100.13:80 check
    server cluster4 10.0.100.14:80 check
`

// fakeCluster answers as a cluster does whose director knows at once who runs. It generates its own load.
type fakeCluster struct {
	mu      sync.Mutex
	plan    sim.Plan
	state   map[string]string
	changes []change
	cfg     string
	stop    chan struct{} // closed when the load is asked to stop
	acts    []string
	helpers map[string]bool // nodes in which those of a killed run go on
	// limits of the nodes, and the client's addresses besides its own
	limits  map[string]sim.Limits
	sources []string
	spec    load.Spec // of the load that has ended
}

func newFakeCluster() *fakeCluster {
	c := &fakeCluster{plan: sim.DefaultPlan(), state: map[string]string{}, limits: map[string]sim.Limits{}, cfg: practicalCfg, stop: make(chan struct{})}
	for _, n := range c.plan.Nodes() {
		c.state[n.Name] = "running"
	}
	return c
}

func (c *fakeCluster) Spec() sim.Spec {
	return sim.Spec{Name: "fake", Plan: c.plan, Director: sim.HAProxy}
}

func (c *fakeCluster) Events(ctx context.Context) <-chan sim.Event {
	ch := make(chan sim.Event)
	go func() { <-ctx.Done(); close(ch) }()
	return ch
}

func (c *fakeCluster) ReadFile(context.Context, string, string) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return []byte(c.cfg), nil
}

func (c *fakeCluster) become(node, to string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state[node] = to
	c.changes = append(c.changes, change{time.Now(), node, to})
	return nil
}

// change is that of a node's state.
type change struct {
	at       time.Time
	node, to string
}

// upAt are the servers that ran at a time: a generator that is late must not ask those that came back meanwhile.
func (c *fakeCluster) upAt(at time.Time) (up []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	state := map[string]string{}
	for _, ch := range c.changes {
		if !ch.at.After(at) {
			state[ch.node] = ch.to
		}
	}
	for _, n := range c.plan.Nodes() {
		if st := state[n.Name]; n.Role == sim.Server && (st == "" || st == "running") {
			up = append(up, n.Name)
		}
	}
	return up
}

func (c *fakeCluster) Start(_ context.Context, n string) error   { return c.become(n, "running") }
func (c *fakeCluster) Stop(_ context.Context, n string) error    { return c.become(n, "exited") }
func (c *fakeCluster) Kill(_ context.Context, n, _ string) error { return c.become(n, "exited") }
func (c *fakeCluster) Pause(_ context.Context, n string) error   { return c.become(n, "paused") }
func (c *fakeCluster) Unpause(_ context.Context, n string) error { return c.become(n, "running") }

func (c *fakeCluster) Limit(_ context.Context, n string, l sim.Limits) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limits[n] = l
	return nil
}

func (c *fakeCluster) Limits(_ context.Context, n string) (sim.Limits, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.limits[n], nil
}

func (c *fakeCluster) State(_ context.Context, n string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state[n], nil
}

func (c *fakeCluster) Exec(_ context.Context, node string, argv ...string) (sim.Output, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state[node] != "running" {
		return sim.Output{}, errors.New(node + " does not run")
	}
	cmd := strings.Join(argv, " ")
	switch {
	case argv[0] == "curl":
		for _, n := range c.plan.Nodes() {
			if strings.Contains(cmd, "//"+n.Inner.String()+"/") && c.state[n.Name] != "running" {
				return sim.Output{Code: 28, Stderr: "curl: (28) Connection timed out\n"}, nil
			}
		}
		return sim.Output{Stderr: "< HTTP/1.1 200 OK\n"}, nil
	case argv[0] == "ip":
		var b strings.Builder
		for _, a := range c.sources {
			fmt.Fprintf(&b, "2: eth0    inet %s/24 scope global secondary eth0\n", a)
		}
		return sim.Output{Stdout: b.String()}, nil
	case strings.Contains(cmd, "ip addr add"):
		c.sources = argv[5:]
	case strings.Contains(cmd, "ip addr del"):
		c.sources = nil
	case argv[0] == "pkill":
		if left := c.helpers[node]; left {
			delete(c.helpers, node)
			return sim.Output{}, nil
		}
		return sim.Output{Code: 1}, nil
	case argv[0] == "kill":
		close(c.stop)
	case argv[0] == "cat":
		return sim.Output{Stdout: c.cfg}, nil
	case strings.HasPrefix(cmd, "systemctl is-active"):
		return sim.Output{Stdout: "active\n"}, nil
	case strings.HasPrefix(cmd, "sh -c printf"):
		c.cfg = argv[len(argv)-2]
	case strings.HasPrefix(cmd, "sh -c echo"):
		c.acts = append(c.acts, argv[2])
		return sim.Output{Stdout: strings.TrimPrefix(argv[2], "echo ")}, nil
	case argv[0] == "journalctl":
		return sim.Output{Stdout: fmt.Sprintf("%d.000001 %s systemd[1]: a line\n", time.Now().Unix()+1, node)}, nil
	}
	return sim.Output{}, nil
}

func (c *fakeCluster) Stream(ctx context.Context, node string, stdout, stderr io.Writer, argv ...string) (int, error) {
	if argv[0] == "simulacro" {
		return 0, c.observe(ctx, stdout)
	}
	if argv[2] != loadShell {
		out, err := c.Exec(ctx, node, argv...)
		fmt.Fprint(stdout, out.Stdout)
		fmt.Fprint(stderr, out.Stderr)
		return out.Code, err
	}
	var spec load.Spec
	if err := json.Unmarshal([]byte(argv[len(argv)-1]), &spec); err != nil {
		return 1, err
	}
	fmt.Fprintln(stderr, "pid 42")
	return 0, c.generate(ctx, spec, stdout)
}

func (c *fakeCluster) servers() (up, down []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.plan.Nodes() {
		switch {
		case n.Role != sim.Server:
		case c.state[n.Name] == "running":
			up = append(up, n.Name)
		default:
			down = append(down, n.Name)
		}
	}
	return up, down
}

func (c *fakeCluster) observe(ctx context.Context, out io.Writer) error {
	enc := json.NewEncoder(out)
	for ctx.Err() == nil {
		at := time.Now() // a sample must not be younger than what it tells
		up, down := c.servers()
		for _, n := range up {
			_ = enc.Encode(stats(at, n, "UP", "L4OK"))
		}
		for _, n := range down {
			_ = enc.Encode(stats(at, n, "DOWN", "L4TOUT"))
		}
		_ = sleepUntil(ctx, time.Now().Add(10*time.Millisecond))
	}
	return ctx.Err()
}

func stats(at time.Time, server, state, check string) sim.Event {
	return sim.Event{At: at.UTC(), Kind: sim.KindStats, Stats: &sim.ServerStats{Backend: "http_back", Server: server, Status: state, CheckStatus: check, Weight: 1}}
}

// generate answers every request at once, by the servers that run in turn; 503 if there is none.
func (c *fakeCluster) generate(ctx context.Context, spec load.Spec, out io.Writer) error {
	enc := json.NewEncoder(out)
	start := time.Now()
	_ = enc.Encode(sim.Event{At: start.UTC(), Kind: sim.KindLoad, Text: load.Begin})
	var seq int64
	for ; ; seq++ {
		after, more := spec.At(seq)
		due := start.Add(after)
		select {
		case <-c.stop:
			more = false
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Until(due)):
		}
		if !more {
			break
		}
		r := &sim.Request{Seq: seq, Path: "/", Status: 503, Latency: time.Millisecond}
		if up := c.upAt(due); len(up) > 0 {
			r.Status, r.Server = 200, up[int(seq)%len(up)]
		}
		_ = enc.Encode(sim.Event{At: due.UTC(), Kind: sim.KindRequest, Request: r})
	}
	rate := spec.Steps[0].Rate
	if due, _ := spec.At(seq - 1); len(spec.Steps) > 1 {
		rate = float64(seq-1) / due.Seconds()
	}
	c.mu.Lock()
	c.spec = spec
	c.mu.Unlock()
	return enc.Encode(sim.Event{At: time.Now().UTC(), Kind: sim.KindLoad, Load: &sim.LoadSummary{Target: rate, Achieved: rate, Sent: seq}})
}
