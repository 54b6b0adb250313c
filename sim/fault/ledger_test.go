package fault

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A ledger that is closed is removed; who opens it in that moment must not be left with a file that nobody finds again.
func TestALedgerThatIsHeldIsTheOneAtItsPath(t *testing.T) {
	path := filepath.Join(t.TempDir(), LedgerFile)
	var users sync.WaitGroup
	for range 8 {
		users.Go(func() {
			for range 300 {
				led, err := OpenLedger(path)
				if errors.Is(err, ErrBusy) {
					continue
				}
				if !assert.NoError(t, err) {
					return
				}
				own, err1 := led.file.Stat()
				there, err2 := os.Stat(path)
				assert.True(t, err1 == nil && err2 == nil && os.SameFile(own, there), "the lock is of a file that is gone")
				assert.NoError(t, led.Close())
			}
		})
	}
	users.Wait()
}

// The state directory goes with its cluster while the run still has its ledger; the next run's is not the first one's to remove.
func TestClosingLeavesAnothersLedgerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x", LedgerFile)
	first, err := OpenLedger(path)
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(filepath.Dir(path)))
	second, err := OpenLedger(path)
	require.NoError(t, err)
	require.NoError(t, first.Close())
	_, err = OpenLedger(path)
	assert.ErrorIs(t, err, ErrBusy)
	require.NoError(t, second.Close())
	assert.NoFileExists(t, path)
}
