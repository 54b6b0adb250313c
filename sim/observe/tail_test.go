package observe

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What was written between the last look and a rotation is not lost.
func TestTailReadsAReplacedFileToItsEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	write := func(text string) {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		require.NoError(t, err)
		_, err = f.WriteString(text)
		require.NoError(t, err)
		require.NoError(t, f.Close())
	}
	write("old\n")
	log := &tail{path: path}
	defer log.Close()
	lines, err := log.lines()
	require.NoError(t, err)
	assert.Empty(t, lines)
	write("one\n")
	require.NoError(t, os.Rename(path, path+".1"))
	write("two\n")
	lines, err = log.lines()
	require.NoError(t, err)
	assert.Equal(t, []string{"one", "two"}, lines)
}
