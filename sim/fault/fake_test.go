package fault

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"simulacro/sim"
)

// world is a cluster in memory, as far as the faults' commands can tell.
type world struct {
	mu     sync.Mutex
	plan   sim.Plan
	state  map[string]string // by node
	unit   map[string]string // "node/unit" -> active, inactive, failed
	hung   map[string]bool   // "node/unit"
	cut    map[string]bool   // by node
	listen string            // Apache's on the director
	open   bool              // port 80 in zone external
	limits map[string]sim.Limits
	// reachable lets pings pass whatever is cut.
	reachable bool
	onExec    func(node, command string) // may be nil
	details
}

func newWorld() *world {
	w := &world{plan: sim.DefaultPlan(), state: map[string]string{}, unit: map[string]string{},
		hung: map[string]bool{}, cut: map[string]bool{}, limits: map[string]sim.Limits{}, listen: "10.0.100.1:80", open: true}
	w.details = newDetails(w.plan)
	for _, n := range w.plan.Nodes() {
		w.state[n.Name] = Running
		w.boot(n)
	}
	return w
}

func (w *world) boot(n sim.Node) {
	switch n.Role {
	case sim.Director:
		w.unit[n.Name+"/haproxy"], w.unit[n.Name+"/httpd"] = "active", "active"
		w.open = true
	case sim.Server:
		w.unit[n.Name+"/httpd"] = "active"
	case sim.Storage:
		w.unit[n.Name+"/nfs-ganesha"] = "active"
	}
}

func (w *world) env() Env { return Env{Runner: w, Power: w, Plan: w.plan} }

func (w *world) become(node, from, to string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.state[node] != from {
		return fmt.Errorf("%s is %s, not %s", node, w.state[node], from)
	}
	w.state[node] = to
	if to == Exited {
		w.cut[node] = false // the rules go with the node's network
	}
	if from == Exited {
		n, _ := w.plan.Node(node)
		w.cut[node] = false
		w.done[node+" hog"] = false
		w.boot(n)
	}
	return nil
}

func (w *world) Start(_ context.Context, n string) error   { return w.become(n, Exited, Running) }
func (w *world) Stop(_ context.Context, n string) error    { return w.become(n, Running, Exited) }
func (w *world) Kill(_ context.Context, n string) error    { return w.become(n, Running, Exited) }
func (w *world) Pause(_ context.Context, n string) error   { return w.become(n, Running, Paused) }
func (w *world) Unpause(_ context.Context, n string) error { return w.become(n, Paused, Running) }

func (w *world) Limit(_ context.Context, n string, l sim.Limits) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.limits[n] = l
	return nil
}

func (w *world) Limits(_ context.Context, n string) (sim.Limits, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.limits[n], nil
}

func (w *world) State(_ context.Context, n string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if st, ok := w.state[n]; ok {
		return st, nil
	}
	return Gone, nil
}

func (w *world) Exec(_ context.Context, node string, argv ...string) (sim.Output, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.state[node] != Running {
		return sim.Output{}, errors.New("node " + node + " does not run")
	}
	cmd := strings.Join(argv, " ")
	if w.onExec != nil {
		w.onExec(node, cmd)
	}
	if out, ok := w.more(node, argv); ok {
		return out, nil
	}
	last := argv[len(argv)-1]
	switch argv[0] {
	case "curl":
		return w.curl(node, last)
	case "ip":
		if w.cut[node] {
			return sim.Output{Stdout: "lo UNKNOWN\nenp0s3@if7 DOWN 02:42\n"}, nil
		}
		return sim.Output{Stdout: "lo UNKNOWN\nenp0s3@if7 UP 02:42\n"}, nil
	case "sh":
		if last == linksDown {
			w.cut[node] = true
			return sim.Output{}, nil
		}
		if w.serves("storage") && !w.cut[node] {
			return sim.Output{}, nil
		}
		return sim.Output{Code: 3, Stdout: "/mnt/web is not responding: stat still waits"}, nil
	case "systemctl":
		return w.systemctl(node, argv[1:])
	case "ps":
		if w.hung[last] {
			return sim.Output{Stdout: "T\n"}, nil
		}
		return sim.Output{Stdout: "S\n"}, nil
	case "nft":
		return w.nft(node, cmd)
	case "ping":
		target := w.byAddr(last)
		return code(w.reachable || w.state[target] == Running && !w.cut[target] && !w.cut[node]), nil
	case "sed":
		if argv[1] == "-n" {
			return sim.Output{Stdout: w.listen + "\n"}, nil
		}
		_, what, _ := strings.Cut(argv[2], "/Listen ")
		w.listen = strings.TrimSuffix(what, "/")
		return sim.Output{}, nil
	case "firewall-cmd":
		return w.firewall(cmd), nil
	}
	return sim.Output{}, fmt.Errorf("the fake has no %s", cmd)
}

