package main

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"simulacro/sim/docker"
)

// TestMain lets scripts call this test program by the name simulacro.
func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"simulacro": main}) }

// The scripts of testdata/script are what a person types, with the exit codes and words that come back. Those that begin
// with `[!engine] skip` need a Docker engine with the nodes' images.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Condition: func(name string) (bool, error) {
			return name == "engine" && !testing.Short() && hasEngine(t), nil
		},
		Setup: func(env *testscript.Env) error {
			for _, name := range []string{"DOCKER_HOST", "DOCKER_CONTEXT"} {
				if v := os.Getenv(name); v != "" {
					env.Setenv(name, v)
				}
			}
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "state"))
			env.Setenv("HOME", env.WorkDir)
			// A name of its own, since scripts run beside each other.
			name := "rtdev-" + filepath.Base(env.WorkDir) + "-" + strconv.Itoa(os.Getpid())
			env.Setenv("CLUSTER", name)
			env.Defer(func() { sweep(t, name) })
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"code": code},
	})
}

// code N COMMAND... runs a command and wants the exit code N.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N COMMAND [ARG...]")
	}
	got := "0"
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := err.(interface{ ExitCode() int })
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = strconv.Itoa(exit.ExitCode())
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

// sweep removes the clusters of a script that failed half-way.
func sweep(t *testing.T, name string) {
	rt, err := docker.Open(context.Background())
	if err != nil {
		return
	}
	defer rt.Close()
	if _, err := rt.Sweep(context.Background(), name); err != nil {
		t.Error(err)
	}
}

func hasEngine(t *testing.T) bool {
	rt, err := docker.Open(context.Background())
	if err != nil {
		t.Logf("no Docker engine answers: %v", err)
		return false
	}
	defer rt.Close()
	states, err := rt.Images(context.Background(), "")
	if err != nil {
		return false
	}
	for _, s := range states {
		if s.State == docker.ImageMissing {
			t.Logf("image %s is not built (simulacro images)", s.Tag)
			return false
		}
	}
	return true
}
