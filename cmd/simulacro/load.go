package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"simulacro/sim"
	"simulacro/sim/load"
	"simulacro/sim/observe"
)

// flushEvery is how long an event may wait in a node before it is sent on.
const flushEvery = 100 * time.Millisecond

// newLoad is what `simulacro run` starts in the client node.
func newLoad(a *app) *cobra.Command {
	var text string
	cmd := &cobra.Command{
		Use:    "load --spec JSON",
		Short:  "Send load from here and print each request as a line of NDJSON",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var spec load.Spec
			if err := json.Unmarshal([]byte(text), &spec); err != nil {
				return usagef("--spec: %w", err)
			}
			return streamEvents(cmd.Context(), a.stdout, func(ctx context.Context, emit func(sim.Event)) error {
				sum, err := load.Run(ctx, spec, emit)
				if err == nil {
					emit(sim.Event{At: time.Now().UTC(), Kind: sim.KindLoad, Load: &sum})
				}
				return err
			})
		},
	}
	cmd.Flags().StringVar(&text, "spec", "", "the load, as JSON")
	return cmd
}

// newObserve is what `simulacro run` starts in the director's node.
func newObserve(a *app) *cobra.Command {
	var o observe.Observer
	cmd := &cobra.Command{
		Use:    "observe",
		Short:  "Print the director's statistics and log as lines of NDJSON",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return streamEvents(cmd.Context(), a.stdout, func(ctx context.Context, emit func(sim.Event)) error {
				if err := o.Run(ctx, emit); !errors.Is(err, context.Canceled) {
					return err
				}
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&o.Node, "node", "cluster1", "the node's name, for the events")
	cmd.Flags().StringVar(&o.Socket, "socket", "/var/lib/haproxy/stats", "the stats socket; empty for none")
	cmd.Flags().StringVar(&o.Log, "log", "/var/log/haproxy.log", "the log file; empty for none")
	cmd.Flags().DurationVar(&o.Every, "every", observe.DefaultEvery, "time between two looks")
	return cmd
}

// streamEvents prints what produce emits. It ends produce when nobody reads any more, so that nothing outlives the
// command that started it.
func streamEvents(ctx context.Context, out io.Writer, produce func(context.Context, func(sim.Event)) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		mu  sync.Mutex
		w   = bufio.NewWriterSize(out, 64<<10)
		enc = json.NewEncoder(w)
		bad error
		wg  sync.WaitGroup
	)
	note := func(err error) {
		if err != nil && bad == nil {
			bad = fmt.Errorf("print events: %w", err)
			cancel()
		}
	}
	quit := make(chan struct{})
	wg.Go(func() {
		tick := time.NewTicker(flushEvery)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
				mu.Lock()
				note(w.Flush())
				mu.Unlock()
			}
		}
	})
	err := produce(ctx, func(e sim.Event) {
		mu.Lock()
		defer mu.Unlock()
		note(enc.Encode(e))
	})
	close(quit)
	wg.Wait()
	note(w.Flush())
	return errors.Join(err, bad)
}
