package balance

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// servers gives usable servers with these weights.
func servers(weights ...int) (all []*Server) {
	for i, w := range weights {
		all = append(all, &Server{Index: i, ID: i + 1, Weight: w, Up: true})
	}
	return all
}

func pick(t *testing.T, sel Selector, n int) string {
	t.Helper()
	var b strings.Builder
	for range n {
		s := sel.Select(Request{})
		if s == nil {
			b.WriteByte('-')
			continue
		}
		fmt.Fprintf(&b, "%d", s.ID)
	}
	return b.String()
}

func change(sel Selector, s *Server, f func(*Server)) {
	f(s)
	if c, ok := sel.(Changer); ok {
		c.Changed(s)
	}
}

func down(s *Server) { s.Up = false }
func up(s *Server)   { s.Up = true }

// TestOrderIsHAProxys has orders that HAProxy 2.6 gave: 24 requests, 12 with the second server in maintenance, 15 with it
// back, and for roundrobin 20 more with the first one's weight halved.
func TestOrderIsHAProxys(t *testing.T) {
	for _, c := range []struct {
		algorithm                  string
		weights                    []int
		all, without, back, halved string
	}{
		{"roundrobin", []int{1, 1, 1}, "123123123123123123123123", "131313131313", "132132132132132", "32323232323232323232"},
		{"roundrobin", []int{2, 1, 1}, "121312131213121312131213", "111311311311", "312132113211321", "32132132132132132132"},
		{"roundrobin", []int{1, 2, 3}, "323132323132323132323132", "333133313331", "323132323132323", "32323323233232332323"},
		{"roundrobin", []int{10, 3, 7}, "131312131312131311321313", "113113131131", "313112313112313", "31231323131321331231"},
		{"roundrobin", []int{100, 200, 256}, "323231323213232313232312", "333133313313", "312332321323231", "32321323323232132332"},
		{"static-rr", []int{2, 4, 3}, "123213223123213223123213", "131331313313", "321322312321322", ""},
	} {
		servers := servers(c.weights...)
		sel, err := New(c.algorithm, nil, servers, Params{})
		require.NoError(t, err)
		require.Equal(t, c.all, pick(t, sel, 24), "%v", c.weights)
		change(sel, servers[1], down)
		require.Equal(t, c.without, pick(t, sel, 12), "%v without the second", c.weights)
		change(sel, servers[1], up)
		require.Equal(t, c.back, pick(t, sel, 15), "%v with the second again", c.weights)
		if c.halved != "" {
			change(sel, servers[0], func(s *Server) { s.Weight /= 2 })
			require.Equal(t, c.halved, pick(t, sel, 20), "%v with the first halved", c.weights)
		}
	}
}

func TestRoundRobinWithoutAServerThatIsDown(t *testing.T) {
	all := servers(1, 1, 1)
	sel, _ := New("roundrobin", nil, all, Params{})
	require.Equal(t, "1231", pick(t, sel, 4))
	change(sel, all[1], down)
	require.NotContains(t, pick(t, sel, 10), "2")
	change(sel, all[1], up)
	back := pick(t, sel, 30)
	require.InDelta(t, 10, strings.Count(back, "2"), 1)
	for _, s := range all {
		change(sel, s, down)
	}
	require.Equal(t, "--", pick(t, sel, 2))
}

func TestRoundRobinIsFairForAnyWeights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.IntRange(1, 256), 1, 8).Draw(t, "weights")
		all := servers(weights...)
		sel, _ := New("roundrobin", nil, all, Params{})
		total := 0
		for _, w := range weights {
			total += w
		}
		got := make([]int, len(all))
		for range 3 * total {
			got[sel.Select(Request{}).Index]++
		}
		for i, w := range weights {
			if d := got[i] - 3*w; d < -3 || d > 3 {
				t.Fatalf("server %d of %v got %d of %d", i+1, weights, got[i], 3*total)
			}
		}
	})
}

func TestFullServersAreSkipped(t *testing.T) {
	for _, name := range []string{"roundrobin", "static-rr", "leastconn", "first"} {
		all := servers(1, 1)
		sel, err := New(name, nil, all, Params{Rand: rand.New(rand.NewPCG(1, 1))})
		require.NoError(t, err)
		all[0].Maxconn, all[0].Served = 1, 1
		require.Equal(t, "222", pick(t, sel, 3), name)
		all[1].Maxconn, all[1].Served = 1, 1
		require.Equal(t, "-", pick(t, sel, 1), name)
	}
}

func TestTheServerToAvoidIsTakenOnlyAlone(t *testing.T) {
	for _, name := range []string{"roundrobin", "static-rr", "leastconn", "first", "random"} {
		all := servers(1, 1)
		sel, _ := New(name, nil, all, Params{Rand: rand.New(rand.NewPCG(1, 1))})
		for range 5 {
			require.Equal(t, all[1], sel.Select(Request{Avoid: all[0]}), name)
		}
		change(sel, all[1], down)
		require.Equal(t, all[0], sel.Select(Request{Avoid: all[0]}), name)
	}
}

