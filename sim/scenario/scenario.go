// Package scenario reads scenario files: YAML that says what cluster, what load, what breaks when, and what must hold.
// It is strict: what it does not know it refuses, all mistakes of a file at once, each with its place and, where one is
// near, the word that was probably meant.
//
//	s, err := scenario.LoadFile("scenarios/kill-server.yaml", scenario.Options{Kinds: fault.Kinds()})
//	// scenarios/kill-server.yaml:9:5: unknown field "tagret": did you mean "target"?
package scenario

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"simulacro/sim"
)

// Options are what the loader cannot know by itself.
type Options struct {
	// Kinds is the fault catalogue. Nil takes any kind and parameter, and leaves a fault without a target as it is: a
	// History is judged again by its own scenario text, whatever catalogue it was played with.
	Kinds []sim.FaultKind
	// HAProxy gives the haproxy.cfg that a cluster of so many servers has, to try a scenario's patches on. Nil leaves patches of it
	// untried: a run changes the file that its cluster has, which may be somebody's own.
	HAProxy func(servers int) string
}

// The defaults of a scenario file.
const (
	DefaultServers = 3
	DefaultSteady  = 30 * time.Second
	DefaultSettle  = 2 * time.Second
	DefaultLimit   = 3 * time.Minute
	DefaultTimeout = 10 * time.Second
	DefaultPath    = "/index.php"
)

// LoadFile reads a scenario from a file; its Name is the file's, without folder and ending.
func LoadFile(path string, o Options) (*sim.Scenario, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("scenario: %w", err)
	}
	return Load(path, text, o)
}

// Load reads a scenario from the text of the file called name. Its error is an Errors.
func Load(name string, text []byte, o Options) (*sim.Scenario, error) {
	d := &decoder{file: name, kinds: o.Kinds, haproxy: o.HAProxy, rounds: map[string][]string{}, at: map[*sim.Fault]ast.Node{}, actions: map[*sim.Action]ast.Node{}}
	s := &sim.Scenario{
		Name:    strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)),
		File:    name,
		Source:  string(text),
		Cluster: sim.Cluster{Servers: DefaultServers},
		Load:    sim.Load{Timeout: DefaultTimeout},
		Steady:  DefaultSteady,
		Settle:  DefaultSettle,
		Limit:   DefaultLimit,
	}
	if root := d.parse(text); root != nil {
		d.seen = d.object(root, "scenario", scenarioFields(s))
		if len(s.Load.Paths) == 0 {
			s.Load.Paths = []sim.WeightedPath{{Path: DefaultPath, Weight: 1}}
		}
		d.resolve(s)
	}
	if err := d.errs.err(); err != nil {
		return nil, err
	}
	return s, nil
}
