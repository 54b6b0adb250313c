package docker

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/stretchr/testify/require"

	"simulacro/sim"
)

// The targets of BenchmarkUp: Up against six bare containers, and against docker-compose.
const (
	maxOverBare    = 2.0
	maxOverCompose = 0.5
)

// BenchmarkUp times, in turn within one run because a machine's speed drifts: six bare `sleep` containers on two networks;
// Up until three servers answer; docker-compose up of the same cluster until they do. A round is one of each.
//
//	go test ./sim/docker -run '^$' -bench Up -benchtime 5x
func BenchmarkUp(b *testing.B) {
	rt := engine(b)
	compose := findCompose()
	if compose == nil {
		b.Log("no docker-compose here: without its ratio")
	}
	var bare, up, composed []time.Duration
	for b.Loop() {
		bare = append(bare, timeBare(b, rt))
		up = append(up, timeUp(b, rt))
		if compose != nil {
			composed = append(composed, timeCompose(b, rt, compose))
		}
	}
	b.Logf("six bare containers %v; up %v; compose %v (medians of %d)", median(bare), median(up), median(composed), len(up))
	b.Logf("rounds: bare %v, up %v, compose %v", rounded(bare), rounded(up), rounded(composed))
	b.ReportMetric(0, "ns/op")
	report(b, "up/bare", median(up), median(bare), maxOverBare)
	if compose != nil {
		report(b, "up/compose", median(up), median(composed), maxOverCompose)
	}
}

func report(b *testing.B, name string, d, of time.Duration, target float64) {
	ratio := float64(d) / float64(of)
	b.ReportMetric(ratio, name)
	verdict := "met"
	if ratio > target {
		verdict = "MISSED"
	}
	b.Logf("%s %.2f, target <= %.1f: %s", name, ratio, target, verdict)
}

func median(d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	s := slices.Clone(d)
	slices.Sort(s)
	return s[len(s)/2].Round(time.Millisecond)
}

func rounded(d []time.Duration) (out []time.Duration) {
	for _, v := range d {
		out = append(out, v.Round(time.Millisecond))
	}
	return out
}

// timeBare makes the same networks and six containers that do nothing, all at once.
func timeBare(b *testing.B, rt *Runtime) time.Duration {
	spec := withDefaults(testSpec(b, "bare", 65))
	defer remove(b, rt, spec.Name)
	builder := &builder{Runtime: rt, spec: spec, report: &reporter{}}
	start := time.Now()
	require.NoError(b, builder.makeNetworks(b.Context()))
	require.NoError(b, parallel(b.Context(), spec.Plan.Nodes(), func(ctx context.Context, n sim.Node) error {
		r := newRecipe(spec, n, "")
		r.config.Image = imageFor(sim.Client)
		r.config.Entrypoint, r.config.Cmd = []string{"sleep"}, []string{"1000"}
		r.host = &container.HostConfig{NetworkMode: r.host.NetworkMode}
		id, err := builder.createNode(ctx, n, r)
		if err != nil {
			return err
		}
		return rt.api.ContainerStart(ctx, id, container.StartOptions{})
	}))
	return time.Since(start)
}

func timeUp(b *testing.B, rt *Runtime) time.Duration {
	spec := testSpec(b, "up", 65)
	spec.Plan.Port = 5065
	defer remove(b, rt, spec.Name)
	start := time.Now()
	_, err := rt.Up(b.Context(), spec, nil)
	require.NoError(b, err)
	return time.Since(start)
}

func remove(b *testing.B, rt *Runtime, name string) {
	_, err := rt.Down(context.WithoutCancel(b.Context()), name)
	require.NoError(b, err)
}

// findCompose is the command of Compose 1, or of its successor where only that is there.
func findCompose() []string {
	if path, err := exec.LookPath("docker-compose"); err == nil {
		return []string{path}
	}
	if exec.Command("docker", "compose", "version").Run() == nil {
		return []string{"docker", "compose"}
	}
	return nil
}

// timeCompose brings up a copy of docker-compose.yml whose names are the benchmark's own, and waits as Up does.
func timeCompose(b *testing.B, rt *Runtime, compose []string) time.Duration {
	name := ownName(b, "compose")
	file := composeFile(b, name)
	env := append(os.Environ(), "SIMULACRO_OUTER=192.168.65", "SIMULACRO_INNER=10.0.65", "SIMULACRO_PORT=5065", "SIMULACRO_DIRECTOR=haproxy")
	run := func(args ...string) {
		cmd := exec.Command(compose[0], append(slices.Clone(compose[1:]), append([]string{"-p", name, "-f", file}, args...)...)...)
		cmd.Env = env
		out, err := cmd.CombinedOutput()
		require.NoError(b, err, "%s", out)
	}
	defer remove(b, rt, name)
	start := time.Now()
	run("up", "-d", "--no-build")
	ctx, cancel := context.WithTimeout(b.Context(), bootTimeout)
	defer cancel()
	_, err := Answers(ctx, "http://127.0.0.1:5065"+answerPath, 3, nil)
	require.NoError(b, err)
	return time.Since(start)
}

func composeFile(b *testing.B, name string) string {
	text, err := os.ReadFile("../../docker-compose.yml")
	require.NoError(b, err)
	own := strings.NewReplacer("container_name: simulacro-", "container_name: "+name+"-", "name: simulacro-", "name: "+name+"-",
		"simulacro: simulacro", "simulacro: "+name).Replace(string(text))
	path := filepath.Join(b.TempDir(), "docker-compose.yml")
	require.NoError(b, os.WriteFile(path, []byte(own), 0o644))
	return path
}
