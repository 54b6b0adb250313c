package main

import (
	"net/url"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"simulacro/sim"
	"simulacro/sim/load"
)

// What a person can watch. Patience by interval is how many requests may be under way.
const (
	leastInterval = 10 * time.Millisecond
	mostPatience  = time.Minute
)

func newWatch(a *app) *cobra.Command {
	var (
		w      load.Watcher
		colour string
	)
	cmd := &cobra.Command{
		Use:   "watch [URL]",
		Short: "Ask a page once a second and print who answered",
		Long: `Asks for a page once a second, each time over a new connection, and prints the time, the
server that answered, the status and the latency. Stop a node meanwhile, and see the
traffic move.`,
		Example: `  simulacro watch
  simulacro watch http://localhost:5080/index.php`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			target := a.watchTarget()
			if len(args) > 0 {
				target = args[0]
			}
			u, err := url.Parse(target)
			if err != nil || u.Scheme != "http" || u.Host == "" {
				return usagef("%q is not http://HOST[:PORT][/PATH]", target)
			}
			switch {
			case w.Interval < leastInterval:
				return usagef("--interval %s: must be %s or more", w.Interval, leastInterval)
			case w.Timeout <= 0 || w.Timeout > mostPatience:
				return usagef("--timeout %s: must be more than 0 and at most %s", w.Timeout, mostPatience)
			case w.Lines < 0:
				return usagef("--lines %d: must be 0 or more", w.Lines)
			case !slices.Contains([]string{"auto", "always", "never"}, colour):
				return usagef("--colour %q: must be auto, always or never", colour)
			}
			w.URL, w.Path = "http://"+u.Host, u.RequestURI()
			f, isFile := a.stdout.(*os.File)
			w.Colour = colour == "always" || colour == "auto" && isFile && term.IsTerminal(int(f.Fd()))
			return w.Run(cmd.Context(), a.stdout)
		},
	}
	cmd.Flags().DurationVar(&w.Interval, "interval", time.Second, "time between two requests")
	cmd.Flags().DurationVar(&w.Timeout, "timeout", 10*time.Second, "patience with one request")
	cmd.Flags().IntVar(&w.Lines, "lines", 0, "end after so many lines; 0 never")
	cmd.Flags().StringVar(&colour, "colour", "auto", "auto, always or never")
	return cmd
}

// watchTarget is the director's page: from inside the client node its own address, else the port of this machine.
func (a *app) watchTarget() string {
	plan, _, err := sim.PlanFromEnv(a.getenv)
	if err != nil {
		plan = sim.DefaultPlan()
	}
	if a.getenv("SIMULACRO_NODE") == "client" {
		return "http://" + plan.VIP().String() + "/index.php"
	}
	port := a.getenv(sim.EnvPort)
	if port == "" {
		port = "5080"
	}
	return "http://127.0.0.1:" + port + "/index.php"
}
