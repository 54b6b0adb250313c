package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"simulacro/sim"
	"simulacro/sim/docker"
	"simulacro/sim/report"
	"simulacro/sim/run"
)

// runFlags are what `simulacro run` can be told.
type runFlags struct {
	*specFlags
	keep bool
	dry  bool
	out  string
	html string
	seed int64
	// narrate tells a class what happens.
	narrate bool

	parallel int // runs at once
	tag      string
}

func newRun(a *app) *cobra.Command {
	f := &runFlags{}
	cmd := &cobra.Command{
		Use:   "run FILE|NAME... | --tag TAG",
		Short: "Play a drill: break things under load and judge what was seen",
		Long: `Plays scenarios one after the other: a file's path, or the name of a drill that comes with
the program (see simulacro list). The cluster that --cluster names is used and left as it
was; where there is none, one is made and removed afterwards.

Each run leaves a folder: the history of all that happened (simulacro judge reads it again),
the report as a page, for machines and for CI, and where it did not pass, the nodes' logs.

With several directors (--director simulacro,haproxy) every scenario is played on each, and
a table at the end holds the runs against each other: a verdict that differs is marked, and
a detection time by more than a check interval. Those runs, and those of --parallel, have
clusters of their own (called as --cluster says, with -run1, -run2 ...), made and removed
for each. The load of runs side by side must still be sent in time: where the machine is
too slow for that they are inconclusive. The exit code is that of the worst run.

While a run goes on, a terminal shows how far it is, the rate, who answers, the servers'
states and the faults; elsewhere each thing that happens is a line. With --narrate it is
explained too, in English or (--lang es) Spanish: of several drills each in its turn.

With --dry-run nothing is played, and no engine is needed: the plan is told, with what
follows from haproxy.cfg for the times of detection and recovery.`,
		Example: `  simulacro run kill-server
  simulacro run kill-server --dry-run
  simulacro run kill-server --director haproxy
  simulacro run kill-server --narrate --lang es
  simulacro run kill-server kill-all --director simulacro,haproxy --parallel 2
  simulacro run --tag storage --parallel 2
  simulacro run my-drill.yaml --keep -o json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 && f.tag == "" {
				return usagef("which drill? (a file, a name that simulacro list tells, or --tag)")
			}
			return nil
		},
		ValidArgsFunction: completeScenario,
	}
	f.specFlags = addSpecFlags(cmd)
	a.addLang(cmd)
	addTag(cmd, &f.tag)
	cmd.Flags().BoolVar(&f.dry, "dry-run", false, "play nothing: tell the plan and the budgets")
	cmd.Flags().BoolVar(&f.keep, "keep", false, "leave a cluster that was made for the run")
	cmd.Flags().BoolVar(&f.narrate, "narrate", false, "tell a class what happens while it happens, and what to look at (--lang es: in Spanish)")
	cmd.Flags().StringVar(&f.out, "report", run.DefaultOut, "the folder in which each run gets its own")
	cmd.Flags().StringVar(&f.html, "html", "", "write the (last) report page to this file too")
	cmd.Flags().Int64Var(&f.seed, "seed", 0, "of every random choice; without it the scenario's, or a new one")
	cmd.Flags().IntVar(&f.parallel, "parallel", 1, "how many runs at once, each on a cluster of its own")
	cmd.Flags().Lookup("director").Usage += ", or both with a comma"
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		all, err := f.scenarios(args)
		if err != nil {
			return err
		}
		isolated, err := f.isolated(len(all))
		if err != nil {
			return err
		}
		if f.dry || isolated {
			return a.runPairings(cmd.Context(), f, all)
		}
		return a.withRuntime(cmd.Context(), func(rt *docker.Runtime) error {
			var outcomes []sim.Outcome
			for _, s := range all {
				done, err := a.runOne(cmd.Context(), rt, f, s)
				if err != nil {
					return fmt.Errorf("%s: %w", s.Name, err)
				}
				outcomes = append(outcomes, done.Verdict.Outcome)
			}
			return verdictError(sim.Worst(outcomes...))
		})
	}
	return cmd
}

// scenarios are those that were named and those of the tag; all are read before the first is played.
func (f *runFlags) scenarios(args []string) (all []*sim.Scenario, err error) {
	for _, arg := range args {
		s, err := findScenario(arg)
		if err != nil {
			return nil, &codeError{exitUsage, err}
		}
		all = append(all, s)
	}
	if f.tag == "" {
		return all, nil
	}
	more, err := tagged(f.tag)
	for _, s := range more { // one that is named too is played once
		if !slices.ContainsFunc(all, func(n *sim.Scenario) bool { return n.Name == s.Name && n.Source == s.Source }) {
			all = append(all, s)
		}
	}
	return all, err
}

// runPairings plans or plays each scenario on each director.
func (a *app) runPairings(ctx context.Context, f *runFlags, all []*sim.Scenario) error {
	plays, err := f.pairings(all)
	if err != nil {
		return err
	}
	if f.dry {
		return a.dryRun(f, plays)
	}
	return a.withRuntime(ctx, func(rt *docker.Runtime) error { return a.runMatrix(ctx, rt, f, plays) })
}

// verdictError is the exit code of a verdict.
func verdictError(o sim.Outcome) error {
	switch o {
	case sim.Fail:
		return &codeError{exitVerdictFail, nil}
	case sim.Inconclusive:
		return &codeError{exitInconclusive, nil}
	}
	return nil
}

func (a *app) runOne(ctx context.Context, rt *docker.Runtime, f *runFlags, s *sim.Scenario) (*run.Done, error) {
	spec, err := f.spec(a.cluster, a.getenv)
	if err != nil {
		return nil, err
	}
	if spec.Director, err = a.chooseDirector(ctx, rt, f, s); err != nil {
		return nil, err
	}
	p := a.progress()
	live := a.live(f.narrate)
	a.say("%s  (%s)", s.Title.In(a.language()), spec.Director)
	if about := s.Description.In(a.language()); about != "" {
		a.say("%s", fold(about, 0, p.width()))
	}
	job := run.Job{Scenario: s, Spec: spec, Keep: f.keep, Out: f.out, Booting: p.step,
		Options: run.Options{Seed: f.seed, Lang: a.language(), Version: version, Tell: live.event, Hear: live.hear, Live: live.second}}
	done, err := job.Run(ctx, rt)
	live.close()
	if err != nil {
		if done != nil { // it broke off: what was seen until then is a verdict too, an inconclusive one
			err = errors.Join(a.printRun(done, f), err)
		}
		return nil, err
	}
	return done, a.printRun(done, f)
}

// chooseDirector is the one that was asked for; else that of the cluster that runs; else the first that the scenario is for.
func (a *app) chooseDirector(ctx context.Context, rt *docker.Runtime, f *runFlags, s *sim.Scenario) (sim.DirectorKind, error) {
	if !f.set.Changed("director") {
		if c, err := rt.Find(ctx, a.cluster); err == nil {
			return isFor(s, c.Spec().Director)
		}
	}
	return f.directorFor(s)
}

// directorFor is the director for a cluster that is to be made: the one that was asked for, else the first that the scenario is for.
func (f *runFlags) directorFor(s *sim.Scenario) (sim.DirectorKind, error) {
	kind := sim.DirectorKind(f.director)
	if i := slices.IndexFunc(sim.DirectorKinds(), s.Cluster.Runs); i >= 0 && !f.set.Changed("director") {
		kind = sim.DirectorKinds()[i]
	}
	return isFor(s, kind)
}

func isFor(s *sim.Scenario, kind sim.DirectorKind) (sim.DirectorKind, error) {
	if !s.Cluster.Runs(kind) {
		return kind, fmt.Errorf("the scenario is not for the director %s", kind)
	}
	return kind, nil
}

func (a *app) printRun(done *run.Done, f *runFlags) error {
	if f.html != "" {
		if err := run.CopyFile(f.html, filepath.Join(done.Dir, run.HTMLFile)); err != nil {
			return err
		}
	}
	if err := a.printVerdict(done.History, done.Verdict); err != nil || a.json() {
		return err
	}
	fmt.Fprintf(a.stdout, "\nreport   %s\n", filepath.Join(done.Dir, run.HTMLFile))
	if done.URL != "" {
		fmt.Fprintf(a.stdout, "cluster  %s/index.php\n         %s%s  (%s)\n", done.URL, done.URL, statsPath, statsUser)
	}
	return nil
}

func (a *app) printVerdict(h sim.History, v sim.Verdict) error {
	if a.json() {
		return report.JSON(a.stdout, h, v)
	}
	opt := report.Options{}
	if f, ok := a.stdout.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		opt.Color = true
		opt.Width, _, _ = term.GetSize(int(f.Fd())) // 0, the default, where it cannot be told
	}
	return report.Text(a.stdout, h, v, opt)
}
