package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"simulacro/sim/docker"
)

// newProbe is the command that `up` runs in the client node, where no port of the host leads to the director.
func newProbe(a *app) *cobra.Command {
	return &cobra.Command{
		Use:    docker.ProbeCommand + " URL SERVERS",
		Short:  "Wait until so many servers have answered, and print each",
		Hidden: true,
		Args:   cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			servers, err := strconv.Atoi(args[1])
			if err != nil {
				return usagef("SERVERS %q is not a number", args[1])
			}
			_, err = docker.Answers(cmd.Context(), args[0], servers, func(server string) { fmt.Fprintln(a.stdout, server) })
			return err
		},
	}
}
