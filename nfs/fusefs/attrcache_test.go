package fusefs

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simulacro/nfs/nfs3"
)

func TestAttrCacheDoubles(t *testing.T) {
	var c attrCache
	l := limits{3 * time.Second, 20 * time.Second}
	now := time.Unix(1000, 0)
	a := &nfs3.Attr{Size: 1, Mtime: now, Ctime: now}
	require.False(t, c.fresh(now))
	require.False(t, c.update(a, l, now), "the first attributes are no change")
	for _, want := range []time.Duration{3, 6, 12, 20, 20} {
		require.Equal(t, want*time.Second, c.timeout)
		require.True(t, c.fresh(now.Add(c.timeout-1)))
		require.False(t, c.fresh(now.Add(c.timeout)))
		c.update(a, l, now.Add(c.timeout-1)) // asked early: no reason to trust it longer
		require.Equal(t, want*time.Second, c.timeout)
		now = now.Add(c.timeout)
		require.False(t, c.update(a, l, now))
	}
	b := *a
	b.Size = 2
	require.True(t, c.update(&b, l, now))
	require.Equal(t, l.min, c.timeout, "a change starts again at min")
}

func TestAttrCacheNoac(t *testing.T) {
	var c attrCache
	now := time.Unix(1000, 0)
	a := &nfs3.Attr{}
	for range 3 {
		c.update(a, limits{}, now)
		require.Zero(t, c.timeout)
		require.False(t, c.fresh(now))
		now = now.Add(time.Hour)
	}
}

func TestLostWrites(t *testing.T) {
	var u uncommitted
	u.add(chunk{0, []byte("ab"), 1})
	u.add(chunk{2, []byte("cd"), 2})
	require.Equal(t, 4, u.bytes)
	require.Empty(t, (&uncommitted{}).lost(1))
	lost := u.lost(2)
	require.Len(t, lost, 1)
	require.Equal(t, uint64(0), lost[0].off)
}

func TestStableInoAvoidsReserved(t *testing.T) {
	for _, id := range []uint64{0, 1, 1<<64 - 1} {
		ino := stableIno(id, "handle")
		require.Greater(t, ino, uint64(1))
		require.NotEqual(t, uint64(1<<64-1), ino)
	}
	require.Equal(t, uint64(77), stableIno(77, "handle"))
}
