// Command simulacro brings up a load-balanced web cluster in containers and rehearses its failures.
//
//	simulacro up                          # director, three web servers, NFS storage, a client
//	simulacro status                      # who runs, who answers
//	simulacro exec cluster2 -- systemctl status httpd
//	simulacro run kill-server             # a drill, with a verdict
//	simulacro down                        # nothing is left
//
// This package is wiring: flags, output and exit codes. What the commands do is in sim and the packages below it.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	interrupted := catch(cancel, os.Stderr, os.Exit)
	a := &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv}
	code := a.execute(ctx, os.Args[1:])
	cancel()
	if code == exitFailure && interrupted() {
		code = exitInterrupted
	}
	os.Exit(code)
}

// twin is the time in which a second signal is taken for the same one: timeout(1) sends its own to the command and then to the
// process group, and a terminal's goes to the whole group while a parent may pass it on.
const twin = 100 * time.Millisecond

// patience is how long a person waits after Ctrl-C without being told why.
const patience = 300 * time.Millisecond

// catch cancels the work at the first SIGINT, SIGTERM or SIGHUP, so that it cleans up after itself, and ends the program at
// the second. SIGPIPE, when the reader is gone (`| head`), cancels too, but comes again with each line that is written: it is
// never the second. interrupted tells whether there was one.
func catch(cancel func(), stderr io.Writer, exit func(int)) (interrupted func() bool) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	first := make(chan struct{})
	go func() { // lives as long as the program
		<-signals
		close(first)
		cancel()
		began, slow := time.Now(), time.After(patience) // most work ends at once and needs no words
		for {
			select {
			case <-slow:
				fmt.Fprintln(stderr, "\nstopping: cleaning up (once more ends at once; then `simulacro heal` or `simulacro down` cleans up)")
			case s := <-signals:
				if s != syscall.SIGPIPE && time.Since(began) > twin {
					exit(exitInterrupted)
					return
				}
			}
		}
	}()
	return func() bool {
		select {
		case <-first:
			return true
		default:
			return false
		}
	}
}
