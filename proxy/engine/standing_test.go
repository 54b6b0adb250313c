package engine

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"simulacro/proxy/config"
)

// TestWhoTracksAServerEndsAsItDoes: however many change a server at once, those that track it have its state and administration in the end.
func TestWhoTracksAServerEndsAsItDoes(t *testing.T) {
	e, s := began(t, map[string]config.SavedState{})
	for range 200 {
		var wg sync.WaitGroup
		for _, change := range []func() error{
			func() error { return e.SetServerAdmin("app", "a", Maint, "") }, func() error { return e.SetServerAdmin("app", "a", Ready, "") },
			func() error { return e.SetServerAdmin("app", "a", Drain, "") },
			func() error { return e.SetServerHealth("app", "a", HealthDown, "CLI") }, func() error { return e.SetServerHealth("app", "a", HealthUp, "CLI") },
		} {
			wg.Add(1)
			go func() {
				defer wg.Done()
				_ = change()
			}()
		}
		wg.Wait()
		a, b := s["a"], s["b"]
		require.Equal(t, a.op, b.op)
		require.Equal(t, a.flags.Maint(), b.flags.Maint())
		require.Equal(t, a.flags.Drain(), b.flags.Drain())
	}
}