func TestBackupsReplaceTheActiveServers(t *testing.T) {
	for _, name := range []string{"roundrobin", "static-rr", "leastconn", "first", "random"} {
		all := servers(1, 1, 1)
		all[1].Backup, all[2].Backup = true, true
		sel, _ := New(name, nil, all, Params{Rand: rand.New(rand.NewPCG(1, 1))})
		require.Equal(t, "111", pick(t, sel, 3), name)
		change(sel, all[0], down)
		require.Equal(t, "222", pick(t, sel, 3), "%s: only the first backup", name)
		change(sel, all[0], up)
		require.Equal(t, "111", pick(t, sel, 3), name)
	}
	all := servers(1, 1, 1)
	all[1].Backup, all[2].Backup = true, true
	sel, _ := New("roundrobin", nil, all, Params{AllBackups: true})
	change(sel, all[0], down)
	require.Equal(t, "2323", pick(t, sel, 4))
}

func TestStaticRR(t *testing.T) {
	sel, _ := New("static-rr", nil, servers(2, 4), Params{})
	require.Equal(t, "122122", pick(t, sel, 6))
}

func TestLeastConnFollowsTheLoad(t *testing.T) {
	all := servers(1, 1, 2)
	sel, _ := New("leastconn", nil, all, Params{})
	take := func() int {
		s := sel.Select(Request{})
		s.Served++
		sel.(Mover).Moved(s)
		return s.ID
	}
	var got []int
	for range 8 {
		got = append(got, take())
	}
	require.ElementsMatch(t, []int{1, 1, 2, 2, 3, 3, 3, 3}, got)
	all[1].Served = 0
	sel.(Mover).Moved(all[1])
	require.Equal(t, 2, take())
}

func TestFirstFillsOneServerAfterTheOther(t *testing.T) {
	all := servers(1, 1)
	all[0].ID, all[1].ID = 7, 3
	all[1].Maxconn = 2
	sel, _ := New("first", nil, all, Params{})
	require.Equal(t, "33", pick(t, sel, 2))
	all[1].Served = 2
	require.Equal(t, "77", pick(t, sel, 2))
}

func newTestRandom(t *testing.T, draws string, all []*Server) Selector {
	t.Helper()
	sel, err := New("random", []string{draws}, all, Params{Rand: rand.New(rand.NewPCG(1, 1))})
	require.NoError(t, err)
	return sel
}

func TestRandomFollowsTheWeights(t *testing.T) {
	require.InDelta(t, 3000, strings.Count(pick(t, newTestRandom(t, "1", servers(64, 192)), 4000), "2"), 150)
	_, err := New("random", []string{"0"}, servers(1), Params{})
	require.Error(t, err)
}

// haproxy 2.6.12 gives three servers of weight 1 those shares of 3,000 requests one after the other, however many it draws.
func TestRandomHasTheRingsShares(t *testing.T) {
	for _, draws := range []string{"1", "2", "3"} {
		got := pick(t, newTestRandom(t, draws, servers(1, 1, 1)), 30000)
		for server, share := range map[string]float64{"1": 0.347, "2": 0.290, "3": 0.363} {
			require.InDelta(t, share, float64(strings.Count(got, server))/30000, 0.015, "server %s of %s draws", server, draws)
		}
	}
}

func TestRandomPrefersTheLessLoadedAndWaitsForTheFull(t *testing.T) {
	all := servers(1, 1)
	all[0].Maxconn, all[0].Served = 1, 1
	require.Regexp(t, "^[-2]+$", pick(t, newTestRandom(t, "1", all), 50))
	require.Equal(t, strings.Repeat("2", 50), pick(t, newTestRandom(t, "20", all), 50))
}

func TestSourceIsConstant(t *testing.T) {
	sel, _ := New("source", nil, servers(1, 1, 1), Params{})
	seen := map[int]bool{}
	for i := range 50 {
		q := Request{Source: netip.AddrFrom4([4]byte{10, 0, 0, byte(i)})}
		s := sel.Select(q)
		seen[s.ID] = true
		require.Equal(t, s, sel.Select(q))
		require.Equal(t, int(q.Source.As4()[3])%3, (s.Index+3-int(0x0a000000%3))%3)
	}
	require.Len(t, seen, 3)
}

func TestUnknownAlgorithm(t *testing.T) {
	_, err := New("fastest", nil, nil, Params{})
	require.ErrorIs(t, err, ErrUnknown)
}

func BenchmarkRoundRobin(b *testing.B) {
	for _, n := range []int{3, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			w := make([]int, n)
			for i := range w {
				w[i] = 1
			}
			sel, _ := New("roundrobin", nil, servers(w...), Params{})
			b.ReportAllocs()
			for b.Loop() {
				sel.Select(Request{})
			}
		})
	}
}

// TestAroundFromAPointThatHasGone: the point after one that has left the ring loses its turn, as in HAProxy.
func TestAroundFromAPointThatHasGone(t *testing.T) {
	list := []*Server{{ID: 1, Weight: 1, Up: true}, {ID: 2, Weight: 1, Up: true}, {ID: 3, Weight: 1, Up: true}}
	k := newKeyed(group{servers: list}, Hashing{Consistent: true}, func(Request) (uint32, bool) { return 0, false })
	for _, s := range list {
		k.Changed(s)
	}
	for range 100 { // twice round
		gone := k.Select(Request{})
		at := k.last
		gone.Up = false
		k.Changed(gone)
		first := 0
		for first < len(k.ring) && int64(k.ring[first].key) < at {
			first++
		}
		want := k.ring[0].s
		if first < len(k.ring) {
			want = k.ring[(first+1)%len(k.ring)].s
		}
		if got := k.Select(Request{}); got != want {
			t.Fatalf("after a point of server %d at %d: server %d, not %d", gone.ID, at, got.ID, want.ID)
		}
		gone.Up = true
		k.Changed(gone)
	}
}
