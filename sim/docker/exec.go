package docker

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"

	"simulacro/sim"
	"simulacro/sim/docker/agent"
)

const (
	// endTimeout bounds the ending of a cancelled command, for instance in a node that was paused meanwhile.
	endTimeout = 10 * time.Second
	endPause   = 50 * time.Millisecond
	codePoll   = 5 * time.Millisecond
)

// IO is what a command in a node reads and writes. The zero value gives it no input and drops its output.
type IO struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Env            []string // NAME=value
	Dir            string
	User           string
}

// Exec runs a command in a node, as root, and gathers its output. A code other than 0 is not an error; 126 and 127 say, as in
// a shell, that the command could not be executed or was not found.
func (c *Cluster) Exec(ctx context.Context, node string, argv ...string) (sim.Output, error) {
	return c.ExecInput(ctx, node, nil, argv...)
}

// ExecInput is Exec with a standard input.
func (c *Cluster) ExecInput(ctx context.Context, node string, stdin io.Reader, argv ...string) (sim.Output, error) {
	var stdout, stderr bytes.Buffer
	code, err := c.Run(ctx, node, IO{Stdin: stdin, Stdout: &stdout, Stderr: &stderr}, argv...)
	return sim.Output{Code: code, Stdout: stdout.String(), Stderr: stderr.String()}, err
}

// Stream runs a command in a node and copies its output as it comes. When ctx is cancelled the command and all that it
// started are ended in the node too (SIGTERM, after two seconds SIGKILL) before Stream returns ctx's error.
func (c *Cluster) Stream(ctx context.Context, node string, stdout, stderr io.Writer, argv ...string) (code int, err error) {
	return c.Run(ctx, node, IO{Stdout: stdout, Stderr: stderr}, argv...)
}

// Run is what Exec and Stream do.
func (c *Cluster) Run(ctx context.Context, node string, std IO, argv ...string) (code int, err error) {
	err = c.act("run "+name(argv)+" in", node, func(ref string) error {
		code, err = c.run(ctx, ref, std, argv)
		if cerrdefs.IsConflict(err) || cerrdefs.IsNotFound(err) {
			if state, stateErr := c.State(ctx, node); stateErr == nil && state != StateRunning {
				err = &NotRunningError{state, err}
			}
		}
		return err
	})
	return code, err
}

// NotRunningError says in our words why no command can be run in a node; Cause has the engine's.
type NotRunningError struct {
	State string
	Cause error
}

func (e *NotRunningError) Error() string {
	if e.State == StateMissing {
		return "the node is missing (simulacro heal removes a cluster that is not whole)"
	}
	return "the node is " + e.State + " (simulacro heal starts it)"
}

func (e *NotRunningError) Unwrap() error { return e.Cause }

func name(argv []string) string {
	if len(argv) == 0 {
		return "nothing"
	}
	return argv[0]
}

func (c *Cluster) run(ctx context.Context, ref string, std IO, argv []string) (int, error) {
	if len(argv) == 0 {
		return 0, fmt.Errorf("no command")
	}
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	if code, ran, err := c.runAttended(ctx, ref, std, argv); ran || err != nil {
		return code, err
	}
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	mark := agent.Mark + "=" + rand.Text()
	// Not cancelled: the engine would start the command all the same, and nobody would end it.
	id, conn, err := c.attach(uncancelled(ctx), ref, container.ExecOptions{
		AttachStdin: std.Stdin != nil, AttachStdout: true, AttachStderr: true,
		Env: append([]string{mark}, std.Env...), WorkingDir: std.Dir, User: std.User, Cmd: argv,
	})
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	copied := make(chan error, 1)
	said := &opening{w: orDiscard(std.Stdout)}
	go func() {
		_, err := stdcopy.StdCopy(said, orDiscard(std.Stderr), conn.Reader)
		copied <- err
		close(copied)
	}()
	if std.Stdin != nil {
		stop := feed(conn, std.Stdin)
		defer stop()
	}
	select {
	case err = <-copied:
	case <-ctx.Done():
		c.endAll(ctx, ref, mark, copied)
		conn.Close()
		for range copied { // closed when the copying has ended
		}
		return 0, ctx.Err()
	}
	if err != nil {
		return 0, fmt.Errorf("read the output: %w", err)
	}
	code, err := c.exitCode(ctx, id)
	if code == codeNotExecutable && said.notFound() {
		code = codeNotFound
	}
	return code, err
}

