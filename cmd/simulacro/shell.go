package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"simulacro/sim/docker"
)

func newShell(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:                   "shell [flags] NODE [-- COMMAND [ARG...]]",
		DisableFlagsInUseLine: true,
		Short:                 "Open a shell in a node, or run a command there on a terminal",
		Example: `  simulacro shell cluster2
  simulacro shell cluster1 -- nano /etc/haproxy/haproxy.cfg`,
		Args:              oneNode,
		ValidArgsFunction: completeNode,
		RunE: func(cmd *cobra.Command, args []string) error {
			in, ok1 := a.stdin.(*os.File)
			out, ok2 := a.stdout.(*os.File)
			if !ok1 || !ok2 {
				return errors.New("no terminal here (see simulacro exec)")
			}
			return a.withCluster(cmd.Context(), func(c *docker.Cluster) error {
				code, err := c.Shell(cmd.Context(), args[0], in, out, command(args)...)
				return firstError(err, nil, ended(code))
			})
		},
	}
	cmd.Flags().SetInterspersed(false)
	return cmd
}
