package run

import (
	"errors"
	"testing"

	"simulacro/sim/fault"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestQuietAndAfresh(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	require.NoError(t, Quiet("c"), "no run was ever there")
	require.NoError(t, Afresh("c", func() error { return nil }))

	led, err := openLedger("c")
	require.NoError(t, err)
	require.NoError(t, led.Planned(fault.Entry{ID: "kill", Kind: "node-kill", Node: "cluster3"}))
	assert.ErrorIs(t, Quiet("c"), fault.ErrBusy)
	assert.ErrorIs(t, Afresh("c", func() error { panic("not while a run is under way") }), fault.ErrBusy)
	require.NoError(t, led.Close())
	assert.ErrorContains(t, Quiet("c"), "simulacro heal")

	failed := errors.New("no")
	assert.ErrorIs(t, Afresh("c", func() error { return failed }), failed)
	assert.ErrorContains(t, Quiet("c"), "simulacro heal", "nodes that were not replaced are still owed to")
	require.NoError(t, Afresh("c", func() error { return nil }))
	assert.NoError(t, Quiet("c"))
	path, err := ledgerPath("c")
	require.NoError(t, err)
	assert.NoFileExists(t, path)
}
