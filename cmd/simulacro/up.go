package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"simulacro/sim"
	"simulacro/sim/docker"
)

// statsPath is the statistics page of the practical's haproxy.cfg, and statsUser who may see it.
const (
	statsPath = "/haproxy_stats"
	statsUser = "admin:haproxy"
)

func newUp(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Bring the cluster up",
		Long: `Makes two networks and six nodes, and returns when every web server answers through
the director. A cluster that is there already is left as it is; its stopped nodes are
started. If it fails or is interrupted, nothing is left of what it made.

The addresses are the practical's: 192.168.1.101 is the director's outer address,
10.0.100.1 its inner one, the servers are 10.0.100.12 to .14 and the storage node is
10.0.100.15. Where this machine uses such a network already, the next free one is taken
and told, unless you asked for it by a flag or a variable: then it is an error.`,
		Example: `  simulacro up
  simulacro up --director haproxy           Debian's HAProxy instead of our director
  simulacro up --outer 192.168.77 --inner 10.0.77 --port 8080
  simulacro up --cluster second             another one beside it
  simulacro up --mount soft,timeo=20        an NFS mount that gives up`,
		Args: cobra.NoArgs,
	}
	flags := addSpecFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		spec, err := flags.spec(a.cluster, a.getenv)
		if err != nil {
			return err
		}
		return a.withRuntime(cmd.Context(), func(rt *docker.Runtime) error {
			p := a.progress()
			start := time.Now()
			c, err := rt.Up(cmd.Context(), spec, p.step)
			if err != nil {
				p.clear()
				return err
			}
			return a.printUp(c, time.Since(start))
		})
	}
	return cmd
}

// upResult is `simulacro up -o json`.
type upResult struct {
	sim.Spec
	Nodes []sim.Node    `json:"nodes"`
	URL   string        `json:"url,omitempty"`
	Took  time.Duration `json:"took_ns"`
}

func (a *app) printUp(c *docker.Cluster, took time.Duration) error {
	if a.json() {
		return a.printJSON(upResult{c.Spec(), c.Spec().Plan.Nodes(), c.URL(), took})
	}
	if url := c.URL(); url != "" {
		fmt.Fprintf(a.stdout, "%s/index.php\n%s%s  (%s)\n", url, url, statsPath, statsUser)
		return nil
	}
	fmt.Fprintf(a.stdout, "http://%s/index.php from the client node (no port of this machine leads there)\n", c.Spec().Plan.VIP())
	return nil
}
