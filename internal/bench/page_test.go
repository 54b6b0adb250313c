package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheTableReplacesTheOneBefore(t *testing.T) {
	page := "# Page\n" + begins + "old\n" + ends + "more\n"
	once, err := between(page, "new\n")
	require.NoError(t, err)
	require.Equal(t, "# Page\n"+begins+"\nnew\n\n"+ends+"more\n", once)
	twice, err := between(once, "new\n")
	require.NoError(t, err)
	require.Equal(t, once, twice)
	_, err = between("# Page\n"+ends+begins, "new\n")
	require.Error(t, err)
}

// TestThePageHasItsMarkers: without them a run's figures would be lost at its end.
func TestThePageHasItsMarkers(t *testing.T) {
	page, err := os.ReadFile("../../docs/performance.md")
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(page), begins))
	require.Equal(t, 1, strings.Count(string(page), ends))
}
