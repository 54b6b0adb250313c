package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// firstVersionCRL makes a list as OpenSSL does without a section for its extensions: of version 1, which has no number.
func firstVersionCRL(t *testing.T, ca *x509.Certificate, key *ecdsa.PrivateKey, revoked ...int64) []byte {
	t.Helper()
	type entry struct {
		Serial *big.Int
		When   time.Time
	}
	now := time.Now().UTC().Truncate(time.Second)
	algorithm := pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}}
	body := struct {
		Algorithm pkix.AlgorithmIdentifier
		Issuer    asn1.RawValue
		This      time.Time
		Next      time.Time
		Revoked   []entry `asn1:"optional"`
	}{algorithm, asn1.RawValue{FullBytes: ca.RawSubject}, now.Add(-time.Hour), now.Add(time.Hour), nil}
	for _, n := range revoked {
		body.Revoked = append(body.Revoked, entry{big.NewInt(n), now})
	}
	signed, err := asn1.Marshal(body)
	require.NoError(t, err)
	sum := sha256.Sum256(signed)
	sig, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	require.NoError(t, err)
	der, err := asn1.Marshal(struct {
		Signed    asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}{asn1.RawValue{FullBytes: signed}, algorithm, asn1.BitString{Bytes: sig, BitLength: 8 * len(sig)}})
	require.NoError(t, err)
	return der
}

func TestListsOfTheFirstVersionRevoke(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ca"}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	ca, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	leaf := func(n int64) *x509.Certificate {
		return &x509.Certificate{SerialNumber: big.NewInt(n), RawIssuer: ca.RawSubject}
	}

	list, err := parseCRL(firstVersionCRL(t, ca, key, 7))
	require.NoError(t, err)
	lists := &RevocationLists{[]*x509.RevocationList{list}}
	code, err := lists.lookUp(leaf(7), ca, time.Now())
	require.Equal(t, certRevoked, code)
	require.Error(t, err)
	_, err = lists.lookUp(leaf(8), ca, time.Now())
	require.NoError(t, err, "the signature is that of what was signed")

	empty, err := parseCRL(firstVersionCRL(t, ca, key))
	require.NoError(t, err)
	require.Empty(t, empty.RevokedCertificateEntries)
	for _, junk := range [][]byte{nil, {0x30, 0}, {0x30, 2, 0x30, 0}, firstVersionCRL(t, ca, key, 7)[:40]} {
		_, err = parseCRL(junk)
		require.Error(t, err)
	}
}
