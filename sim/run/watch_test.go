package run

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"simulacro/sim"
)

func TestWantedFollowsTheSteps(t *testing.T) {
	l := sim.Load{Rate: 100, Steps: []sim.RateStep{{Rate: 10, For: 2 * time.Second}, {Rate: 100, For: time.Second}, {Rate: 50}}}
	for since, want := range map[time.Duration]float64{0: 10, 2 * time.Second: 100, 3 * time.Second: 50, time.Hour: 50} {
		assert.Equal(t, want, wanted(l, since), since)
	}
	assert.Equal(t, 7.0, wanted(sim.Load{Rate: 7}, time.Minute))
}
