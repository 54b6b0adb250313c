package main

import (
	"fmt"
	"net/netip"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"simulacro/sim"
	"simulacro/sim/docker"
)

func newStatus(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show the nodes, whether they run and whether they answer",
		Long: `Asks every node that runs for its service: the director and the servers for a page
that needs PHP and the NFS mount, the storage node for NFS.

The exit code is 0 if all answer, else 1.`,
		Example: `  simulacro status
  simulacro status -o json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withCluster(cmd.Context(), func(c *docker.Cluster) error {
				nodes, err := c.Status(cmd.Context())
				if err != nil {
					return err
				}
				if err := a.printStatus(c, nodes); err != nil {
					return err
				}
				for _, n := range nodes {
					if n.Health != docker.HealthOK {
						return &codeError{code: exitFailure}
					}
				}
				return nil
			})
		},
	}
}

// statusResult is `simulacro status -o json`.
type statusResult struct {
	sim.Spec
	URL   string              `json:"url,omitempty"`
	Nodes []docker.NodeStatus `json:"nodes"`
}

func (a *app) printStatus(c *docker.Cluster, nodes []docker.NodeStatus) error {
	if a.json() {
		return a.printJSON(statusResult{c.Spec(), c.URL(), nodes})
	}
	fmt.Fprintf(a.stdout, "cluster %s, director %s\n\n", c.Spec().Name, c.Spec().Director)
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NODE\tROLE\tOUTER\tINNER\tSTATE\tHEALTH")
	for _, n := range nodes {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", n.Name, n.Role, addr(n.Outer), addr(n.Inner), n.State, n.Health)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if url := c.URL(); url != "" {
		fmt.Fprintf(a.stdout, "\n%s/index.php\n%s%s  (%s)\n", url, url, statsPath, statsUser)
	}
	return nil
}

func addr(a netip.Addr) string {
	if !a.IsValid() {
		return "-"
	}
	return a.String()
}
