// Package scenarios holds the scenario files of this folder, so that the command finds them by name wherever it runs:
//
//	text, err := scenarios.Read("kill-server")
//
// Its test plays each of them on both directors: go test ./scenarios.
package scenarios

import (
	"embed"
	"fmt"
	"slices"
	"strings"
)

// Ending is how the names of scenario files end.
const Ending = ".yaml"

//go:embed *.yaml
var files embed.FS

// Names lists the scenarios, sorted.
func Names() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err) // the folder is embedded
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), Ending))
	}
	slices.Sort(names)
	return names
}

// Read gives the text of a scenario.
func Read(name string) ([]byte, error) {
	text, err := files.ReadFile(name + Ending)
	if err != nil {
		return nil, fmt.Errorf("no scenario is called %q", name)
	}
	return text, nil
}
