package run

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"simulacro/sim"
	"simulacro/sim/fault"
)

func TestTheOpeningOfAnOutputIsKept(t *testing.T) {
	var o opening
	for range 3 {
		n, err := o.Write([]byte(strings.Repeat("a", maxOutput/2)))
		assert.Equal(t, maxOutput/2, n)
		assert.NoError(t, err)
	}
	assert.True(t, o.cut)
	assert.Len(t, o.text(), maxOutput)
	o = opening{}
	_, _ = o.Write([]byte("a\xffb"))
	assert.Equal(t, "a\ufffdb", o.text())
	assert.False(t, o.cut)
}

// A second run on a cluster is refused before it touches anything of the first one's: it has no runtime here to do so.
func TestASecondRunOnAClusterIsRefusedAtOnce(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	led, err := openLedger("busy")
	require.NoError(t, err)
	defer led.Close()
	_, err = Job{Scenario: &sim.Scenario{}, Spec: sim.Spec{Name: "busy"}}.Run(context.Background(), nil)
	assert.ErrorIs(t, err, fault.ErrBusy)
	assert.ErrorContains(t, err, "cluster busy")
}
