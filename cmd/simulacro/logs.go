package main

import (
	"github.com/spf13/cobra"

	"simulacro/sim/docker"
)

func newLogs(a *app) *cobra.Command {
	var follow bool
	cmd := &cobra.Command{
		Use:   "logs NODE",
		Short: "Show what a node has logged",
		Long: `Shows the node's journal. Of a node that does not run, and of the client, which has no
journal, it shows what the first process wrote.`,
		Example: `  simulacro logs cluster1
  simulacro logs -f storage
  simulacro exec cluster1 -- tail -f /var/log/haproxy.log     requests, as HAProxy logs them`,
		Args:              cobra.MatchAll(oneNode, cobra.MaximumNArgs(1)),
		ValidArgsFunction: completeNode,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withCluster(cmd.Context(), func(c *docker.Cluster) error {
				return c.Logs(cmd.Context(), args[0], follow, a.stdout)
			})
		},
	}
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on as it logs, until Ctrl-C")
	return cmd
}
