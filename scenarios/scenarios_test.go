package scenarios_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"simulacro/scenarios"
	"simulacro/sim"
	"simulacro/sim/docker"
	"simulacro/sim/report"
	"simulacro/sim/run"

	"github.com/stretchr/testify/require"
)

// tag chooses scenarios: all of them on both directors take longer than `make test` may.
var tag = flag.String("tag", "", "only the scenarios that have this tag, as core; without it, all")

// seed orders the scenarios and makes their random choices; 0 draws one. It is printed, and given again it repeats them.
var seed = flag.Int64("seed", 0, "of the scenarios' order and of their random choices; 0 draws one")

// lanesPerCPU is how many scenarios are played at once for each processor, each on a cluster of its own: they spend most of their
// time waiting. With three, a node waits up to ten seconds for an engine that takes others down and up, and the whole
// takes longer than with two. The flag -parallel names another number.
const lanesPerCPU = 2

// beside is how many scenarios are played at once.
var beside = lanesPerCPU * runtime.NumCPU()

// session ends with Ctrl-C: what plays then heals its faults, what has not begun fails, and the clusters are removed.
var session context.Context

// rt and pool are nil where no engine answers; noEngine says why.
var (
	rt       *docker.Runtime
	pool     *docker.Pool
	clusters shelf
	noEngine error
)

func TestMain(m *testing.M) {
	flag.Parse()
	if *seed == 0 {
		*seed = time.Now().UnixNano()
	}
	lanes := flag.Lookup("test.parallel").Value
	if isSet("test.parallel") {
		beside, _ = strconv.Atoi(lanes.String()) // the flag takes numbers only
	}
	_ = lanes.Set(strconv.Itoa(beside))
	os.Exit(testMain(m))
}

func isSet(name string) (set bool) {
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == name })
	return set
}

func testMain(m *testing.M) int {
	state, err := os.MkdirTemp("", "simulacro-scenarios")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(state)
	os.Setenv("XDG_STATE_HOME", state) // ledgers and locks of the tests' own clusters
	var end context.CancelFunc
	session, end = signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer end()
	context.AfterFunc(session, end) // a second Ctrl-C ends the process, and leaves its clusters to the next sweep
	ctx := context.Background()
	if rt, noEngine = docker.Open(ctx); noEngine == nil {
		defer rt.Close()
		sweep(ctx)
		pool = docker.NewPool(rt, prefix, beside)
	}
	code := m.Run()
	if pool != nil {
		if err := pool.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "FAIL: clusters that could not be removed:", err)
			code = max(code, 1)
		}
		if left := leftovers(ctx); left != "" {
			fmt.Fprintln(os.Stderr, "FAIL: left behind:", left)
			code = max(code, 1)
		}
	}
	return code
}

// prefix begins the names of this test's clusters.
const prefix = "scenarios"

// leftovers names the clusters of this process that are still there after all was given back.
func leftovers(ctx context.Context) string {
	all, err := rt.List(ctx)
	if err != nil {
		return err.Error()
	}
	var left []string
	for _, name := range all {
		if strings.HasPrefix(name, fmt.Sprintf("%s-%d-", prefix, os.Getpid())) {
			left = append(left, name)
		}
	}
	return strings.Join(left, ", ")
}

// sweep removes the clusters of test processes that died before they could.
func sweep(ctx context.Context) {
	all, err := rt.List(ctx)
	if err != nil {
		return // whatever is wrong, the tests will say it better
	}
	for _, name := range all {
		var pid int
		if _, err := fmt.Sscanf(name, prefix+"-%d-", &pid); err != nil || syscall.Kill(pid, 0) == nil {
			continue
		}
		if _, err := rt.Down(ctx, name); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
}

// needEngine skips a test that needs containers where there cannot be any.
func needEngine(t *testing.T) {
	t.Helper()
	if noEngine != nil {
		t.Skipf("no Docker Engine answers, and the nodes are containers: %v", noEngine)
	}
	if testing.Short() {
		t.Skip("-short: scenarios play in real time")
	}
}

// TestScenarios plays every scenario on every director that it is meant for. A scenario leaves its cluster as it was and
// begins with a steady state, so that the next may use it; one that did not end as it should has the next on a new cluster.
// At its end the runs of both directors are held against each other.
func TestScenarios(t *testing.T) {
	needEngine(t)
	t.Logf("the order and the choices have the seed %d; again: go test ./scenarios -seed %d", *seed, *seed)
	t.Parallel()
	runs := &runs{}
	t.Cleanup(func() { runs.agree(t) })
	for _, kind := range sim.DirectorKinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel() // the second begins while the first's longest go on
			for _, s := range inOrder(readAll(t), *seed) {
				if !s.Cluster.Runs(kind) || *tag != "" && !slices.Contains(s.Tags, *tag) {
					continue
				}
				t.Run(s.Name, func(t *testing.T) {
					t.Parallel()
					runs.add(s, kind, play(t, kind, s, run.Options{Seed: *seed}, sim.Pass))
				})
			}
		})
	}
}

