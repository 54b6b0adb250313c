package config

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
)

// parseCRL reads a list of revoked certificates, also one of version 1, such as OpenSSL makes by default and crypto/x509 refuses.
func parseCRL(der []byte) (*x509.RevocationList, error) {
	l, err := x509.ParseRevocationList(der)
	if err == nil {
		return l, nil
	}
	newer, old := secondVersion(der)
	if newer == nil {
		return nil, err
	}
	if l, err = x509.ParseRevocationList(newer); err != nil {
		return nil, err
	}
	l.Raw, l.RawTBSRevocationList = der, old // what has been signed
	return l, nil
}

// secondVersion gives a list of the first version, which has no number (RFC 5280, section 5.1), as one of the second; nil: it is none.
// signed is the part of the original that has a signature.
func secondVersion(der []byte) (newer, signed []byte) {
	var list struct {
		Signed    asn1.RawValue
		Algorithm asn1.RawValue
		Signature asn1.RawValue
	}
	if _, err := asn1.Unmarshal(der, &list); err != nil || !list.Signed.IsCompound || len(list.Signed.Bytes) == 0 || list.Signed.Bytes[0] == asn1.TagInteger {
		return nil, nil
	}
	signed = bytes.Clone(list.Signed.FullBytes)
	list.Signed = asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: append([]byte{asn1.TagInteger, 1, 1}, list.Signed.Bytes...)}
	newer, err := asn1.Marshal(list)
	if err != nil {
		return nil, nil
	}
	return newer, signed
}
