package rpc

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"simulacro/nfs/xdr"
)

func FuzzReadRecord(f *testing.F) {
	f.Add([]byte{0x80, 0, 0, 4, 1, 2, 3, 4})
	f.Add([]byte{0, 0, 0, 1, 1, 0x80, 0, 0, 1, 2})
	f.Add([]byte{0x7f, 0xff, 0xff, 0xff})
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, in []byte) {
		rec, err := ReadRecord(bytes.NewReader(in))
		if err == nil {
			require.LessOrEqual(t, len(rec), len(in))
		}
	})
}

func FuzzParseReply(f *testing.F) {
	var e xdr.Encoder
	e.Uint32(42)
	for _, stat := range []AcceptStat{Success, ProgMismatch, GarbageArgs} {
		f.Add(EncodeReply(7, stat, &e)[4:])
	}
	f.Add([]byte{0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 5})
	f.Add([]byte{0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, in []byte) {
		d, err := parseReply(in)
		require.True(t, (d == nil) != (err == nil), "either results or an error")
	})
}

func FuzzParseCall(f *testing.F) {
	var e xdr.Encoder
	encodeCall(&e, 9, Proc{100003, 3, 1}, &Cred{UID: 1, GID: 2, Groups: []uint32{3}}, "cluster2", 5)
	f.Add(e.Bytes())
	f.Add(e.Bytes()[:20])
	f.Fuzz(func(t *testing.T, in []byte) {
		h, _, err := ParseCall(in)
		if err == nil && h.Cred != nil {
			require.LessOrEqual(t, len(h.Cred.Groups), MaxGroups)
		}
	})
}