// long is how long a scenario's timeline is that should not be the last to begin.
const long = 8 * time.Second

// inOrder shuffles scenarios by a seed: none may rely on what an earlier one left. Those that take long come first, so that nobody
// waits for them at the end.
func inOrder(all []*sim.Scenario, seed int64) []*sim.Scenario {
	rng := rand.New(rand.NewPCG(uint64(seed), 0))
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	slices.SortStableFunc(all, func(a, b *sim.Scenario) int {
		switch la, lb := held(a) >= long, held(b) >= long; {
		case la == lb:
			return 0
		case la:
			return -1
		}
		return 1
	})
	return all
}

// held is how long the longest fault of a scenario lasts.
func held(s *sim.Scenario) (d time.Duration) {
	for _, f := range s.Faults() {
		d = max(d, f.For)
	}
	return d
}

func readAll(t *testing.T) (all []*sim.Scenario) {
	for _, name := range scenarios.Names() {
		all = append(all, read(t, name))
	}
	return all
}

func read(t *testing.T, name string) *sim.Scenario {
	t.Helper()
	text, err := scenarios.Read(name)
	require.NoError(t, err)
	s, err := run.Load(name+scenarios.Ending, text)
	require.NoError(t, err)
	return s
}

// machine lets plays go on beside each other, or one alone.
var machine sync.RWMutex

// play plays a scenario on a cluster of the pool and wants a verdict. A run that proves nothing because the machine, with other clusters
// at work on it, did not deliver what the scenario takes for granted is a measurement not made: it is made once more, alone.
func play(t *testing.T, kind sim.DirectorKind, s *sim.Scenario, opt run.Options, want sim.Outcome) *run.Done {
	t.Helper()
	done := func() *run.Done {
		machine.RLock()
		defer machine.RUnlock()
		return playOnce(t, kind, s, opt, want)
	}()
	if want == sim.Pass && undelivered(done.Verdict) {
		t.Log("the machine was too busy for this run to prove anything: it is played again, with nothing beside it")
		machine.Lock()
		defer machine.Unlock()
		done = playOnce(t, kind, s, opt, want)
	}
	if done.Verdict.Outcome != want {
		t.Errorf("verdict %s, want %s", done.Verdict.Outcome, want)
	}
	return done
}

// undelivered tells whether the load was not what was asked for, or the scenario's limit came before its end.
func undelivered(v sim.Verdict) bool {
	for _, name := range []string{"load delivered", "run"} {
		if c := check(v, name); c != nil && c.Outcome == sim.Inconclusive {
			return true
		}
	}
	return false
}

// playOnce plays a scenario and keeps what it left where the verdict is not the wanted one.
func playOnce(t *testing.T, kind sim.DirectorKind, s *sim.Scenario, opt run.Options, want sim.Outcome) *run.Done {
	t.Helper()
	require.NoError(t, session.Err(), "interrupted")
	ctx, cancel := context.WithTimeout(session, 5*time.Minute)
	defer cancel()
	spec := sim.Spec{Plan: sim.DefaultPlan(), Director: kind, MountOptions: s.Cluster.Mount}
	spec.Plan.Servers = s.Cluster.Servers
	asked := time.Now()
	c, err := clusters.take(ctx, spec)
	require.NoError(t, err)
	served := false
	defer func() { clusters.give(t, c, served) }()
	got := time.Now()
	done, err := run.Job{Scenario: s, Out: outFolder(), Options: opt}.PlayOn(ctx, c)
	require.NoError(t, err)
	var text strings.Builder
	require.NoError(t, report.Text(&text, done.History, done.Verdict, report.Options{Reasons: done.Verdict.Outcome != want}))
	t.Logf("cluster after %.1f s, played in %.1f s, kept in %s\n%s", got.Sub(asked).Seconds(), time.Since(got).Seconds(), done.Dir, text.String())
	judgedAgain(t, done)
	served = done.Verdict.Outcome == want
	return done
}

// judgedAgain holds the verdict against that of the history as it lies on disk: it must need nothing else.
func judgedAgain(t *testing.T, done *run.Done) {
	t.Helper()
	f, err := os.Open(filepath.Join(done.Dir, run.HistoryFile))
	require.NoError(t, err)
	defer f.Close()
	h, err := sim.ReadHistory(f.Name(), f)
	require.NoError(t, err)
	again, err := run.JudgeAgain(h)
	require.NoError(t, err)
	require.Equal(t, done.Verdict, again, "judged again without the cluster")
}

// outFolder is the project's out/, where `simulacro run` leaves its runs too when it is called there.
func outFolder() string { return filepath.Join("..", run.DefaultOut, "test") }
