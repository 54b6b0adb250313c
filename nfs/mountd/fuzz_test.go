package mountd

import (
	"testing"

	"simulacro/nfs/nfs3"
	"simulacro/nfs/xdr"
)

func FuzzDecodeMnt(f *testing.F) {
	var e xdr.Encoder
	e.Uint32(0)
	e.String("handle")
	e.Uint32(2)
	e.Uint32(390003)
	e.Uint32(1)
	f.Add(e.Bytes())
	f.Add([]byte{0, 0, 0, 13})
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 1, 'h', 0, 0, 0, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, in []byte) {
		h, err := decodeMnt(xdr.NewDecoder(in))
		if err == nil && len(h) > nfs3.MaxHandle {
			t.Fatal("handle too long")
		}
	})
}
