package config

import (
	"bytes"
	"crypto/x509"
	"errors"
	"time"
)

// OpenSSL's numbers for what lists of revoked certificates tell.
const (
	certNoCRL      = 3
	certBadCRL     = 8
	certCRLNotYet  = 11
	certCRLExpired = 12
	certRevoked    = 23
)

// RevocationLists are what crl-file has. With it, each certificate of a chain must have a list of its issuer's that is in force and
// does not name it.
type RevocationLists struct{ all []*x509.RevocationList }

// check looks every certificate of a chain up; the last one has issued itself.
func (l *RevocationLists) check(chain []*x509.Certificate, now time.Time) *VerifyError {
	for i, c := range chain {
		issuer := chain[min(i+1, len(chain)-1)]
		if code, err := l.lookUp(c, issuer, now); err != nil {
			return &VerifyError{Code: code, Depth: i, Err: err}
		}
	}
	return nil
}

func (l *RevocationLists) lookUp(c, issuer *x509.Certificate, now time.Time) (code int, err error) {
	list := l.of(c)
	switch {
	case list == nil:
		return certNoCRL, errors.New("no list says whether the certificate has been revoked")
	case now.Before(list.ThisUpdate):
		return certCRLNotYet, errors.New("the list of revoked certificates is not in force yet")
	case !list.NextUpdate.IsZero() && now.After(list.NextUpdate):
		return certCRLExpired, errors.New("the list of revoked certificates is out of date")
	}
	if err := list.CheckSignatureFrom(issuer); err != nil {
		return certBadCRL, err
	}
	for _, e := range list.RevokedCertificateEntries {
		if e.SerialNumber.Cmp(c.SerialNumber) == 0 {
			return certRevoked, errors.New("the certificate has been revoked")
		}
	}
	return 0, nil
}

// of finds the newest list of a certificate's issuer.
func (l *RevocationLists) of(c *x509.Certificate) (newest *x509.RevocationList) {
	for _, one := range l.all {
		if bytes.Equal(one.RawIssuer, c.RawIssuer) && (newest == nil || one.ThisUpdate.After(newest.ThisUpdate)) {
			newest = one
		}
	}
	return newest
}
