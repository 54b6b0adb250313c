package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"simulacro/sim"
	"simulacro/sim/docker"
)

// The exit codes; `simulacro help` documents them. exec and shell give the command's own code.
const (
	exitOK           = 0
	exitFailure      = 1
	exitUsage        = 2
	exitVerdictFail  = 3
	exitInconclusive = 4
	exitInterrupted  = 130 // 128 + SIGINT, as a shell has it
)

// commands make the subcommands, in the order in which help lists them: one file a command.
var commands = []func(*app) *cobra.Command{
	newUp, newStatus, newExec, newShell, newLogs, newRun, newList, newJudge, newCompare, newWatch, newSnapshot, newHeal, newDown, newImages, newVersion, newProbe, newLoad, newObserve, newDelay, newCrowd, newAgent,
	newNew, newLint, newSchema, newReference, newCoverage,
}

const rootLong = `Simulacro rehearses the failures of a load-balanced web cluster: a director, three
Apache and PHP servers, an NFS storage node and a client, in containers on this
machine. The nodes boot systemd and are used like machines.

  client ──▶ cluster1 (director) ──▶ cluster2, cluster3, cluster4 ──▶ storage

Exit codes
  0    done
  1    it failed (status: a node does not answer; lint: a file has mistakes)
  2    the command line is wrong
  3    a drill's verdict is fail
  4    a drill's verdict is inconclusive
  130  interrupted
  exec and shell give the code of the command; 126 and 127 mean that it could not
  be executed or was not found.

Environment
  SIMULACRO_OUTER   first three octets of the outer network (default 192.168.1)
  SIMULACRO_INNER   first three octets of the inner network (default 10.0.100)
  SIMULACRO_PORT    port of this machine that leads to the director (default 5080)
  DOCKER_HOST       the engine, as for the docker command
  LANG              es (or LC_ALL, LC_MESSAGES): titles and texts of drills in Spanish`

const rootExample = `  simulacro up                                  bring the cluster up
  simulacro exec cluster1 -- systemctl status -l haproxy
  curl http://localhost:5080/index.php          a server answers, the next one the next time
  simulacro shell cluster2                      type like an administrator
  simulacro down                                remove it, without a trace`

// app is what the commands share.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string

	cluster string
	output  string
	quiet   bool
	lang    string // as asked for; see language
	started bool   // a command's own work has begun: errors are no longer about the command line
}

// codeError ends the program with a code of its own; a nil err says nothing more.
type codeError struct {
	code int
	err  error
}

func (e *codeError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *codeError) Unwrap() error { return e.err }

// usagef is an error of the command line that cobra does not see.
func usagef(format string, args ...any) error {
	return &codeError{exitUsage, fmt.Errorf(format, args...)}
}

// execute runs one command line and gives the exit code.
func (a *app) execute(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	var coded *codeError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &coded):
		if coded.err != nil {
			a.complain(err)
		}
		if coded.code == exitUsage {
			fmt.Fprintf(a.stderr, "See: %s --help\n", cmd.CommandPath())
		}
		return coded.code
	case !a.started:
		a.complain(err)
		fmt.Fprintf(a.stderr, "See: %s --help\n", cmd.CommandPath())
		return exitUsage
	}
	a.complain(err)
	return exitFailure
}

func (a *app) complain(err error) {
	if errors.Is(err, context.Canceled) { // Ctrl-C: whoever typed it knows why
		err = errors.New("interrupted")
	}
	fmt.Fprintf(a.stderr, "simulacro: %v\n", err)
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "simulacro",
		Short:         "Rehearse the failures of a load-balanced web cluster",
		Long:          rootLong,
		Example:       rootExample,
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := docker.CheckName(a.cluster); err != nil {
				return &codeError{exitUsage, err}
			}
			if err := cmd.ValidateFlagGroups(); err != nil { // cobra does it too, but after this
				return &codeError{exitUsage, err}
			}
			if a.output != "text" && a.output != "json" {
				return usagef("--output %q: must be text or json", a.output)
			}
			if a.lang != "" && !slices.Contains(languages, a.lang) {
				return usagef("--lang %q: must be %s", a.lang, strings.Join(languages, " or "))
			}
			a.started = true
			return nil
		},
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	flags := root.PersistentFlags()
	flags.StringVar(&a.cluster, "cluster", "simulacro", "the cluster's name; several may run beside each other")
	flags.StringVarP(&a.output, "output", "o", "text", "text, or json for machines")
	flags.BoolVarP(&a.quiet, "quiet", "q", false, "no progress, only results")
	_ = root.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	for _, c := range commands {
		root.AddCommand(c(a))
	}
	return root
}

func (a *app) json() bool { return a.output == "json" }

// printJSON is how a result goes to machines.
func (a *app) printJSON(v any) error {
	e := json.NewEncoder(a.stdout)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// say tells a person something that is no result.
func (a *app) say(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintf(a.stderr, format+"\n", args...)
	}
}

// withRuntime connects to the engine for the time of f.
func (a *app) withRuntime(ctx context.Context, f func(*docker.Runtime) error) error {
	rt, err := docker.Open(ctx)
	if err != nil {
		return err
	}
	defer rt.Close()
	return f(rt)
}

// withCluster finds the cluster that --cluster names for the time of f.
func (a *app) withCluster(ctx context.Context, f func(*docker.Cluster) error) error {
	return a.withRuntime(ctx, func(rt *docker.Runtime) error {
		c, err := rt.Find(ctx, a.cluster)
		if errors.Is(err, docker.ErrNotFound) {
			return fmt.Errorf("%w. Type: simulacro up%s", err, a.clusterFlag())
		}
		if err != nil {
			return err
		}
		return f(c)
	})
}

// clusterFlag is what a hint must add to a command line for a cluster that is not the default one.
func (a *app) clusterFlag() string {
	if a.cluster == "simulacro" {
		return ""
	}
	return " --cluster " + a.cluster
}

// completeNode offers the names of nodes for the first argument.
func completeNode(_ *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var names []string
	for _, n := range sim.DefaultPlan().Nodes() {
		for _, name := range append([]string{n.Name}, n.Aliases...) {
			if strings.HasPrefix(name, prefix) {
				names = append(names, name+"\t"+string(n.Role))
			}
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// wants asks for the first argument in words: cobra only counts them.
func wants(question string, then cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return errors.New(question)
		}
		return then(cmd, args)
	}
}

// oneNode asks for the name of a node as the first argument, so that a missing one is told in words.
func oneNode(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return errors.New("which node? (cluster1 to cluster4, storage, client)")
	}
	if len(args) > 1 && strings.HasPrefix(args[1], "-") && args[1] != "--" { // no command is called so
		return fmt.Errorf("%s: flags come before the node: simulacro %s", args[1], cmd.Use)
	}
	return nil
}
