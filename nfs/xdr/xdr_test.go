package xdr

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRoundTrip(t *testing.T) {
	var e Encoder
	e.Uint32(7)
	e.Uint64(1 << 40)
	e.Bool(true)
	e.String("abcde")
	e.Fixed([]byte{1, 2, 3})
	e.OpaqueTail([]byte("tail!"))
	require.Equal(t, len(e.Bytes())+5+3, e.Len())

	wire := append(append(e.Bytes(), e.Tail()...), 0, 0, 0)
	d := NewDecoder(wire)
	require.Equal(t, uint32(7), d.Uint32())
	require.Equal(t, uint64(1<<40), d.Uint64())
	require.True(t, d.Bool())
	require.Equal(t, "abcde", d.String(5))
	require.Equal(t, []byte{1, 2, 3}, d.Fixed(3))
	require.Equal(t, "tail!", d.String(100))
	require.NoError(t, d.Err())
	require.Zero(t, d.Remaining())
}

func TestDecoderRefuses(t *testing.T) {
	tests := map[string]struct {
		in   []byte
		read func(*Decoder)
		want error
		text string
	}{
		"truncated integer": {[]byte{0, 0, 1}, func(d *Decoder) { d.Uint32() }, ErrShort, "at byte 0 of 3: message too short: 4 bytes wanted, 3 left"},
		"truncated hyper":   {make([]byte, 7), func(d *Decoder) { d.Uint64() }, ErrShort, "8 bytes wanted"},
		"length past end":   {[]byte{0, 0, 0, 9, 1, 2}, func(d *Decoder) { d.Opaque(100) }, ErrShort, "at byte 4 of 6"},
		"length past limit": {[]byte{0xff, 0xff, 0xff, 0xff}, func(d *Decoder) { d.Opaque(64) }, ErrTooLong, "4294967295 bytes, at most 64"},
		"missing padding":   {[]byte{0, 0, 0, 1, 'x'}, func(d *Decoder) { d.Opaque(64) }, ErrShort, "3 bytes wanted, 0 left"},
		"boolean 2":         {[]byte{0, 0, 0, 2}, func(d *Decoder) { d.Bool() }, ErrBadBool, "neither 0 nor 1: 2"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			d := NewDecoder(tc.in)
			tc.read(d)
			require.ErrorIs(t, d.Err(), tc.want)
			require.ErrorContains(t, d.Err(), tc.text)
			first := d.Err()
			require.Zero(t, d.Uint32(), "after an error everything reads as zero")
			require.Nil(t, d.Opaque(10))
			require.Equal(t, first, d.Err(), "the first error sticks")
		})
	}
}

func FuzzDecoder(f *testing.F) {
	f.Add([]byte{0, 0, 0, 5, 'h', 'e', 'l', 'l', 'o', 0, 0, 0}, uint16(8))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff}, uint16(64))
	f.Add([]byte{0, 0, 0, 1}, uint16(0))
	f.Fuzz(func(t *testing.T, in []byte, max uint16) {
		d := NewDecoder(in)
		b := d.Opaque(int(max))
		if d.Err() != nil {
			require.Nil(t, b)
			return
		}
		require.LessOrEqual(t, len(b), int(max))
		var e Encoder
		e.Opaque(b)
		got := NewDecoder(e.Bytes()).Opaque(int(max))
		require.True(t, bytes.Equal(b, got))
	})
}
