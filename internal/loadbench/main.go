// Command loadbench measures the load generator beside vegeta and wrk, in one run and against one server whose delay is
// known: the rate that each reaches, how far its latencies are from the truth, and what a request costs it in processor time.
//
//	go run ./internal/loadbench -simulacro bin/simulacro -vegeta bin/vegeta -for 5s
//
// It prints a table in Markdown. wrk is a closed loop: it has no rate of its own, and gets as many connections as make one.
// A generator that is not there is left out, and the table says so.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// delay is how long the server takes for each answer: what a perfect generator would measure.
const delay = 20 * time.Millisecond

// serveFlag starts the server in a process of its own, so that its processor time is not the generator's.
const serveFlag = "-serve"

func main() {
	if len(os.Args) > 1 && os.Args[1] == serveFlag {
		serve()
		return
	}
	b := &bench{}
	flag.StringVar(&b.simulacro, "simulacro", "bin/simulacro", "the command whose `load` is measured")
	flag.StringVar(&b.vegeta, "vegeta", "bin/vegeta", "vegeta's program; left out where it is not there")
	flag.DurationVar(&b.length, "for", 5*time.Second, "how long each generator runs at each rate")
	flag.Parse()
	if err := b.run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// serve answers each request after the delay, prints its address, and ends with its input.
func serve() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ln.Addr())
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(delay)
		_, _ = io.WriteString(w, "a page of some bytes\n")
	})}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	log.Fatal(srv.Serve(ln))
}

type bench struct {
	simulacro, vegeta string
	length            time.Duration
	url               string
}

// rates are what the generators are asked for, in requests a second.
var rates = []int{500, 2000, 4000}

func (b *bench) run(ctx context.Context, out io.Writer) error {
	stop, err := b.startServer(ctx)
	if err != nil {
		return err
	}
	defer stop()
	var rows []row
	var missing []string
	for _, g := range b.generators() {
		if _, err := exec.LookPath(g.program); err != nil {
			missing = append(missing, fmt.Sprintf("%s is not measured: %v.", g.name, err))
			continue
		}
		for _, rate := range rates {
			r, err := b.measure(ctx, g, rate)
			if err != nil {
				return fmt.Errorf("%s at %d/s: %w", g.name, rate, err)
			}
			rows = append(rows, r)
		}
	}
	fmt.Fprintf(out, "Measured on %d processors (%s), %s at each rate, keep-alive, against a server on the same machine that takes %s for each answer.\n\n",
		runtime.NumCPU(), runtime.GOARCH, b.length, delay)
	table(out, rows)
	for _, m := range missing {
		fmt.Fprintf(out, "\n%s\n", m)
	}
	return nil
}

// startServer starts the server as a process of its own.
func (b *bench) startServer(ctx context.Context) (stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, serveFlag)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	said, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	var addr string
	if _, err := fmt.Fscanln(said, &addr); err != nil {
		return nil, fmt.Errorf("the server did not say its address: %w", err)
	}
	b.url = "http://" + addr
	return func() { in.Close(); _ = cmd.Wait() }, nil
}
