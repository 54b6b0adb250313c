package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"simulacro/scenarios"
	"simulacro/sim"
	"simulacro/sim/run"
)

// listed is a line of `simulacro list`.
type listed struct {
	Name        string   `json:"name"`
	Title       sim.Text `json:"title"`
	Description sim.Text `json:"description,omitzero"`
	Tags        []string `json:"tags,omitempty"`
}

func newList(a *app) *cobra.Command {
	var tag string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the drills that come with the program",
		Example: `  simulacro list
  simulacro list --tag trap
  simulacro list --lang es`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			found, err := tagged(tag)
			if err != nil {
				return err
			}
			var all []listed
			for _, s := range found {
				all = append(all, listed{s.Name, s.Title, s.Description, s.Tags})
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
	a.addLang(cmd)
	addTag(cmd, &tag)
	return cmd
}

// addTag lets a person choose drills by what they are about.
func addTag(cmd *cobra.Command, tag *string) {
	cmd.Flags().StringVar(tag, "tag", "", "the drills that have this tag, as trap, storage or core")
	_ = cmd.RegisterFlagCompletionFunc("tag", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		all, _ := tagged("") // they are embedded, and tested
		return tags(all), cobra.ShellCompDirectiveNoFileComp
	})
}

// tagged are the drills that have a tag, all of them where it is empty.
func tagged(tag string) ([]*sim.Scenario, error) {
	var all, found []*sim.Scenario
	for _, name := range scenarios.Names() {
		s, err := findScenario(name)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
		if tag == "" || slices.Contains(s.Tags, tag) {
			found = append(found, s)
		}
	}
	if len(found) == 0 {
		return nil, usagef("no drill has the tag %q: there are %s", tag, strings.Join(tags(all), ", "))
	}
	return found, nil
}

func tags(all []*sim.Scenario) (names []string) {
	for _, s := range all {
		names = append(names, s.Tags...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// languages are those that scenarios may be told in; the first has every text.
var languages = []string{"en", "es"}

// addLang lets a person choose the language of a command's scenarios.
func (a *app) addLang(cmd *cobra.Command) {
	cmd.Flags().StringVar(&a.lang, "lang", "", "titles and texts of drills in en or es (default: as LANG says, else en)")
	_ = cmd.RegisterFlagCompletionFunc("lang", cobra.FixedCompletions(languages, cobra.ShellCompDirectiveNoFileComp))
}

// language is the one that was asked for, else that of the environment (POSIX, locale's variables), else English.
func (a *app) language() string {
	if a.lang != "" {
		return a.lang
	}
	for _, v := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale := a.getenv(v); locale != "" {
			if lang, _, _ := strings.Cut(locale, "_"); slices.Contains(languages, lang) {
				return lang
			}
			break
		}
	}
	return languages[0]
}

// scenarioText takes a file's path or the name of a drill that comes with the program.
func scenarioText(arg string) (name string, text []byte, err error) {
	if _, err := os.Stat(arg); err == nil || strings.HasSuffix(arg, scenarios.Ending) {
		text, err = os.ReadFile(arg)
		return arg, text, err
	}
	if text, err = scenarios.Read(arg); err != nil {
		if near := run.Nearest(arg, scenarios.Names()); near != "" {
			return arg, nil, fmt.Errorf("%w: did you mean %q? A file is given by its path", err, near)
		}
		return arg, nil, fmt.Errorf("%w (simulacro list tells which there are); a file is given by its path", err)
	}
	return arg + scenarios.Ending, text, nil
}

// findScenario is the scenario that scenarioText finds.
func findScenario(arg string) (*sim.Scenario, error) {
	name, text, err := scenarioText(arg)
	if err != nil {
		return nil, err
	}
	return run.Load(name, text)
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
