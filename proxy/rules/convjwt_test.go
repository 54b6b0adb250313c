package rules

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestJWT verifies the token of RFC 7515, appendix A.1, and one that is signed with a key pair.
func TestJWT(t *testing.T) {
	const token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ." +
		"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	secret, _ := unbase64url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
	require.Equal(t, jwtHolds, jwtVerify(token, "HS256", secret, nil))
	require.Equal(t, jwtFails, jwtVerify(token, "HS256", "x", nil))
	require.Equal(t, jwtFails, jwtVerify(token[:len(token)-1]+"l", "HS256", secret, nil), "the text counts, also where it means the same bytes")
	require.Equal(t, jwtUnknown, jwtVerify(token, "HS1", secret, nil))
	require.Equal(t, jwtUnmanaged, jwtVerify(token, "PS256", secret, nil))
	require.Equal(t, jwtInvalid, jwtVerify("a.b", "HS256", secret, nil))
	require.Equal(t, jwtNoKey, jwtVerify(token, "RS256", "/key", nil))
	v, ok := jwtQuery(1)(nil, Text(token), []arg{{s: "$.exp"}, {s: "int"}})
	require.True(t, ok)
	require.Equal(t, int64(1300819380), v.Int)

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	sum := sha256.Sum256([]byte("e30.e30"))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	require.NoError(t, err)
	signed := "e30.e30." + base64.RawURLEncoding.EncodeToString(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
	keys := map[string]crypto.PublicKey{"/key": &key.PublicKey}
	require.Equal(t, jwtHolds, jwtVerify(signed, "ES256", "/key", keys))
	require.Equal(t, jwtFails, jwtVerify(signed, "RS256", "/key", keys))
	require.Equal(t, jwtInvalid, jwtVerify(signed[:len(signed)-2], "ES256", "/key", keys))
}
