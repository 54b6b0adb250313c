package config

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// plainName gives a host's name as certificates are compared with it: in lower case, without the dot of the root.
func plainName(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

// wildcard gives the name that a wildcard certificate for name has.
func wildcard(name string) string {
	_, rest, ok := strings.Cut(name, ".")
	if !ok {
		return ""
	}
	return "*." + rest
}

// OpenSSL's numbers for what is wrong with a certificate (x509_vfy.h), which ssl_c_err shows.
const (
	certUnspecified = 1
	certNoIssuer    = 2
	certNotYet      = 9
	certExpired     = 10
	certSelfSigned  = 18
	certRootUnknown = 19
	certIssuer      = 20
	certBadPurpose  = 26
)

// VerifyError is a certificate that did not pass.
type VerifyError struct {
	Code  int // OpenSSL's number
	Depth int // 0: the certificate itself; more: one that it is signed by
	Err   error
}

func (e *VerifyError) Error() string { return e.Err.Error() }

// VerifyClient checks the chain that a client has shown, at the given time; nil: it is good, or there is none.
func (t *TLS) VerifyClient(chain []*x509.Certificate, now time.Time) *VerifyError {
	return t.verify(chain, now, x509.ExtKeyUsageClientAuth)
}

func (t *TLS) verify(chain []*x509.Certificate, now time.Time, use x509.ExtKeyUsage) *VerifyError {
	if len(chain) == 0 {
		return nil
	}
	// What is trusted may also lie between: a chain is only whole where it ends at who has issued itself.
	o := x509.VerifyOptions{Roots: t.trusted, Intermediates: t.trusted.Clone(), CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{use}}
	for _, c := range chain[1:] {
		o.Intermediates.AddCert(c)
	}
	chains, err := chain[0].Verify(o)
	if err != nil {
		return verifyError(chain, err, now)
	}
	whole := slices.IndexFunc(chains, func(c []*x509.Certificate) bool { return selfIssued(c[len(c)-1]) })
	switch {
	case whole < 0:
		return unrooted(chain, chains[0])
	case t.CRLs != nil:
		return t.CRLs.check(chains[whole], now)
	}
	return nil
}

func selfIssued(c *x509.Certificate) bool { return bytes.Equal(c.RawIssuer, c.RawSubject) }

// unrooted is about a chain that ends at a trusted certificate which another one has issued: to OpenSSL that is no end.
func unrooted(shown, chain []*x509.Certificate) *VerifyError {
	v := &VerifyError{Code: certNoIssuer, Depth: len(chain) - 1, Err: errors.New("the issuer of the last certificate is not known")}
	switch last := len(shown) - 1; {
	case last > 0 && selfIssued(shown[last]):
		v.Code, v.Depth = certRootUnknown, last
	case slices.ContainsFunc(shown, chain[len(chain)-1].Equal):
		v.Code = certIssuer
	}
	return v
}

// authorities are those that a certificate must come from.
func (t *TLS) authorities() *x509.CertPool {
	switch {
	case t.verifyCAs == nil:
		return t.CAs
	case t.CAs == nil:
		return t.verifyCAs.pool
	}
	all, more := t.CAs, t.verifyCAs.text
	if more == nil { // the system's
		all, more = t.verifyCAs.pool, t.caText
	}
	all = all.Clone()
	all.AppendCertsFromPEM(more)
	return all
}

// verifyError finds OpenSSL's number and depth for crypto/x509's error.
func verifyError(chain []*x509.Certificate, err error, now time.Time) *VerifyError {
	v := &VerifyError{Code: certUnspecified, Err: err}
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &invalid):
		for i, c := range chain {
			if invalid.Cert != nil && c.Equal(invalid.Cert) {
				v.Depth = i
			}
		}
		switch invalid.Reason {
		case x509.Expired:
			v.Code = certExpired
			if invalid.Cert != nil && now.Before(invalid.Cert.NotBefore) {
				v.Code = certNotYet
			}
		case x509.IncompatibleUsage:
			v.Code = certBadPurpose
		}
	case errors.As(err, &unknown):
		last := chain[len(chain)-1]
		self := selfIssued(last)
		switch {
		case self && len(chain) == 1:
			v.Code = certSelfSigned
		case self:
			v.Code, v.Depth = certRootUnknown, len(chain)-1
		default:
			v.Code, v.Depth = certIssuer, len(chain)-1
		}
	}
	return v
}

// Ignored tells whether the bind line lets a bad certificate pass.
func (t *TLS) Ignored(e *VerifyError) bool {
	if e.Depth == 0 {
		return t.IgnoreCert.Has(e.Code)
	}
	return t.IgnoreCA.Has(e.Code)
}

// connect makes Conf one for connections to a server.
func (t *TLS) connect() {
	c := t.Conf
	c.InsecureSkipVerify = true // HAProxy verifies in its own way: the chain, and a name only where one is known
	c.NextProtos = t.ALPN
	if !t.NoReuse {
		c.ClientSessionCache = tls.NewLRUClientSessionCache(16)
	}
	for _, one := range t.Certs {
		c.Certificates = append(c.Certificates, one.Pair)
	}
	if t.Verify == VerifyNone {
		return
	}
	c.VerifyConnection = func(s tls.ConnectionState) error {
		if e := t.verify(s.PeerCertificates, time.Now(), x509.ExtKeyUsageServerAuth); e != nil {
			return e
		}
		name := cmp.Or(s.ServerName, t.Host) // verifyhost is for where no SNI is sent
		if name == "" {
			return nil
		}
		return hostMatches(s.PeerCertificates[0], plainName(name))
	}
}

// hostMatches looks for a name among a certificate's DNS names, and among its common names where it has none.
func hostMatches(leaf *x509.Certificate, name string) error {
	names := certNames(leaf)
	if len(leaf.DNSNames) > 0 {
		names = names[:len(leaf.DNSNames)]
	}
	for _, n := range names {
		if n == name || n == wildcard(name) {
			return nil
		}
	}
	return fmt.Errorf("the certificate is not for %s", name)
}
