package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"simulacro/scenarios"
	"simulacro/sim/run"
)

//go:embed starter.yaml
var starter string

// schemaFile is what the first line of a scenario names, beside it.
const schemaFile = "schema.json"

func newNew(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "new NAME",
		Short: "Write a scenario to begin from",
		Long: `Writes NAME.yaml, a short scenario with comments that runs as it is, and schema.json beside
it for the editor, where there is none. A file that is there is never overwritten.`,
		Example: `  simulacro new my-drill && simulacro run --dry-run my-drill.yaml`,
		Args:    wants("which name? (simulacro new my-drill)", cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			path := strings.TrimSuffix(args[0], scenarios.Ending) + scenarios.Ending
			if err := writeStarter(path); err != nil {
				return err
			}
			if a.json() {
				return a.printJSON(map[string]string{"file": path})
			}
			fmt.Fprintln(a.stdout, path)
			a.say("next: simulacro lint %s; simulacro run --dry-run %[1]s; simulacro run %[1]s", path)
			return nil
		},
	}
}

// fileName is what a scenario may be called: its name is a folder's, a test's and an argument too.
var fileName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)

func writeStarter(path string) error {
	name := strings.TrimSuffix(filepath.Base(path), scenarios.Ending)
	if !fileName.MatchString(name) {
		return usagef("a scenario cannot be called %q: use small letters, digits and dashes", name)
	}
	if err := writeNew(path, []byte(strings.ReplaceAll(starter, "NAME", name))); err != nil {
		return fmt.Errorf("new scenario: %w", err)
	}
	var schema bytes.Buffer
	if err := run.WriteSchema(&schema); err != nil {
		return err
	}
	err := writeNew(filepath.Join(filepath.Dir(path), schemaFile), schema.Bytes())
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("new scenario: %w", err)
	}
	return nil
}

// writeNew writes a file that must not be there yet.
func writeNew(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}
