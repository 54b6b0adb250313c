package main

import (
	"time"

	"github.com/spf13/cobra"

	"simulacro/sim/delay"
)

// newDelay is what the fault delay starts in a node; its rules hand the packets over.
func newDelay(*app) *cobra.Command {
	var s delay.Spec
	cmd := &cobra.Command{
		Use:    "delay",
		Short:  "Hold the packets of a netfilter queue back",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE:   func(cmd *cobra.Command, _ []string) error { return delay.Run(cmd.Context(), s) },
	}
	cmd.Flags().Uint16Var(&s.Queue, "queue", 7, "number of the queue")
	cmd.Flags().DurationVar(&s.Delay, "for", 100*time.Millisecond, "how long each packet is held")
	cmd.Flags().DurationVar(&s.Jitter, "jitter", 0, "at random, more or less")
	return cmd
}
