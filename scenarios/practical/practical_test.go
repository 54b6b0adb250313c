package practical

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"simulacro/sim"
	"simulacro/sim/docker"
)

const script = "practical.txt"

func TestPractical(t *testing.T) {
	for _, kind := range sim.DirectorKinds() {
		t.Run(string(kind), func(t *testing.T) {
			c := up(t, kind)
			for _, s := range steps(t, c.Spec().Plan) {
				play(t, c, s)
				if t.Failed() {
					return // what follows builds on it
				}
			}
		})
	}
}

// up boots a cluster of its own: on the practical's addresses where they are free, on others where not.
func up(t *testing.T, kind sim.DirectorKind) *docker.Cluster {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	rt, err := docker.Open(ctx)
	var away *docker.ConnectError
	if errors.As(err, &away) {
		t.Skipf("the practical is typed in containers: %v", err)
	}
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, rt.Close()) })
	name := fmt.Sprintf("practical-%s-%d", kind, os.Getpid())
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_, err := rt.Down(ctx, name)
		assert.NoError(t, err)
	})
	c, err := rt.Up(ctx, sim.Spec{Name: name, Plan: sim.DefaultPlan(), Director: kind}, nil)
	require.NoError(t, err)
	return c
}

func steps(t *testing.T, plan sim.Plan) []Step {
	f, err := os.Open(script)
	require.NoError(t, err)
	defer f.Close()
	list, err := Parse(script, f, forPlan(plan))
	require.NoError(t, err)
	require.NotEmpty(t, list)
	return list
}

// forPlan rewrites the practical's addresses, in commands and, escaped, in patterns.
func forPlan(plan sim.Plan) func(string) string {
	esc := func(s string) string { return strings.ReplaceAll(s, ".", `\.`) }
	def := sim.DefaultPlan()
	r := strings.NewReplacer(
		esc(def.OuterOctets()+"."), esc(plan.OuterOctets()+"."),
		esc(def.InnerOctets()+"."), esc(plan.InnerOctets()+"."),
		fmt.Sprintf("localhost:%d", def.Port), fmt.Sprintf("localhost:%d", plan.Port))
	return func(s string) string { return plan.Rewrite(r.Replace(s)) }
}

// play runs a step until its outcome is the script's or its time is over.
func play(t *testing.T, c *docker.Cluster, s Step) {
	t.Helper()
	t.Logf("%s$ %s", s.Node, s.Command)
	for end := time.Now().Add(s.Within); ; {
		code, output, err := run(t.Context(), c, s)
		require.NoError(t, err, "%s:%d", script, s.Line)
		wrong := s.Check(code, output)
		if wrong == nil {
			return
		}
		if time.Now().After(end) {
			t.Errorf("%s:%d: %s$ %s\n%v. It printed:\n%s", script, s.Line, s.Node, s.Command, wrong, output)
			return
		}
		time.Sleep(200 * time.Millisecond) // between two looks; what counts is the script's own bound
	}
}

func run(ctx context.Context, c *docker.Cluster, s Step) (code int, output string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if s.Node != "host" {
		out, err := c.ExecInput(ctx, s.Node, strings.NewReader(s.Input), "sh", "-c", s.Command)
		return out.Code, out.Stdout + out.Stderr, err
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", s.Command)
	cmd.Stdin = strings.NewReader(s.Input)
	both, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = nil
	}
	return cmd.ProcessState.ExitCode(), string(both), err
}

func TestParseSaysWhere(t *testing.T) {
	same := func(s string) string { return s }
	for _, c := range []struct{ text, want string }{
		{"  ~ early\n", "x:1: "},
		{"host$ true\n  ~ [\n", "x:2: error parsing regexp"},
		{"host$ true\n  = one\n", "x:2: "},
		{"host$ true\n\n  sometimes 3\n", `x:3: "  sometimes 3": want`},
		{"host$ true\n  within soon\n", "x:2: "},
	} {
		_, err := Parse("x", strings.NewReader(c.text), same)
		assert.ErrorContains(t, err, c.want)
	}
}

func TestCheckRefuses(t *testing.T) {
	list, err := Parse("x", strings.NewReader("host$ a\n  = 3\n  ~ ^b$\n  !~ c\n"), func(s string) string { return s })
	require.NoError(t, err)
	s := list[0]
	assert.NoError(t, s.Check(3, "a\nb\n"))
	assert.Error(t, s.Check(0, "b"), "code")
	assert.Error(t, s.Check(3, "ab"), "match")
	assert.Error(t, s.Check(3, "b\nc"), "refuse")
}
