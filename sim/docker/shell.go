package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/docker/docker/api/types/container"
	"golang.org/x/term"
)

// ErrNoTerminal is what Shell fails with where there is nobody to type.
var ErrNoTerminal = errors.New("standard input is not a terminal (see simulacro exec)")

// Shell gives the person at the terminal a login shell in a node, or the command argv there on a terminal of its own, and
// the code it ended with. The terminal is in raw mode meanwhile, so that Ctrl-C reaches the node; the node's follows its size.
func (c *Cluster) Shell(ctx context.Context, node string, in, out *os.File, argv ...string) (code int, err error) {
	if !term.IsTerminal(int(in.Fd())) {
		return 0, ErrNoTerminal
	}
	if len(argv) == 0 {
		argv = []string{"/bin/bash", "-l"}
	}
	err = c.act("open a shell in", node, func(ref string) error {
		code, err = c.shell(ctx, ref, in, out, argv)
		return err
	})
	return code, err
}

func (c *Cluster) shell(ctx context.Context, ref string, in, out *os.File, argv []string) (int, error) {
	size := consoleSize(out)
	made, conn, err := c.attach(ctx, ref, container.ExecOptions{
		Tty: true, AttachStdin: true, AttachStdout: true, AttachStderr: true, Cmd: argv, ConsoleSize: size,
		Env: []string{"TERM=" + terminalType()},
	})
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, conn.Close)
	defer stop()
	state, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return 0, fmt.Errorf("set the terminal to raw mode: %w", err)
	}
	defer term.Restore(int(in.Fd()), state)
	release := c.followSize(ctx, made, out)
	defer release()
	// This goroutine outlives the call while it waits for a key: a read of a terminal cannot be interrupted.
	go func() { _, _ = io.Copy(conn.Conn, in) }()
	if _, err = io.Copy(out, conn.Reader); err != nil && ctx.Err() == nil {
		return 0, fmt.Errorf("read the node's terminal: %w", err)
	}
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	return c.exitCode(ctx, made)
}

func terminalType() string {
	if t := os.Getenv("TERM"); t != "" {
		return t
	}
	return "xterm"
}

// consoleSize is rows and columns, as the engine has it; nil where out is no terminal.
func consoleSize(out *os.File) *[2]uint {
	w, h, err := term.GetSize(int(out.Fd()))
	if err != nil {
		return nil
	}
	return &[2]uint{uint(h), uint(w)}
}

// followSize tells the node the terminal's size now (engines before 23 do not take it at the start) and at every change.
func (c *Cluster) followSize(ctx context.Context, exec string, out *os.File) (release func()) {
	changed := make(chan os.Signal, 1)
	signal.Notify(changed, syscall.SIGWINCH)
	changed <- syscall.SIGWINCH
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-changed:
				if size := consoleSize(out); size != nil {
					// A size that does not arrive leaves the old one, which is no reason to end a shell.
					_ = c.rt.api.ContainerExecResize(ctx, exec, container.ResizeOptions{Height: size[0], Width: size[1]})
				}
			}
		}
	})
	return func() {
		signal.Stop(changed)
		close(done)
		wg.Wait()
	}
}
