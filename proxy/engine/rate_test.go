package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestIdleness(t *testing.T) {
	var m idleMeter
	m.turn(1000)
	m.sleeps(1000)
	m.woke(250 * time.Millisecond)
	m.turn(1250)
	m.turn(2000)
	require.Equal(t, 25, m.read(2000), "it has slept for a quarter of the second")
	for now := int64(2001); now <= 3000; now++ { // rounds without a sleep
		m.turn(now)
	}
	require.Zero(t, m.read(3000), "it has had too much to do")
	m.sleeps(3000)
	require.Zero(t, m.read(3999))
	require.Equal(t, 100, m.read(4000), "nothing has woken it for a second")
}
