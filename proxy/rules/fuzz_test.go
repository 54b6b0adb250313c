package rules

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzTokens verifies and queries any token: nothing that a client sends ends the process.
func FuzzTokens(f *testing.F) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(f, err)
	keys := map[string]crypto.PublicKey{"/key": &key.PublicKey}
	for _, token := range []string{"e30.e30.AAAA", "e30.eyJhIjpbMSx7ImIiOiJcdTAwNDEifV19.", "..", "", "e30.W10.AA==", `{"a":-1e400}`, "\x00", "AA.AA.AA"} {
		f.Add(token, "$.a[1].b")
	}
	f.Fuzz(func(t *testing.T, token, path string) {
		for algorithm := range jwtAlgorithms {
			if n := jwtVerify(token, algorithm, "/key", keys); n == jwtHolds && algorithm != "none" && algorithm[0] != 'H' {
				t.Fatalf("%s holds of %q", algorithm, token)
			}
		}
		for _, do := range []func(*Tx, Value, []arg) (Value, bool){jwtQuery(0), jwtQuery(1), convJSONQuery} {
			do(nil, Text(token), []arg{{s: path}, {s: "int"}})
			do(nil, Text(token), []arg{{s: path}})
		}
	})
}

// FuzzRDP looks for cookies in any connection request.
func FuzzRDP(f *testing.F) {
	f.Add("\x03\x00\x00\x2a\x25\xe0\x00\x00\x00\x00\x00Cookie: msts=3640205228.15629.0000\r\n", "msts")
	f.Add("\x03\x00\x00\x2a\x25\xe0\x00\x00\x00\x00\x00Cookie: \r\n", "")
	f.Fuzz(func(t *testing.T, payload, name string) {
		value, more, ok := rdpCookie(payload, name)
		require.False(t, more && ok)
		require.LessOrEqual(t, len(value), len(payload))
	})
}

// FuzzRegex compiles any pattern: where one is refused, the place that is told is one of it.
func FuzzRegex(f *testing.F) {
	for _, s := range []string{"a{2,1}", `[[:x:]]`, `(?<n`, `(?P<1>a)`, `\pX`, `(?`, `a**`, `[z-a]`, `\`, `)`, `(?i-`, "\xff(", `\8`, `a{70000}`, `(?'x`, `(*UTF8)a`, `x{1001}`} {
		f.Add(s)
	}
	place := regexp.MustCompile(`erroffset=(-?\d+)\)$`)
	f.Fuzz(func(t *testing.T, pat string) {
		_, err := compileRegex(pat, false)
		if err == nil {
			return
		}
		if m := place.FindStringSubmatch(err.Error()); m != nil {
			at, _ := strconv.Atoi(m[1])
			require.True(t, at >= 0 && at <= len(pat), "%q: %v", pat, err)
		}
	})
}

// FuzzNetworks reads any network of an ACL, and compares with it.
func FuzzNetworks(f *testing.F) {
	for _, s := range []string{"10.0.0.0/8", "127.1", "::1/64", "1.2.3.4/255.0.255.0", "fe80::1%eth0", "1.2.3.4/::", "/", "0x7f.1", "010.1.1.1/33"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, ok := parseNet(s, nil); ok {
			n.has(request().Session.Src.Addr())
		}
	})
}
