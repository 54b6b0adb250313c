package load

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// What the verdict trusts is the rate: a hiccup does not change it, falling behind does.
func TestPace(t *testing.T) {
	const n, every = 40, 50 * time.Millisecond
	for _, c := range []struct {
		name     string
		late     func(i int) time.Duration
		from, to float64
	}{
		{"in time", func(int) time.Duration { return 0 }, 1, 1},
		{"always 30 ms late", func(int) time.Duration { return 30 * time.Millisecond }, 1, 1},
		{"the last one late", func(i int) time.Duration { return time.Duration(i/(n-1)) * 30 * time.Millisecond }, 1, 1.005},
		{"2 % slower", func(i int) time.Duration { return time.Duration(i) * every / 50 }, 1.0199, 1.0201},
		{"a stall of 200 ms in the middle that is never made up", func(i int) time.Duration { return time.Duration(2*i/n) * 200 * time.Millisecond }, 1.1, 1.2},
		{"a stall of half a second at the end", func(i int) time.Duration { return time.Duration(i/(n-4)) * 500 * time.Millisecond }, 1.05, 1.2},
	} {
		var p pace
		for i := range n {
			p.note(time.Duration(i)*every, time.Duration(i)*every+c.late(i))
		}
		assert.GreaterOrEqual(t, p.stretch(), c.from-1e-9, c.name)
		assert.LessOrEqual(t, p.stretch(), c.to+1e-9, c.name)
	}
	assert.Equal(t, 1.0, (&pace{}).stretch())
}
