package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"simulacro/sim/docker"
)

// version is set by -ldflags "-X main.version=v1.2.3"; a build from a working tree takes it from the build information.
var version string

// engineTimeout bounds the question to the engine: a version must be told where there is none.
const engineTimeout = 2 * time.Second

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Show the version of this program and of the engine",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v := versionResult{Version: programVersion(), Go: runtime.Version(), Engine: askEngine(cmd.Context())}
			if a.json() {
				return a.printJSON(v)
			}
			fmt.Fprintf(a.stdout, "simulacro %s (%s)\n", v.Version, v.Go)
			if v.Engine != nil {
				fmt.Fprintf(a.stdout, "Docker Engine %s, API %s at %s\n", v.Engine.Version, v.Engine.API, v.Engine.Host)
			} else {
				fmt.Fprintln(a.stdout, "no Docker Engine answers")
			}
			return nil
		},
	}
}

// versionResult is `simulacro version -o json`.
type versionResult struct {
	Version string             `json:"version"`
	Go      string             `json:"go"`
	Engine  *docker.EngineInfo `json:"engine,omitempty"`
}

func askEngine(ctx context.Context) *docker.EngineInfo {
	ctx, cancel := context.WithTimeout(ctx, engineTimeout)
	defer cancel()
	rt, err := docker.Open(ctx)
	if err != nil {
		return nil
	}
	defer rt.Close()
	info, err := rt.Engine(ctx)
	if err != nil {
		return nil
	}
	return &info
}

// programVersion is the -ldflags version, else the module's, else the commit's.
func programVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	commit, dirty := "devel", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			commit = s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+changes"
		}
	}
	return commit + dirty
}
