package archtest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The siblings below sim: each knows sim, none another.
var siblings = []string{"sim/scenario", "sim/docker", "sim/fault", "sim/load", "sim/observe", "sim/judge", "sim/report", "sim/drill"}

// The director's parts that decide and do nothing else.
var pure = []string{"proxy/balance", "proxy/health", "proxy/rules", "proxy/http1"}

var rules = []rule{
	{
		name:    "the nouns need only the standard library",
		applies: func(p string) bool { return p == "sim" },
		refuses: func(_, imp string) bool { return !standard(imp) },
	},
	{
		name:    "siblings meet in sim, and only sim/run knows them",
		applies: func(p string) bool { return within(p, siblings...) },
		refuses: func(p, imp string) bool {
			other, ok := ours(imp)
			return ok && other != "sim" && !sameSibling(p, other) && !(within(p, "sim/docker") && other == "images")
		},
	},
	{
		name:    "the testbed and the programs under test meet on the wire",
		applies: func(p string) bool { return within(p, "sim", "scenarios", "images") },
		refuses: func(_, imp string) bool { other, ok := ours(imp); return ok && within(other, "proxy", "nfs") },
	},
	{
		name:    "the director knows nothing of the testbed",
		applies: func(p string) bool { return within(p, "proxy", "cmd/proxy") },
		refuses: func(_, imp string) bool { other, ok := ours(imp); return ok && !within(other, "proxy") },
	},
	{
		name:    "the NFS client knows nothing of the rest",
		applies: func(p string) bool { return within(p, "nfs", "cmd/mount.nfs") },
		refuses: func(_, imp string) bool { other, ok := ours(imp); return ok && !within(other, "nfs") },
	},
	{
		name:    "only sim/docker speaks to the engine",
		applies: func(p string) bool { return !within(p, "sim/docker") },
		refuses: func(_, imp string) bool {
			return strings.HasPrefix(imp, "github.com/docker/") || strings.HasPrefix(imp, "github.com/testcontainers/")
		},
	},
	{
		name:    "what decides does no I/O",
		applies: func(p string) bool { return within(p, pure...) },
		refuses: func(_, imp string) bool {
			return imp == "net" || imp == "os" || imp == "syscall" || strings.HasPrefix(imp, "net/http") ||
				strings.HasPrefix(imp, "os/") || strings.HasPrefix(imp, "golang.org/x/sys")
		},
	},
	{
		name:    "commands are wiring: nothing imports them",
		applies: func(string) bool { return true },
		refuses: func(_, imp string) bool { other, ok := ours(imp); return ok && within(other, "cmd") },
	},
}

func sameSibling(a, b string) bool {
	for _, s := range siblings {
		if within(a, s) && within(b, s) {
			return true
		}
	}
	return false
}

func TestArrows(t *testing.T) {
	files, err := load("../..")
	require.NoError(t, err)
	require.Greater(t, len(files), 30, "the tree was not found")
	assert.Empty(t, check(files, rules))
}

func TestPureParts(t *testing.T) {
	files, err := load("../..")
	require.NoError(t, err)
	for _, f := range files {
		if within(f.pkg, pure...) {
			assert.False(t, f.spawns, "%s starts a goroutine: what decides is called, it does not run by itself", f.path)
		}
	}
}

// A rule that refuses nothing would pass for ever: each must catch its own breach.
func TestRulesRefuse(t *testing.T) {
	breaches := []pkgFile{
		{pkg: "sim", imports: []string{"github.com/stretchr/testify"}},
		{pkg: "sim/fault", imports: []string{"simulacro/sim/load"}},
		{pkg: "sim/run", imports: []string{"simulacro/proxy/config"}},
		{pkg: "proxy/engine", imports: []string{"simulacro/sim"}},
		{pkg: "nfs/mount", imports: []string{"simulacro/proxy"}},
		{pkg: "sim/run", imports: []string{"github.com/docker/docker/client"}},
		{pkg: "proxy/health", imports: []string{"os"}},
		{pkg: "sim/run", imports: []string{"simulacro/cmd/simulacro"}},
	}
	require.Len(t, breaches, len(rules))
	for i, b := range breaches {
		assert.Len(t, check([]pkgFile{b}, rules[i:i+1]), 1, rules[i].name)
	}
}
