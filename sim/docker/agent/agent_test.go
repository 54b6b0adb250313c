package agent

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// connected is a client with an agent in this process; cut ends the connection as a killed runner does, and gives Serve's error.
func connected(t *testing.T) (c *Client, cut func() error) {
	t.Helper()
	fromRunner, toAgent := io.Pipe()
	fromAgent, toRunner := io.Pipe()
	c = NewClient(fromAgent, toAgent)
	served := make(chan error, 1)
	go func() {
		served <- Serve(context.Background(), fromRunner, toRunner)
		toRunner.Close()
	}()
	var err error
	var over bool
	cut = func() error {
		if !over {
			over = true
			toAgent.Close()
			err = <-served
			<-c.Over()
		}
		return err
	}
	t.Cleanup(func() { assert.NoError(t, cut()) })
	return c, cut
}

// run wants no error.
func run(t *testing.T, c *Client, cmd Command) (stdout, stderr string, code int) {
	t.Helper()
	var out, said bytes.Buffer
	code, err := c.Run(t.Context(), cmd, &out, &said)
	require.NoError(t, err)
	return out.String(), said.String(), code
}

func TestRunGivesOutputAndCode(t *testing.T) {
	c, _ := connected(t)
	require.NoError(t, c.Ping(t.Context()))
	out, said, code := run(t, c, Command{Argv: []string{"sh", "-c", "echo out; echo error >&2; exit 7"}})
	assert.Equal(t, []any{"out\n", "error\n", 7}, []any{out, said, code})
	out, _, _ = run(t, c, Command{Argv: []string{"sh", "-c", "pwd; echo $A"}, Dir: "/usr", Env: []string{"A=a b"}})
	assert.Equal(t, "/usr\na b\n", out)
	_, said, code = run(t, c, Command{Argv: []string{"no-such-command"}})
	assert.Equal(t, 127, code)
	assert.Contains(t, said, "no-such-command")
	_, _, code = run(t, c, Command{Argv: []string{"/no/such/command"}})
	assert.Equal(t, 127, code)
	_, _, code = run(t, c, Command{Argv: []string{"/etc/passwd"}})
	assert.Equal(t, 126, code)
	_, _, code = run(t, c, Command{Argv: []string{"sh", "-c", "kill -9 $$"}})
	assert.Equal(t, 137, code)
}

func TestInputLargerThanAFrameComesBack(t *testing.T) {
	c, _ := connected(t)
	in := bytes.Repeat([]byte("0123456789abcde\n"), 3*chunk/16+5)
	out, _, code := run(t, c, Command{Argv: []string{"cat"}, Stdin: in})
	assert.Zero(t, code)
	assert.Equal(t, string(in), out)
	out, _, code = run(t, c, Command{Argv: []string{"head", "-c", "3"}, Stdin: in}) // reads no more of it
	assert.Zero(t, code)
	assert.Equal(t, "012", out)
	out, _, _ = run(t, c, Command{Argv: []string{"cat"}, Stdin: []byte{}})
	assert.Empty(t, out)
	out, _, _ = run(t, c, Command{Argv: []string{"cat"}})
	assert.Empty(t, out, "without an input there is nothing to read")
}

// A command that is slow, or whose output nobody takes, keeps no other from its own.
func TestCommandsRunBesideEachOther(t *testing.T) {
	c, _ := connected(t)
	block, got := make(chan struct{}), make(chan string)
	go func() {
		var out bytes.Buffer
		w := writerFunc(func(p []byte) (int, error) { <-block; return out.Write(p) })
		_, _ = c.Run(t.Context(), Command{Argv: []string{"seq", "100000"}}, w, io.Discard)
		got <- out.String()
	}()
	for range 20 {
		out, _, _ := run(t, c, Command{Argv: []string{"echo", "quick"}})
		assert.Equal(t, "quick\n", out)
	}
	close(block)
	assert.Equal(t, 100000, strings.Count(<-got, "\n"))
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// stubborn ignores SIGTERM in a session of its own, whose number it prints first.
const stubborn = `(trap '' TERM; exec setsid sh -c 'echo $$; while :; do sleep 0.05; done')`

// pidOf reads the number that a command prints first.
func pidOf(t *testing.T, r io.Reader) int {
	t.Helper()
	var line []byte
	one := make([]byte, 1)
	for {
		_, err := r.Read(one)
		require.NoError(t, err)
		if one[0] == '\n' {
			pid, err := strconv.Atoi(string(line))
			require.NoError(t, err)
			return pid
		}
		line = append(line, one[0])
	}
}

// cancelled runs a command that prints a number first, cancels it, and gives the number.
func cancelled(t *testing.T, c *Client, argv ...string) int {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		_, err := c.Run(ctx, Command{Argv: argv}, w, io.Discard)
		ended <- err
	}()
	pid := pidOf(t, out)
	cancel()
	assert.ErrorIs(t, <-ended, context.Canceled)
	return pid
}

