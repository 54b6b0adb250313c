package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"simulacro/sim/docker"
)

func newImages(a *app) *cobra.Command {
	var check, force, remove bool
	var bin string
	cmd := &cobra.Command{
		Use:   "images",
		Short: "Build the nodes' images where they are missing or stale",
		Long: `Builds the images of the nodes on the engine, from the files that this program carries
and the programs beside it (simulacro, proxy, mount.nfs). The base is Debian: pulled where
a registry answers, else built from the package mirror with mmdebstrap.`,
		Example: `  simulacro images
  simulacro images --check        only tell their state; the exit code is 1 unless all are ready
  simulacro images --remove       remove them; the base image stays`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().BoolVar(&check, "check", false, "build nothing, tell the state")
	cmd.Flags().BoolVar(&force, "force", false, "build even what is ready (layers that the engine has are used)")
	cmd.Flags().BoolVar(&remove, "remove", false, "remove the images that no container uses")
	cmd.MarkFlagsMutuallyExclusive("check", "force", "remove")
	cmd.Flags().StringVar(&bin, "bin", "", "the folder of the programs (default: this program's own)")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if remove {
			return a.removeImages(cmd.Context())
		}
		dir, err := binDir(bin)
		if err != nil {
			return err
		}
		return a.withRuntime(cmd.Context(), func(rt *docker.Runtime) error {
			states, err := rt.Images(cmd.Context(), dir)
			if err != nil {
				return err
			}
			if !check && (force || !ready(states)) {
				p := a.progress()
				if err := rt.Build(cmd.Context(), dir, p.step); err != nil {
					p.clear()
					return err
				}
				if states, err = rt.Images(cmd.Context(), dir); err != nil {
					return err
				}
			}
			return firstError(nil, func() error { return a.printImages(states) }, failedUnless(ready(states)))
		})
	}
	return cmd
}

func (a *app) removeImages(ctx context.Context) error {
	return a.withRuntime(ctx, func(rt *docker.Runtime) error {
		n, err := rt.RemoveImages(ctx, false)
		if err == nil {
			a.say("%d images are removed", n)
		}
		return err
	})
}

// binDir is the folder of the programs: the one asked for, else the one that this program lies in.
func binDir(asked string) (string, error) {
	if asked != "" {
		return asked, nil
	}
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find the programs beside this one: %w", err)
	}
	if self, err = filepath.EvalSymlinks(self); err != nil {
		return "", fmt.Errorf("find the programs beside this one: %w", err)
	}
	return filepath.Dir(self), nil
}

func ready(states []docker.ImageState) bool {
	for _, s := range states {
		if s.State != docker.ImageReady {
			return false
		}
	}
	return true
}

func failedUnless(ok bool) error {
	if ok {
		return nil
	}
	return &codeError{code: exitFailure}
}

func (a *app) printImages(states []docker.ImageState) error {
	if a.json() {
		return a.printJSON(states)
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "IMAGE\tSTATE\tSIZE")
	for _, s := range states {
		size := "-"
		if s.Size > 0 {
			size = fmt.Sprintf("%d MB", s.Size/1e6)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", s.Tag, s.State, size)
	}
	return w.Flush()
}
