package balance

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The tree gives at any time what a search through all of its servers gives, and keeps few entries of those that have left.
func TestTreeAsASearch(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var tr tree
		all := make([]*Server, rapid.IntRange(1, 20).Draw(r, "servers"))
		for i := range all {
			all[i] = &Server{ID: i}
		}
		for range rapid.IntRange(1, 300).Draw(r, "steps") {
			s := rapid.SampledFrom(all).Draw(r, "server")
			switch rapid.SampledFrom([]string{"insert", "insert", "remove", "back"}).Draw(r, "step") {
			case "insert":
				tr.insert(s, rapid.IntRange(0, 9).Draw(r, "key"))
			case "remove":
				s.remove()
			case "back":
				if key, seq, in := s.key, s.seq, s.in; in != nil {
					s.remove()
					tr.put(s, key, seq)
				}
			}
			var want *Server
			alive := 0
			for _, o := range all {
				if o.in == nil {
					continue
				}
				alive++
				if want == nil || o.key < want.key || o.key == want.key && o.seq < want.seq {
					want = o
				}
			}
			require.Same(r, want, tr.first())
			require.Equal(r, alive, tr.alive)
			require.LessOrEqual(r, len(tr.heap), 2*len(all)+16+1)
		}
	})
}