// What a shell gives for a command that it cannot execute or find. Engines before 25 give the first for both.
const (
	codeNotExecutable = 126
	codeNotFound      = 127
)

// opening passes output on and keeps its first bytes, where the engine says why it could not start a command.
type opening struct {
	w    io.Writer
	head []byte
}

func (o *opening) Write(p []byte) (int, error) {
	if room := 512 - len(o.head); room > 0 {
		o.head = append(o.head, p[:min(room, len(p))]...)
	}
	return o.w.Write(p)
}

func (o *opening) notFound() bool {
	s := string(o.head)
	return strings.HasPrefix(s, "OCI runtime exec failed") &&
		(strings.Contains(s, "executable file not found") || strings.Contains(s, "no such file or directory"))
}

// attach creates an exec and starts it.
func (c *Cluster) attach(ctx context.Context, ref string, opts container.ExecOptions) (string, types.HijackedResponse, error) {
	made, err := c.rt.api.ContainerExecCreate(ctx, ref, opts)
	if err != nil {
		return "", types.HijackedResponse{}, err
	}
	conn, err := c.rt.api.ContainerExecAttach(ctx, made.ID, container.ExecAttachOptions{Tty: opts.Tty, ConsoleSize: opts.ConsoleSize})
	return made.ID, conn, err
}

func orDiscard(w io.Writer) io.Writer {
	if w == nil {
		return io.Discard
	}
	return w
}

// feed copies in to the command's standard input. A reader that blocks (a terminal) cannot be interrupted: stop waits for
// the goroutine only where the input has ended by itself or can be closed with the connection.
func feed(conn types.HijackedResponse, in io.Reader) (stop func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(conn.Conn, in) // an error here is the command's end, which the output tells
		_ = conn.CloseWrite()
	}()
	return func() {
		conn.Close()
		if _, inMemory := in.(interface{ Len() int }); inMemory {
			<-done
		}
	}
}

// exitCode waits until the engine has noticed the end of a command whose output has ended.
func (c *Cluster) exitCode(ctx context.Context, exec string) (int, error) {
	for {
		info, err := c.rt.api.ContainerExecInspect(ctx, exec)
		if err != nil {
			return 0, fmt.Errorf("ask the exit code: %w", err)
		}
		if !info.Running {
			return info.ExitCode, nil
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(codePoll):
		}
	}
}

// endScript ends the processes that carry the mark $1 in their environment: the engine cannot end an exec by itself. The mark
// is not in the script's own environment, only in its arguments, which are not looked at. After SIGTERM two seconds are given.
const endScript = `find_marked() { grep -lzsxF -- "$1" /proc/[0-9]*/environ | cut -d/ -f3; }
for signal in TERM KILL; do
	pids=$(find_marked "$1"); [ -n "$pids" ] || exit 0
	kill -$signal $pids 2>/dev/null
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		pids=$(find_marked "$1"); [ -n "$pids" ] || exit 0
		sleep 0.1
	done
done`

// endAll ends the command until its output has ended too: a command that is just being started carries no mark yet.
func (c *Cluster) endAll(ctx context.Context, ref, mark string, copied <-chan error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
	defer cancel()
	for c.end(ctx, ref, mark) == nil {
		select {
		case <-copied:
			return
		case <-ctx.Done():
			return
		case <-time.After(endPause):
		}
	}
}

// end is a best effort: where the node is gone, so is the command.
func (c *Cluster) end(ctx context.Context, ref, mark string) error {
	_, conn, err := c.attach(ctx, ref, container.ExecOptions{AttachStdout: true, AttachStderr: true,
		Cmd: []string{"/bin/sh", "-c", endScript, "sh", mark}})
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, conn.Close)
	defer stop()
	_, err = io.Copy(io.Discard, conn.Reader)
	return err
}
