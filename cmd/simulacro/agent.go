package main

import (
	"github.com/spf13/cobra"

	"simulacro/sim/docker"
	"simulacro/sim/docker/agent"
)

// newAgent is what a drill keeps running in every node, to run its commands there.
func newAgent(a *app) *cobra.Command {
	return &cobra.Command{
		Use:    docker.AgentCommand,
		Short:  "Run commands for the runner at the other end of standard input and output",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE:   func(cmd *cobra.Command, _ []string) error { return agent.Serve(cmd.Context(), a.stdin, a.stdout) },
	}
}
