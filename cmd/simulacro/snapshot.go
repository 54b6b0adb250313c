package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"simulacro/sim/docker"
	"simulacro/sim/run"
)

func newSnapshot(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "snapshot",
		Short: "Save the cluster's files under a name, and go back to them",
		Long: `Saves every file of every node and the storage node's export under a name, and makes the
cluster what it was then: edits, pages, units that are enabled or not. The nodes stand still
while they are saved. A restored node boots, as after a power failure: what lies in memory
(/run, /tmp, running processes) is not kept, nor is /etc/hosts, which the engine writes.
Nodes that did not run run again. The addresses stay.

A snapshot outlives its cluster: simulacro down keeps it, and restore makes the cluster
anew. simulacro snapshot rm removes one, simulacro down --all removes all of them.`,
		Example: `  simulacro snapshot save preHAproxy
  simulacro snapshot list
  simulacro snapshot restore preHAproxy
  simulacro snapshot rm preHAproxy`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return usagef("which: save, list, restore or rm?") },
	}
	cmd.AddCommand(a.snapshotSave(), a.snapshotList(), a.snapshotRestore(), a.snapshotRemove())
	return cmd
}

// snapshotCommand is a subcommand that is given a snapshot's name.
func (a *app) snapshotCommand(verb, short string, do func(context.Context, *docker.Runtime, string) error) *cobra.Command {
	return &cobra.Command{
		Use:               verb + " NAME",
		Short:             short,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withRuntime(cmd.Context(), func(rt *docker.Runtime) error { return do(cmd.Context(), rt, args[0]) })
		},
	}
}

func (a *app) snapshotSave() *cobra.Command {
	return a.snapshotCommand("save", "Save the files of every node and the export", func(ctx context.Context, rt *docker.Runtime, name string) error {
		start := time.Now()
		if err := run.Quiet(a.cluster); err != nil {
			return err
		}
		s, err := rt.SaveSnapshot(ctx, a.cluster, name)
		if err != nil {
			return err
		}
		return a.told(s, "snapshot %s of cluster %s is saved (%s)", name, a.cluster, seconds(time.Since(start)))
	})
}

func (a *app) snapshotRestore() *cobra.Command {
	return a.snapshotCommand("restore", "Make the cluster what it was when it was saved", func(ctx context.Context, rt *docker.Runtime, name string) error {
		start := time.Now()
		s, err := rt.Snapshot(ctx, a.cluster, name)
		if err != nil {
			return err
		}
		p := a.progress()
		err = run.Afresh(a.cluster, func() error {
			_, err := rt.RestoreSnapshot(ctx, a.cluster, name, p.step)
			return err
		})
		if err != nil {
			return err
		}
		return a.told(s, "cluster %s is as snapshot %s has it (%s)", a.cluster, name, seconds(time.Since(start)))
	})
}

func (a *app) snapshotRemove() *cobra.Command {
	return a.snapshotCommand("rm", "Remove a snapshot; the cluster stays as it is", func(ctx context.Context, rt *docker.Runtime, name string) error {
		if err := rt.RemoveSnapshot(ctx, a.cluster, name); err != nil {
			return err
		}
		return a.told(map[string]string{"removed": name, "cluster": a.cluster}, "snapshot %s of cluster %s is removed", name, a.cluster)
	})
}

// told gives a result: to machines as it is, to people in words.
func (a *app) told(v any, format string, args ...any) error {
	if a.json() {
		return a.printJSON(v)
	}
	_, err := fmt.Fprintf(a.stdout, format+"\n", args...)
	return err
}

func (a *app) snapshotList() *cobra.Command {
	var every bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the cluster's snapshots",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withRuntime(cmd.Context(), func(rt *docker.Runtime) error {
				cluster := a.cluster
				if every {
					cluster = ""
				}
				all, err := rt.Snapshots(cmd.Context(), cluster)
				if err != nil {
					return err
				}
				return a.printSnapshots(all)
			})
		},
	}
	cmd.Flags().BoolVar(&every, "all", false, "those of every cluster of this machine")
	return cmd
}

func (a *app) printSnapshots(all []docker.Snapshot) error {
	if a.json() {
		return a.printJSON(append([]docker.Snapshot{}, all...))
	}
	if len(all) == 0 {
		a.say("no snapshots")
		return nil
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tCLUSTER\tSAVED\tDIRECTOR\t")
	for _, s := range all {
		note := ""
		if !s.Whole {
			note = "interrupted: rm it"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", s.Name, s.Cluster, s.Saved.Local().Format(time.DateTime), s.Director, note)
	}
	return w.Flush()
}

// kept says which snapshots of a removed cluster are still there.
func (a *app) kept(ctx context.Context, rt *docker.Runtime) error {
	all, err := rt.Snapshots(ctx, a.cluster)
	if err != nil || len(all) == 0 {
		return err
	}
	var names []string
	for _, s := range all {
		names = append(names, s.Name)
	}
	a.say("snapshots are kept: %s. Type simulacro snapshot restore NAME%s to have the cluster again, or rm in place of restore",
		strings.Join(names, ", "), a.clusterFlag())
	return nil
}

// removeSnapshots removes those of every cluster.
func removeSnapshots(ctx context.Context, rt *docker.Runtime) (names []string, err error) {
	names = []string{}
	all, err := rt.Snapshots(ctx, "")
	for _, s := range all {
		if err := rt.RemoveSnapshot(ctx, s.Cluster, s.Name); err != nil {
			return names, err
		}
		names = append(names, s.Cluster+"/"+s.Name)
	}
	return names, err
}
