package main

import (
	"time"

	"github.com/spf13/cobra"

	"simulacro/sim/load"
)

// newCrowd is what the faults slow-client and connection-flood start in the client node.
func newCrowd(*app) *cobra.Command {
	var c load.Crowd
	cmd := &cobra.Command{
		Use:    "crowd ADDRESS:PORT",
		Short:  "Hold connections",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c.Addr = args[0]
			return c.Run(cmd.Context())
		},
	}
	cmd.Flags().IntVar(&c.Clients, "clients", 100, "how many")
	cmd.Flags().DurationVar(&c.Within, "within", time.Second, "in which they come")
	cmd.Flags().DurationVar(&c.Drip, "drip", 0, "from one piece of a request that never ends to the next; 0 sends nothing")
	return cmd
}