func code(ok bool) sim.Output {
	if ok {
		return sim.Output{}
	}
	return sim.Output{Code: 1}
}

func (w *world) byAddr(addr string) string {
	for _, n := range w.plan.Nodes() {
		if n.Inner.String() == addr || n.Outer.String() == addr {
			return n.Name
		}
	}
	return ""
}

// serves tells whether the node gives the service of its role.
func (w *world) serves(node string) bool {
	n, err := w.plan.Node(node)
	s := Site{Node: n}
	key := node + "/" + s.unit()
	return err == nil && w.state[node] == Running && w.unit[key] == "active" && !w.hung[key] && !w.cut[node] && !w.misnamed(node)
}

func (w *world) curl(from, url string) (sim.Output, error) {
	addr := strings.Trim(strings.TrimPrefix(url, "http://"), "/")
	if addr == "localhost:5080" && from == "client" && w.files[fakeForward] != "" {
		addr = w.plan.VIP().String()
	}
	to := w.byAddr(addr)
	if w.serves(to) && !w.cut[from] && (from != "client" || w.open) {
		return sim.Output{Stderr: "*   Trying\n< HTTP/1.1 200 OK\r\n"}, nil
	}
	return sim.Output{Code: 7, Stderr: "* connect to x port 80 failed: Connection refused\ncurl: (7) Failed\n"}, nil
}

func (w *world) systemctl(node string, argv []string) (sim.Output, error) {
	key := node + "/" + argv[len(argv)-1]
	switch argv[0] {
	case "is-active":
		return sim.Output{Stdout: w.unit[key] + "\n"}, nil
	case "show":
		return sim.Output{Stdout: key + "\n"}, nil // its "process" is named like itself
	case "status":
		if w.listen == "80" {
			return sim.Output{Stdout: "[ALERT] cannot bind socket (Address already in use) for [192.168.1.101:80]\n"}, nil
		}
	case "start", "restart":
		w.unit[key] = "active"
		if key == "cluster1/haproxy" && w.listen == "80" {
			w.unit[key] = "failed"
			return sim.Output{Code: 1}, nil
		}
	case "stop":
		w.unit[key] = "inactive"
	case "kill":
		switch argv[2] {
		case "--signal=KILL":
			w.unit[key] = "failed"
		case "--signal=STOP":
			w.hung[key] = true
		case "--signal=CONT":
			w.hung[key] = false
		}
	}
	return sim.Output{}, nil
}

func (w *world) nft(node, cmd string) (sim.Output, error) {
	switch {
	case strings.Contains(cmd, "delete table inet "+nftTable):
		w.cut[node] = false
	case strings.Contains(cmd, "list tables"):
		if w.cut[node] {
			return sim.Output{Stdout: "table inet filter\ntable inet " + nftTable + "\n"}, nil
		}
	default:
		w.cut[node] = true
	}
	return sim.Output{}, nil
}

func (w *world) firewall(cmd string) sim.Output {
	switch {
	case strings.Contains(cmd, "--permanent") && strings.Contains(cmd, "--query-port"):
		return sim.Output{Stdout: map[bool]string{true: "yes\n", false: "no\n"}[w.permanent]}
	case strings.Contains(cmd, "--permanent"):
		w.permanent = strings.Contains(cmd, "--add-port")
	case strings.Contains(cmd, "--reload"):
		w.open = w.permanent
	case strings.Contains(cmd, "--query-port") && w.open:
		return sim.Output{Stdout: "yes\n"}
	case strings.Contains(cmd, "--query-port"):
		return sim.Output{Code: 1, Stdout: "no\n"}
	case strings.Contains(cmd, "--remove-port"):
		w.open = false
	case strings.Contains(cmd, "--add-port"):
		w.open = true
	}
	return sim.Output{}
}

// sick lists what is not as it was at first.
func (w *world) sick() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var sick []string
	for _, n := range w.plan.Nodes() {
		if w.state[n.Name] != Running || n.Role != sim.Client && !w.serves(n.Name) || w.cut[n.Name] {
			sick = append(sick, n.Name)
		}
	}
	if w.listen != "10.0.100.1:80" {
		sick = append(sick, "Listen "+w.listen)
	}
	if !w.open {
		sick = append(sick, "firewall")
	}
	for name, l := range w.limits {
		if l != (sim.Limits{}) {
			sick = append(sick, "limits of "+name)
		}
	}
	return append(sick, w.changed()...)
}