func TestCancelledCommandIsEndedWithAllThatItStarted(t *testing.T) {
	c, _ := connected(t)
	assert.Empty(t, lives(cancelled(t, c, "sh", "-c", stubborn+" & wait")), "it still runs")
	require.NoError(t, c.Ping(t.Context()), "the others go on")
}

// Neither a closed output nor an environment of its own hides from the end what a cancelled command has started.
func TestCancelledCommandIsEndedThoughItHides(t *testing.T) {
	for _, hiding := range []string{
		"(trap '' TERM; exec setsid sh -c 'echo $$; exec >&- 2>&-; while :; do sleep 0.05; done')",
		"(trap 'exec env -i sleep 60' TERM; echo $BASHPID; while :; do sleep 0.05; done)",
	} {
		c, _ := connected(t)
		assert.Empty(t, lives(cancelled(t, c, "bash", "-c", hiding+" & wait")), "it still runs: %s", hiding)
	}
}

// What a command has left behind on purpose stays, when it is cancelled no more and when the runner goes.
func TestEndOfTheConnectionEndsWhatRuns(t *testing.T) {
	c, cut := connected(t)
	left, _, _ := run(t, c, Command{Argv: []string{"sh", "-c", "setsid sleep 60 >/dev/null 2>&1 </dev/null & echo $!"}})
	stays, err := strconv.Atoi(strings.TrimSpace(left))
	require.NoError(t, err)
	defer func() { _ = syscall.Kill(stays, syscall.SIGKILL) }()
	out, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		_, err := c.Run(t.Context(), Command{Argv: []string{"sh", "-c", stubborn}}, w, io.Discard)
		ended <- err
	}()
	pid := pidOf(t, out)
	require.NoError(t, cut())
	err = <-ended
	assert.True(t, err == nil || errors.Is(err, ErrLost), "%v", err)
	assert.Empty(t, lives(pid), "it still runs")
	assert.NotEmpty(t, lives(stays), "what was left behind was ended")
	_, err = c.Run(t.Context(), Command{Argv: []string{"true"}}, io.Discard, io.Discard)
	assert.ErrorIs(t, err, ErrGone)
	assert.ErrorIs(t, c.Ping(t.Context()), ErrGone)
}

func TestPingOfASilentAgentEndsWithItsContext(t *testing.T) {
	fromAgent, w := io.Pipe()
	c := NewClient(fromAgent, io.Discard)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	assert.ErrorIs(t, c.Ping(ctx), context.DeadlineExceeded)
	w.Close()
	<-c.Over()
}

func TestWhatIsNoAgentIsGone(t *testing.T) {
	c := NewClient(strings.NewReader("OCI runtime exec failed: unknown command"), io.Discard)
	assert.ErrorIs(t, c.Ping(t.Context()), ErrGone)
}

func TestWhatIsNoRunnerIsRefused(t *testing.T) {
	for _, in := range []string{"hello, are you there?", "\x02\x00\x00\x00\x01\x00\x00\x00\x02{}", "\x06\x00\x00\x00\x01\x00\x00\x00\x00"} {
		assert.ErrorIs(t, Serve(t.Context(), strings.NewReader(in), io.Discard), errFrame, "%q", in)
	}
	assert.ErrorIs(t, Serve(t.Context(), strings.NewReader("\x01\x00"), io.Discard), io.ErrUnexpectedEOF)
}

// The agent of a node that shuts down is told by SIGTERM, which is its context's end.
func TestServeEndsWithItsContext(t *testing.T) {
	in, w := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.NoError(t, Serve(ctx, in, io.Discard))
	w.Close()
}

func TestMarked(t *testing.T) {
	cmd := exec.Command("sleep", "60")
	cmd.Env = append(os.Environ(), Mark+"=marked-test")
	require.NoError(t, cmd.Start())
	assert.Equal(t, []int{cmd.Process.Pid}, marked(Mark+"=marked-test"))
	assert.Empty(t, marked(Mark+"=marked-tes"))
	go func() { _ = cmd.Wait() }()
	endMarked(Mark + "=marked-test")
	assert.Empty(t, marked(Mark+"=marked-test"))
}
