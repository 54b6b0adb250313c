package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"simulacro/sim/docker"
)

func newDown(a *app) *cobra.Command {
	var every, images bool
	cmd := &cobra.Command{
		Use:   "down",
		Short: "Remove the cluster, without a trace",
		Long: `Removes the cluster's containers, networks and volumes by their label, whatever state
they are in, and forgets what this machine noted of it. Nothing to remove is no error.

With --images the nodes' images go too, with the base if it was built here. What a
container uses stays.`,
		Example: `  simulacro down
  simulacro down --cluster second
  simulacro down --all --images`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().BoolVar(&every, "all", false, "remove every cluster of this machine")
	cmd.Flags().BoolVar(&images, "images", false, "remove the images too, with a base that was built here")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.withRuntime(cmd.Context(), func(rt *docker.Runtime) error {
			start := time.Now()
			names, err := a.remove(cmd, rt, every)
			if err != nil {
				return err
			}
			gone := 0
			if images {
				if gone, err = rt.RemoveImages(cmd.Context(), true); err != nil {
					return err
				}
			}
			if a.json() {
				return a.printJSON(map[string]any{"removed": append([]string{}, names...), "images": gone, "took_ns": time.Since(start)})
			}
			if len(names) == 0 && gone == 0 {
				a.say("nothing to remove")
			}
			for _, n := range names {
				fmt.Fprintf(a.stdout, "cluster %s is removed (%s)\n", n, seconds(time.Since(start)))
			}
			if gone > 0 {
				fmt.Fprintf(a.stdout, "%d images are removed\n", gone)
			}
			return nil
		})
	}
	return cmd
}

func (a *app) remove(cmd *cobra.Command, rt *docker.Runtime, every bool) ([]string, error) {
	if every {
		return rt.Sweep(cmd.Context(), "")
	}
	found, err := rt.Down(cmd.Context(), a.cluster)
	if err != nil || !found {
		return nil, err
	}
	return []string{a.cluster}, nil
}
