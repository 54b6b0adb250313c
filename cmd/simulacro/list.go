package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"simulacro/scenarios"
	"simulacro/sim"
	"simulacro/sim/run"
)

// listed is a line of `simulacro list`.
type listed struct {
	Name  string   `json:"name"`
	Title sim.Text `json:"title"`
	Tags  []string `json:"tags,omitempty"`
}

func newList(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the drills that come with the program",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var all []listed
			for _, name := range scenarios.Names() {
				s, err := findScenario(name)
				if err != nil {
					return err
				}
				all = append(all, listed{s.Name, s.Title, s.Tags})
			}
			if a.json() {
				return a.printJSON(all)
			}
			for _, l := range all {
				fmt.Fprintf(a.stdout, "%-22s %s\n", l.Name, l.Title.In(a.language()))
			}
			return nil
		},
	}
}

// language is the one that the person's environment asks for.
func (a *app) language() string {
	for _, v := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if lang := a.getenv(v); lang != "" {
			return strings.SplitN(lang, "_", 2)[0]
		}
	}
	return "en"
}

// findScenario takes a file's path or the name of a drill that comes with the program.
func findScenario(arg string) (*sim.Scenario, error) {
	if _, err := os.Stat(arg); err == nil || strings.HasSuffix(arg, scenarios.Ending) {
		return run.LoadFile(arg)
	}
	text, err := scenarios.Read(arg)
	if err != nil {
		return nil, fmt.Errorf("%w; or give the path of a file", err)
	}
	return run.Load(arg+scenarios.Ending, text)
}

// completeScenario offers the names of the drills; files are completed too.
func completeScenario(_ *cobra.Command, _ []string, prefix string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, name := range scenarios.Names() {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	return names, cobra.ShellCompDirectiveDefault
}
