package engine

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAPlaceThatNobodyTakesWakesWhoWaits: a place is taken before a connection is looked for. Whoever is refused meanwhile, in another
// loop, hears of it when there was none, or when the frontend has no room.
func TestAPlaceThatNobodyTakesWakesWhoWaits(t *testing.T) {
	for _, limit := range []string{"process", "frontend"} {
		e, err := New(practical("127.0.0.1:1"), Options{})
		require.NoError(t, err)
		p, l := e.proxies[0], &loop{}
		l.ring.Store(true) // it has no descriptor to be woken by
		p.listeners = []*listener{{p: p, acceptors: []*acceptor{{l: l}}}}
		if limit == "frontend" {
			p.maxconn = 1
		} else {
			e.maxconn.Store(1)
		}
		require.True(t, e.enter(p), limit)
		require.False(t, e.enter(p), limit)
		require.Empty(t, l.inbox, limit)
		e.left(p)
		require.Len(t, l.inbox, 1, limit)
	}
}

func TestAFullFrontendHoldsNoPlaceOfOthers(t *testing.T) {
	e, err := New(practical("127.0.0.1:1"), Options{})
	require.NoError(t, err)
	p, other, l := e.proxies[0], &proxy{e: e}, &loop{}
	l.ring.Store(true)
	other.listeners = []*listener{{p: other, acceptors: []*acceptor{{l: l}}}}
	e.proxies = append(e.proxies, other)
	p.maxconn = 1
	require.True(t, e.enter(p))
	e.full.Store(true) // another loop was refused while this one had the last place
	require.False(t, e.enter(p))
	require.Len(t, l.inbox, 1)
}
