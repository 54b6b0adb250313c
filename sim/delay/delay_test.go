package delay

import (
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// Whatever comes from the socket, packets finds whole ones only and does not panic.
func TestPacketsBearAnything(t *testing.T) {
	whole := func(id uint32) []byte {
		b := (&queue{num: 7}).message(typePacket, 0, attrHeader, binary.BigEndian.AppendUint32(nil, id))
		return b
	}
	assert.Equal(t, []uint32{1, 2}, packets(append(whole(1), whole(2)...)))
	rapid.Check(t, func(t *rapid.T) {
		b := append(whole(1), whole(2)...)
		for range rapid.IntRange(0, 6).Draw(t, "spoilt") {
			b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
		_ = packets(b[:rapid.IntRange(0, len(b)).Draw(t, "cut")])
	})
}

func TestWhatIsDueFirstGoesFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h heap
		var want []int64
		for _, v := range rapid.SliceOf(rapid.Int64Range(0, 50)).Draw(t, "times") {
			h.push(parcel{due: time.Unix(v, 0)})
			want = append(want, v)
		}
		slices.Sort(want)
		for _, v := range want {
			if got := h.pop().due.Unix(); got != v {
				t.Fatalf("%d came before %d", got, v)
			}
		}
	})
}

func TestHoldStaysWithinTheJitter(t *testing.T) {
	s := Spec{Delay: 20 * time.Millisecond, Jitter: 30 * time.Millisecond}
	var least, most time.Duration = time.Hour, 0
	for range 5000 {
		d := s.hold()
		least, most = min(least, d), max(most, d)
	}
	assert.Zero(t, least, "never before it came")
	assert.InDelta(t, float64(50*time.Millisecond), float64(most), float64(time.Millisecond))
	assert.Equal(t, time.Second, Spec{Delay: time.Second}.hold())
}
