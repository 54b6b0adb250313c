package judge_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"simulacro/sim/judge"
	"simulacro/sim/simtest"
)

func TestFigures(t *testing.T) {
	h := simtest.AllKilled()
	f := judge.Figures(h, load(t, h))
	assert.Equal(t, 25*60, f.Requests)
	assert.Equal(t, 2*time.Second, f.Interval)
	assert.InDelta(t, 5800, f.Detection["blackout"].Milliseconds(), 1000, "effect at 4 s, DOWN at 9.8 s")
	assert.InDelta(t, 2200, f.Recovery["blackout"].Milliseconds(), 1000, "back at 16.9 s, UP at 19.1 s")
	assert.Positive(t, f.Unsure["blackout"], "between the plan and the effect")
	assert.Less(t, f.Unsure["blackout"], 2*time.Second)
	assert.Nil(t, f.Exact, "faults keep requests from their servers")
	assert.Positive(t, f.P50)
	assert.GreaterOrEqual(t, f.P99, f.P50)
	assert.InDelta(t, 0.4, f.Availability, 0.1)

	h = simtest.StorageHang() // checks of the fourth layer do not see it
	assert.Empty(t, judge.Figures(h, load(t, h)).Detection)
}
