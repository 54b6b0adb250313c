package engine

import (
	"bytes"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"simulacro/proxy/config"
)

// FuzzProxyHeader: whatever comes, a header is refused, waited for, or read to a length within what came; what was read can be written
// and read again with the same meaning; and no beginning of a good header is refused.
func FuzzProxyHeader(f *testing.F) {
	src, dst := netip.MustParseAddrPort("192.0.2.1:1234"), netip.MustParseAddrPort("192.0.2.2:80")
	src6, dst6 := netip.MustParseAddrPort("[2001:db8::1]:1234"), netip.MustParseAddrPort("[2001:db8::2]:80")
	parts := &config.ProxyParts{CRC32C: true, UniqueID: true, Authority: true, SSL: true}
	for _, seed := range [][]byte{
		headerV1(nil, src, dst), headerV1(nil, src6, dst6), headerV1(nil, netip.AddrPort{}, dst),
		(&headerV2{src: src, dst: dst, unique: "id"}).append(nil, parts), (&headerV2{src: src6, dst: dst6}).append(nil, parts),
		(&headerV2{local: true}).append(nil, parts), (&headerV2{}).append(nil, parts),
		[]byte("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\nGET / HTTP/1.1\r\n"),
		[]byte("PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n"), []byte("PROXY TCP4 1.2.3.4 1.2.3.4  1 2\r\n"), []byte("PROXY\r\n"),
		[]byte(proxySignature + "\x21\x11\x00\x0b12345678901"), []byte(proxySignature + "\x21\x31\x00\x00"),
		[]byte(proxySignature + "\x21\x11\x00\x10\x01\x02\x03\x04\x05\x06\x07\x08\x00\x01\x00\x02\x02\x00\x05x"),
		[]byte("GET / HTTP/1.1\r\n\r\n"), bytes.Repeat([]byte("PROXY TCP4 "), 20), []byte("\x16\x03\x01\x02\x00\x01\x00"),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		h, n, err := parseProxyHeader(b)
		require.Equal(t, before, b, "the parser leaves what it reads as it is")
		require.True(t, n >= 0 && n <= len(b))
		if err != nil || n == 0 {
			return
		}
		for k := range n {
			_, m, err := parseProxyHeader(b[:k])
			require.NoError(t, err, "the first %d bytes of a good header", k)
			require.Zero(t, m)
		}
		if !h.src.IsValid() {
			return
		}
		require.Equal(t, h.src.Addr().Is4(), h.dst.Addr().Is4())
		for _, again := range [][]byte{headerV1(nil, h.src, h.dst),
			(&headerV2{src: h.src, dst: h.dst, unique: h.unique}).append(nil, &config.ProxyParts{CRC32C: true, UniqueID: true})} {
			r, m, err := parseProxyHeader(again)
			require.NoError(t, err, "%q", again)
			require.Equal(t, len(again), m)
			require.Equal(t, h.src, r.src)
			require.Equal(t, h.dst, r.dst)
		}
	})
}
