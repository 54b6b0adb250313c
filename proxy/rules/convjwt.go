package rules

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"strings"
)

// jwtConvs read JSON Web Tokens in their compact form: three texts in base64url with dots between them (RFC 7515, section 7.1).
func jwtConvs() []conv {
	return []conv{
		{name: "jwt_header_query", sig: "|ss", in: Bin, out: Str, do: jwtQuery(0), check: checkJWTQuery},
		{name: "jwt_payload_query", sig: "|ss", in: Bin, out: Str, do: jwtQuery(1), check: checkJWTQuery},
		{name: "jwt_verify", sig: "sk", in: Bin, out: Int, do: convJWTVerify, check: checkJWTVerify},
	}
}

func checkJWTQuery(a []arg) error {
	if argText(a, 0, "") == "" {
		return nil
	}
	return checkJSONQuery(a)
}

// jwtQuery gives what a path leads to in a token's i-th part. Without a path HAProxy 2.6 gives nothing, whatever its manual says.
func jwtQuery(i int) func(*Tx, Value, []arg) (Value, bool) {
	return func(tx *Tx, v Value, a []arg) (Value, bool) {
		parts := strings.Split(v.Str, ".")
		if i >= len(parts) || argText(a, 0, "") == "" {
			return v, false
		}
		text, ok := unbase64url(parts[i])
		if !ok {
			return v, false
		}
		return convJSONQuery(tx, Text(text), a)
	}
}

// What jwt_verify says (section 7.3.1).
const (
	jwtFails     = 0
	jwtHolds     = 1
	jwtUnknown   = -1 // an algorithm that RFC 7518 has not
	jwtUnmanaged = -2
	jwtInvalid   = -3
	jwtNoKey     = -5
)

// jwtAlgorithms are those of RFC 7518, section 3.1, with their hashes.
var jwtAlgorithms = map[string]crypto.Hash{
	"none": 0, "HS256": crypto.SHA256, "HS384": crypto.SHA384, "HS512": crypto.SHA512, "RS256": crypto.SHA256, "RS384": crypto.SHA384, "RS512": crypto.SHA512,
	"ES256": crypto.SHA256, "ES384": crypto.SHA384, "ES512": crypto.SHA512, "PS256": crypto.SHA256, "PS384": crypto.SHA384, "PS512": crypto.SHA512,
}

func checkJWTVerify(a []arg) error {
	if validVar(a[0].s, "") == nil {
		return nil
	}
	if _, ok := jwtAlgorithms[a[0].s]; !ok {
		return sayf("unknown JWT algorithm: %s", a[0].s)
	}
	if strings.HasPrefix(a[0].s, "PS") {
		return sayf("RSASSA-PSS JWS signing not managed yet")
	}
	return nil
}

// publicKey reads the public key of a file, which HAProxy takes for a secret where there is none.
func (env *Env) publicKey(file string) {
	if env == nil || env.ReadFile == nil || env.Keys == nil || validVar(file, "") == nil {
		return
	}
	text, err := env.ReadFile(file)
	if err != nil {
		return
	}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "PUBLIC KEY" {
			continue
		}
		if key, err := x509.ParsePKIXPublicKey(block.Bytes); err == nil {
			env.Keys[file] = key
			return
		}
	}
	env.caution("file not found (%s)\n", file)
}

// constantOrVariable gives an argument's text, or that of the variable that it names.
func (a arg) constantOrVariable(tx *Tx) (string, bool) {
	if validVar(a.s, "") != nil {
		return a.s, true
	}
	v, ok := tx.lookup(a.s)
	return v.String(), ok
}

// convJWTVerify checks a token's signature.
func convJWTVerify(tx *Tx, v Value, a []arg) (Value, bool) {
	algorithm, known := a[0].constantOrVariable(tx)
	key, set := a[1].constantOrVariable(tx)
	if !known || !set {
		return v, false
	}
	return integer(jwtVerify(v.Str, algorithm, key, a[1].keys)), true
}

func jwtVerify(token, algorithm, key string, keys map[string]crypto.PublicKey) int {
	hash, ok := jwtAlgorithms[algorithm]
	if !ok {
		return jwtUnknown
	}
	parts := strings.Split(token, ".")
	if len(parts) == 2 && algorithm == "none" {
		return jwtHolds // nothing is signed
	}
	if len(parts) != 3 {
		return jwtInvalid
	}
	signature, ok := unbase64url(parts[2])
	switch {
	case algorithm == "none":
		return int(bit(parts[2] == ""))
	case !ok || signature == "":
		return jwtInvalid
	case algorithm[0] == 'P':
		return jwtUnmanaged
	}
	signed := parts[0] + "." + parts[1]
	if algorithm[0] == 'H' {
		h := hmac.New(hash.New, []byte(key))
		h.Write([]byte(signed))
		return int(bit(equal(parts[2], base64.RawURLEncoding.EncodeToString(h.Sum(nil)))))
	}
	h := hash.New()
	h.Write([]byte(signed))
	return jwtSigned(algorithm, keys[key], hash, h.Sum(nil), []byte(signature))
}

// jwtSigned checks a signature with a public key, which must be of the algorithm's kind.
func jwtSigned(algorithm string, key crypto.PublicKey, hash crypto.Hash, digest, signature []byte) int {
	if key != nil && algorithm[0] == 'E' && len(signature)%2 != 0 {
		return jwtInvalid // it is two numbers of one size
	}
	switch k := key.(type) {
	case nil:
		return jwtNoKey
	case *rsa.PublicKey:
		return int(bit(algorithm[0] == 'R' && rsa.VerifyPKCS1v15(k, hash, digest, signature) == nil))
	case *ecdsa.PublicKey:
		half := len(signature) / 2
		r, s := new(big.Int).SetBytes(signature[:half]), new(big.Int).SetBytes(signature[half:])
		return int(bit(algorithm[0] == 'E' && ecdsa.Verify(k, digest, r, s)))
	}
	return jwtFails
}
