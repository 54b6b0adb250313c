package docker

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/pkg/stdcopy"

	"simulacro/sim"
)

// Logs copies what a node has logged to w, and with follow goes on until ctx is cancelled: the journal of a node with systemd
// that runs, else what its PID 1 wrote.
func (c *Cluster) Logs(ctx context.Context, node string, follow bool, w io.Writer) error {
	return c.act("logs of", node, func(ref string) error {
		n, _ := c.spec.Plan.Node(node)
		state, err := c.State(ctx, node)
		if err != nil {
			return err
		}
		if n.Role == sim.Client || state != StateRunning {
			return c.console(ctx, ref, follow, w)
		}
		argv := []string{"journalctl", "--no-pager", "-o", "short-iso"}
		if follow {
			argv = append(argv, "-n", "100", "-f")
		}
		code, err := c.run(ctx, ref, IO{Stdout: w, Stderr: w}, argv)
		if follow && ctx.Err() != nil {
			return nil // how following ends
		}
		if err == nil && code != 0 {
			err = fmt.Errorf("journalctl ended with code %d", code)
		}
		return err
	})
}

func (c *Cluster) console(ctx context.Context, ref string, follow bool, w io.Writer) error {
	r, err := c.rt.api.ContainerLogs(ctx, ref, container.LogsOptions{ShowStdout: true, ShowStderr: true, Follow: follow, Timestamps: true})
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = stdcopy.StdCopy(w, w, r)
	if follow && ctx.Err() != nil {
		return nil
	}
	return err
}

// Events yields what the engine reports of the cluster's containers (start, die, pause …) until ctx is cancelled or the
// engine goes away, which closes the channel. Whoever reads must read on until then.
func (c *Cluster) Events(ctx context.Context) <-chan sim.Event {
	args := ofCluster(c.spec.Name)
	args.Add("type", string(events.ContainerEventType))
	messages, failed := c.rt.api.Events(ctx, events.ListOptions{Filters: args})
	out := make(chan sim.Event)
	go func() {
		defer close(out)
		for {
			select {
			case <-failed: // the end of ctx among others
				return
			case m := <-messages:
				e, ok := containerEvent(m)
				if !ok {
					continue
				}
				select {
				case out <- e:
				case <-ctx.Done():
					<-failed
					return
				}
			}
		}
	}()
	return out
}

// containerEvent leaves out the commands that are run in nodes all the time.
func containerEvent(m events.Message) (sim.Event, bool) {
	action := string(m.Action)
	if strings.HasPrefix(action, "exec_") || strings.HasPrefix(action, "health_status") {
		return sim.Event{}, false
	}
	text := action
	for _, k := range []string{"signal", "exitCode"} {
		if v := m.Actor.Attributes[k]; v != "" {
			text += fmt.Sprintf(" %s=%s", k, v)
		}
	}
	return sim.Event{At: timeNano(m.TimeNano), Kind: sim.KindContainer, Node: m.Actor.Attributes[LabelNode], Text: text}, true
}

func timeNano(ns int64) time.Time { return time.Unix(0, ns).UTC() }
