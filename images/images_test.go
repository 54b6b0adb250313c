package images

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// programs makes a binDir with a small file for each program.
func programs(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range Programs {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("program "+name), 0o700))
	}
	return dir
}

// entries reads the context back: name to mode.
func entries(t *testing.T, binDir string) map[string]int64 {
	t.Helper()
	context, err := Context(binDir)
	require.NoError(t, err)
	found := map[string]int64{}
	for tr := tar.NewReader(context); ; {
		header, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return found
		}
		require.NoError(t, err)
		found[header.Name] = header.Mode
	}
}

func TestContextHasWhatTheDockerfileCopies(t *testing.T) {
	found := entries(t, programs(t))
	assert.Contains(t, found, Dockerfile)
	file, err := tree.ReadFile("Dockerfile")
	require.NoError(t, err)
	for lines := bufio.NewScanner(bytes.NewReader(file)); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) == 0 || words[0] != "COPY" {
			continue
		}
		for _, source := range words[1 : len(words)-1] {
			_, isFile := found[source]
			_, isDir := found[source+"/"]
			assert.True(t, isFile || isDir, "%s is not in the context", source)
		}
	}
}

func TestContextModes(t *testing.T) {
	found := entries(t, programs(t))
	for name, want := range map[string]int64{
		"bin/proxy":                               0o755,
		"images/common/usr/sbin/simulacro-init":   0o755,
		"images/common/usr/bin/yum":               0o755,
		"images/common/":                          0o755,
		"images/server/etc/httpd/conf/httpd.conf": 0o644,
	} {
		assert.Equal(t, want, found[name], name)
	}
}

// The working tree is what docker-compose.yml builds from; the embedded one must be the same, to the execute bit.
func TestEmbeddedTreeIsTheWorkingTree(t *testing.T) {
	found := entries(t, programs(t))
	for _, dir := range []string{"common", "client", "web", "server", "director", "storage"} {
		require.NoError(t, filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			info, err := entry.Info()
			if err != nil {
				return err
			}
			got, ok := found["images/"+filepath.ToSlash(name)]
			assert.True(t, ok, "%s is not embedded", name)
			assert.Equal(t, info.Mode().Perm()&0o111 != 0, got&0o111 != 0, "execute bit of %s", name)
			return nil
		}))
	}
}

func TestHashNamesTheContents(t *testing.T) {
	dir := programs(t)
	first, err := Hash(dir)
	require.NoError(t, err)
	assert.Len(t, first, 64)
	again, err := Hash(dir)
	require.NoError(t, err)
	assert.Equal(t, first, again)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "proxy"), []byte("another"), 0o755))
	changed, err := Hash(dir)
	require.NoError(t, err)
	assert.NotEqual(t, first, changed)
}

func TestMissingProgramSaysHowToMakeIt(t *testing.T) {
	dir := programs(t)
	require.NoError(t, os.Remove(filepath.Join(dir, "mount.nfs")))
	_, err := Context(dir)
	require.ErrorIs(t, err, fs.ErrNotExist)
	assert.ErrorContains(t, err, "make build")
}

func TestEveryImageIsAStage(t *testing.T) {
	file, err := tree.ReadFile("Dockerfile")
	require.NoError(t, err)
	lines := strings.Split(string(file), "\n")
	for _, image := range All() {
		assert.True(t, slices.ContainsFunc(lines, func(line string) bool {
			return strings.HasPrefix(line, "FROM ") && strings.HasSuffix(line, " AS "+image.Target)
		}), "no stage %s", image.Target)
		assert.Equal(t, "simulacro/"+image.Target+":latest", image.Tag)
	}
}

func TestBaseScriptIsAScript(t *testing.T) {
	assert.True(t, bytes.HasPrefix(BaseScript(), []byte("#!/bin/sh\n")))
}

// A slip in a script would show only when a node boots.
func TestScriptsParse(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh on this machine")
	}
	require.NoError(t, fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		script, err := tree.ReadFile(name)
		if err != nil || !bytes.HasPrefix(script, []byte("#!/bin/sh")) {
			return err
		}
		check := exec.Command(shell, "-n")
		check.Stdin = bytes.NewReader(script)
		said, err := check.CombinedOutput()
		assert.NoError(t, err, "%s: %s", name, said)
		return nil
	}))
}

func TestVersionsAreNamedByTheHash(t *testing.T) {
	hash, err := Hash(programs(t))
	require.NoError(t, err)
	for _, image := range All() {
		name, version, found := strings.Cut(image.Version(hash), ":")
		assert.True(t, found)
		assert.Equal(t, image.Tag, name+":latest")
		assert.True(t, strings.HasPrefix(hash, version) && len(version) >= 12, version)
	}
}
