package differential

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"sync"
)

// signers are the keys of the tokens of one run.
var signers = sync.OnceValue(func() (k struct {
	ec  *ecdsa.PrivateKey
	rsa *rsa.PrivateKey
}) {
	k.ec, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	k.rsa, _ = rsa.GenerateKey(rand.Reader, 2048)
	return k
})

// token makes a signed JSON Web Token.
func token(algorithm string) string {
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"alg":"`+algorithm+`","typ":"JWT"}`)) + "." + encode([]byte(`{"sub":"me","exp":170,"n":{"a":[1,"x"]}}`))
	sum := sha256.Sum256([]byte(text))
	var signature []byte
	switch algorithm {
	case "HS256":
		h := hmac.New(sha256.New, []byte("secret"))
		h.Write([]byte(text))
		signature = h.Sum(nil)
	case "RS256":
		signature, _ = rsa.SignPKCS1v15(rand.Reader, signers().rsa, crypto.SHA256, sum[:])
	case "ES256":
		r, s, _ := ecdsa.Sign(rand.Reader, signers().ec, sum[:])
		signature = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	}
	return text + "." + encode(signature)
}

// publicKeys writes the keys that verify the tokens.
func publicKeys(s *Side) {
	for file, key := range map[string]any{"rsa.pem": &signers().rsa.PublicKey, "ec.pem": &signers().ec.PublicKey} {
		der, err := x509.MarshalPKIXPublicKey(key)
		s.must(err, "write a public key")
		s.write(file, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})))
	}
}

// verified plays tokens, right and broken.
func verified() Case {
	hs, rs, es := token("HS256"), token("RS256"), token("ES256")
	c := converted("jwt", []string{
		"jwt_verify(HS256,secret)", "jwt_verify(HS256,wrong)", "jwt_verify(HS512,secret)", "jwt_verify(RS256,{dir}/rsa.pem)", "jwt_verify(ES256,{dir}/ec.pem)", "jwt_verify(RS256,{dir}/ec.pem)", "jwt_verify(RS256,{dir}/none)",
		"jwt_verify(none,x)", "jwt_header_query", "jwt_header_query('$.alg')", "jwt_payload_query('$.exp',int)", "jwt_payload_query('$.n.a[1]')", "jwt_payload_query('$.n')",
	}, []string{hs, rs, es, hs[:len(hs)-1], hs + "x", hs + ".", rs + "AAAA", es[:len(es)-4], hs[:30] + "!" + hs[31:], "a.b.c", "a.b", "..", ".", "a", "e30.e30.", "e30.e30.x"})
	c.Before = publicKeys
	return c
}
