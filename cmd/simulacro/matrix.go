package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"simulacro/sim"
	"simulacro/sim/docker"
	"simulacro/sim/judge"
	"simulacro/sim/report"
	"simulacro/sim/run"
)

// pairing is one scenario on one director.
type pairing struct {
	scenario *sim.Scenario
	director sim.DirectorKind
}

// kinds are the directors of a list as --director takes it.
func (f *runFlags) kinds() ([]sim.DirectorKind, error) {
	var kinds []sim.DirectorKind
	for _, name := range strings.Split(f.director, ",") {
		kind := sim.DirectorKind(strings.TrimSpace(name))
		switch {
		case !slices.Contains(sim.DirectorKinds(), kind):
			return nil, usagef("--director %q: must be %s or %s, or both with a comma", name, sim.Simulacro, sim.HAProxy)
		case slices.Contains(kinds, kind):
			return nil, usagef("--director %q: named twice", name)
		}
		kinds = append(kinds, kind)
	}
	return kinds, nil
}

// pairings are each scenario on each of the directors that were asked for, where it is meant for it; without a wish, on the
// first that it is meant for.
func (f *runFlags) pairings(all []*sim.Scenario) (list []pairing, err error) {
	kinds, err := f.kinds()
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		on := slices.DeleteFunc(slices.Clone(kinds), func(k sim.DirectorKind) bool { return !s.Cluster.Runs(k) })
		if len(kinds) == 1 {
			kind, err := f.directorFor(s)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.Name, err)
			}
			on = []sim.DirectorKind{kind}
		}
		if len(on) == 0 {
			return nil, fmt.Errorf("%s: the scenario is not for the director %s", s.Name, f.director)
		}
		for _, kind := range on {
			list = append(list, pairing{s, kind})
		}
	}
	return list, nil
}

// specFor is the spec of a cluster for one of the directors.
func (f *runFlags) specFor(kind sim.DirectorKind, cluster string, getenv func(string) string) (sim.Spec, error) {
	one := *f.specFlags
	one.director = string(kind)
	return one.spec(cluster, getenv)
}

// isolated tells whether every run is to have a cluster of its own; an error says what does not go with that.
func (f *runFlags) isolated(args int) (bool, error) {
	kinds, err := f.kinds()
	switch {
	case err != nil:
		return false, err
	case f.parallel < 1:
		return false, usagef("--parallel %d: must be 1 or more", f.parallel)
	case len(kinds) == 1 && f.parallel == 1:
		return false, nil
	case f.keep:
		return false, usagef("--keep goes with one director and without --parallel")
	case f.narrate && f.parallel > 1:
		return false, usagef("--narrate tells of one run at a time: leave out --parallel")
	case f.html != "" && args*len(kinds) > 1:
		return false, usagef("--html is for one run: each of several leaves its page in its folder")
	}
	return true, nil
}

// matrix plays pairings on clusters of their own, several at once.
type matrix struct {
	*app
	flags *runFlags
	rt    *docker.Runtime
	plays []pairing

	seed int64 // of the scenarios that have none, so that every director sees the same choices

	mu   sync.Mutex // of the output
	done []*run.Done
	errs []error
}

func (a *app) runMatrix(ctx context.Context, rt *docker.Runtime, f *runFlags, plays []pairing) error {
	m := &matrix{app: a, flags: f, rt: rt, plays: plays, seed: time.Now().UnixNano(), done: make([]*run.Done, len(plays)), errs: make([]error, len(plays))}
	next := make(chan int)
	var workers sync.WaitGroup
	for slot := range min(f.parallel, len(plays)) {
		workers.Go(func() {
			cluster := fmt.Sprintf("%s-run%d", a.cluster, slot+1)
			for i := range next {
				m.play(ctx, i, cluster)
				if errors.Is(m.errs[i], docker.ErrLostCount) { // whose name cannot be used again
					cluster += "b"
				}
			}
		})
	}
	for i := range plays {
		select {
		case next <- i:
		case <-ctx.Done():
			m.errs[i] = ctx.Err()
		}
	}
	close(next)
	workers.Wait()
	if err := m.print(); err != nil {
		return err
	}
	if err := errors.Join(m.errs...); err != nil {
		return err
	}
	return verdictError(sim.Worst(m.outcomes()...))
}

// play plays one pairing on a cluster that is made for it and removed afterwards.
func (m *matrix) play(ctx context.Context, i int, cluster string) {
	p := m.plays[i]
	m.tell(func() { m.say("%s on %s begins (cluster %s)", p.scenario.Name, p.director, cluster) })
	done, err := m.job(ctx, p, cluster)
	if err != nil {
		m.errs[i] = fmt.Errorf("%s on %s: %w", p.scenario.Name, p.director, err)
		m.tell(func() { m.say("%v", m.errs[i]) })
	}
	if err != nil && !errors.Is(err, run.ErrLeftBehind) {
		return
	}
	m.done[i] = done
	m.tell(func() {
		if !m.json() {
			fmt.Fprintf(m.stdout, "%s  (%s)\n", report.Line(done.History, done.Verdict), done.Dir)
		}
	})
}

func (m *matrix) job(ctx context.Context, p pairing, cluster string) (*run.Done, error) {
	spec, err := m.flags.specFor(p.director, cluster, m.getenv)
	if err != nil {
		return nil, err
	}
	if !spec.Asked.Port {
		spec.Plan.Port = 0 // nobody looks in from outside
	}
	if m.flags.parallel > 1 { // where another has an address, the runtime takes the next
		spec.Asked = sim.Asked{}
	}
	job := run.Job{Scenario: p.scenario, Spec: spec, Out: m.flags.out,
		Options: run.Options{Seed: cmp.Or(m.flags.seed, p.scenario.Seed, m.seed), Lang: m.language(), Version: version}}
	if m.flags.narrate { // which goes with one run at a time
		live := m.live(true)
		defer live.close()
		job.Booting, job.Tell, job.Hear, job.Live = live.step, live.event, live.hear, live.second
	}
	return job.Run(ctx, m.rt)
}

func (m *matrix) tell(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

func (m *matrix) outcomes() (list []sim.Outcome) {
	for _, d := range m.done {
		if d != nil {
			list = append(list, d.Verdict.Outcome)
		}
	}
	return list
}

// print writes the comparison of the runs that came to a verdict.
func (m *matrix) print() error {
	var runs []report.Compared
	documents := []json.RawMessage{}
	for i, d := range m.done {
		if d == nil {
			continue
		}
		p := m.plays[i]
		runs = append(runs, report.Compared{Scenario: p.scenario.Name, Director: p.director, Outcome: d.Verdict.Outcome, Dir: d.Dir,
			Checks: d.Verdict.Checks, Figures: judge.Figures(d.History, p.scenario)})
		var doc bytes.Buffer
		if err := report.JSON(&doc, d.History, d.Verdict); err != nil {
			return err
		}
		documents = append(documents, doc.Bytes())
	}
	all := report.Compare(runs)
	if m.json() {
		return m.printJSON(map[string]any{"comparison": append([]report.Comparison{}, all...), "runs": documents})
	}
	if len(all) == 0 {
		return nil
	}
	fmt.Fprintln(m.stdout)
	return report.CompareText(m.stdout, all)
}
