package main

import (
	"context"
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
Its snapshots are kept, and named; with --all those of every cluster are removed too.

With --images the nodes' images go too, with the base if it was built here. What a
container uses stays.`,
		Example: `  simulacro down
  simulacro down --cluster second
  simulacro down --all --images`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().BoolVar(&every, "all", false, "remove every cluster of this machine, and every snapshot")
	cmd.Flags().BoolVar(&images, "images", false, "remove the images too, with a base that was built here")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.withRuntime(cmd.Context(), func(rt *docker.Runtime) error {
			start := time.Now()
			r, err := a.remove(cmd.Context(), rt, every, images)
			if err != nil {
				return err
			}
			r.Took = time.Since(start)
			if a.json() {
				return a.printJSON(r)
			}
			a.printRemoved(r)
			return a.kept(cmd.Context(), rt)
		})
	}
	return cmd
}

// removed is what `simulacro down` did.
type removed struct {
	Clusters  []string      `json:"removed"`
	Snapshots []string      `json:"snapshots"` // as cluster/name
	Images    int           `json:"images"`
	Took      time.Duration `json:"took_ns"`
}

// remove takes away clusters, then the snapshots that their nodes may have run on, then the images that both stood on.
func (a *app) remove(ctx context.Context, rt *docker.Runtime, every, images bool) (r removed, err error) {
	r = removed{Clusters: []string{}, Snapshots: []string{}}
	if every {
		names, err := rt.Sweep(ctx, "")
		if err != nil {
			return r, err
		}
		r.Clusters = append(r.Clusters, names...)
		if r.Snapshots, err = removeSnapshots(ctx, rt); err != nil {
			return r, err
		}
	} else if found, err := rt.Down(ctx, a.cluster); err != nil {
		return r, err
	} else if found {
		r.Clusters = append(r.Clusters, a.cluster)
	}
	if images {
		r.Images, err = rt.RemoveImages(ctx, true)
	}
	return r, err
}

func (a *app) printRemoved(r removed) {
	if len(r.Clusters)+len(r.Snapshots)+r.Images == 0 {
		a.say("nothing to remove")
	}
	for _, n := range r.Clusters {
		fmt.Fprintf(a.stdout, "cluster %s is removed (%s)\n", n, seconds(r.Took))
	}
	for _, n := range r.Snapshots {
		fmt.Fprintf(a.stdout, "snapshot %s is removed\n", n)
	}
	if r.Images > 0 {
		fmt.Fprintf(a.stdout, "%d images are removed\n", r.Images)
	}
}
