package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"simulacro/sim"
	"simulacro/sim/docker"
	"simulacro/sim/fault"
)

// Job is one scenario to play on one cluster, with all that is kept of it.
type Job struct {
	Scenario *sim.Scenario
	// Spec names the cluster. One of that name that runs is used and left as it was; else it is made, and removed at the end.
	Spec sim.Spec
	Keep bool // leave a cluster that was made
	// Out is the folder in which the run gets a folder of its own; "" means DefaultOut.
	Out string
	// Booting is told how the cluster comes up; nil tells nobody.
	Booting docker.Progress
	Options
}

// DefaultOut is where runs are kept.
const DefaultOut = "out"

// removeTimeout bounds the removal of the cluster after Ctrl-C.
const removeTimeout = 60 * time.Second

// ErrLeftBehind is what a run fails with that came to its verdict, and whose cluster could not be removed.
var ErrLeftBehind = errors.New("the run is complete, but its cluster is still there")

// Done is a run with what is kept of it.
type Done struct {
	*Result
	Dir  string // with HistoryFile and the reports
	Left bool   // the cluster is still there
	URL  string // of the director on this machine, where the cluster is still there
}

// Run brings the cluster up, plays, judges, keeps, and removes the cluster if it made it.
func (j Job) Run(ctx context.Context, rt *docker.Runtime) (done *Done, err error) {
	// From before the cluster is there until it is gone: nobody else may play on it meanwhile, nor this run remove another's.
	led, err := openLedger(j.Spec.Name)
	if err != nil {
		return nil, fmt.Errorf("cluster %s: %w", j.Spec.Name, err)
	}
	defer func() { err = errors.Join(err, led.Close()) }()
	j.ledger = led
	j.Spec.Plan.Servers = j.Scenario.Cluster.Servers
	if j.Scenario.Cluster.Mount != "" {
		j.Spec.MountOptions = j.Scenario.Cluster.Mount
	}
	c, err := rt.Up(ctx, j.Spec, j.Booting)
	if err != nil {
		return nil, err
	}
	c.Attend()
	defer c.Close()
	left := !c.Made() || j.Keep
	if !left {
		defer func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removeTimeout)
			defer cancel()
			switch down := c.Down(ctx); {
			case down != nil && err == nil:
				err = fmt.Errorf("%w: %w", ErrLeftBehind, down)
			case down != nil:
				err = errors.Join(err, down)
			}
		}()
	}
	if done, err = j.PlayOn(ctx, c); err != nil {
		return done, err
	}
	if done.Left = left; left {
		done.URL = c.URL()
	}
	return done, nil
}

// PlayOn plays on a cluster that is up, and keeps the run. Of a run that broke off it gives what is kept beside the error.
func (j Job) PlayOn(ctx context.Context, c Cluster) (*Done, error) {
	dir, err := j.folder(c.Spec().Director, time.Now())
	if err != nil {
		return nil, err
	}
	f, err := os.Create(filepath.Join(dir, HistoryFile))
	if err != nil {
		return nil, fmt.Errorf("keep the run: %w", err)
	}
	opt := j.Options
	opt.History = f
	opt.Failed = func(ctx context.Context) error { return keepNodes(ctx, c, dir) }
	res, err := Play(ctx, c, j.Scenario, opt)
	err = errors.Join(err, f.Close())
	if res == nil {
		return nil, err
	}
	return &Done{Result: res, Dir: dir}, errors.Join(err, WriteReports(dir, res.History, res.Verdict))
}

// folder makes the run's own folder: its name says what was played, on what, when.
func (j Job) folder(kind sim.DirectorKind, now time.Time) (string, error) {
	out := j.Out
	if out == "" {
		out = DefaultOut
	}
	base := filepath.Join(out, fmt.Sprintf("%s-%s-%s", j.Scenario.Name, kind, now.Format("20060102-150405")))
	if err := os.MkdirAll(out, 0o755); err != nil {
		return "", fmt.Errorf("keep the run: %w", err)
	}
	for n := 1; ; n++ {
		dir := base
		if n > 1 {
			dir = fmt.Sprintf("%s-%d", base, n)
		}
		err := os.Mkdir(dir, 0o755)
		if err == nil {
			return dir, nil
		}
		if !errors.Is(err, os.ErrExist) {
			return "", fmt.Errorf("keep the run: %w", err)
		}
	}
}

// configFiles are what makes the nodes what they are.
var configFiles = []string{"/etc/haproxy/haproxy.cfg", "/etc/httpd/conf/httpd.conf", "/etc/fstab"}

// kept are the files of each node that are kept of a run that did not pass.
var kept = append([]string{"/var/log/haproxy.log"}, configFiles...)

// keepNodes saves what helps to see why a run did not pass: configuration, logs and journal of every node.
func keepNodes(ctx context.Context, c Cluster, dir string) error {
	for _, n := range c.Spec().Plan.Nodes() {
		to := filepath.Join(dir, "nodes", n.Name)
		if err := os.MkdirAll(to, 0o755); err != nil {
			return fmt.Errorf("keep %s: %w", n.Name, err)
		}
		for _, path := range kept {
			data, err := c.ReadFile(ctx, n.Name, path)
			if err != nil {
				continue // not every node has every file
			}
			if err := os.WriteFile(filepath.Join(to, filepath.Base(path)), data, 0o644); err != nil {
				return fmt.Errorf("keep %s: %w", n.Name, err)
			}
		}
		if st, err := c.State(ctx, n.Name); err != nil || st != fault.Running || n.Role == sim.Client {
			continue
		}
		out, err := c.Exec(ctx, n.Name, "journalctl", "--no-pager", "--output=short-precise")
		if err != nil {
			continue // a node that hangs is no reason to lose the others
		}
		if err := os.WriteFile(filepath.Join(to, "journal.txt"), []byte(strings.ToValidUTF8(out.Stdout, "?")), 0o644); err != nil {
			return fmt.Errorf("keep %s: %w", n.Name, err)
		}
	}
	return nil
}
