package config

import (
	"crypto/tls"
	"crypto/x509"

	"simulacro/proxy/rules"
)

// TLS is what a bind or server line says of TLS (sections 5.1 and 5.2). Files are read while parsing, as HAProxy does:
// later the process may be in a chroot.
type TLS struct {
	On                   bool   // ssl
	Checks               bool   // of a server: check-ssl
	CheckSNI             string // of a server: check-sni
	CheckALPN            []string
	Certs                []*Cert
	MinVer               uint16 // 0: the default of section 3.1 applies
	MaxVer               uint16
	Ciphers              string // OpenSSL's list for versions up to 1.2; "": the default
	Suites               string // ciphersuites: names for 1.3
	Curves               string
	ALPN                 []string
	Verify               TLSVerify
	CAs                  *x509.CertPool   // ca-file
	caText               []byte           // what CAs was made of
	verifyCAs            *authorities     // ca-verify-file; nil: none
	CRLs                 *RevocationLists // crl-file; nil: none is asked
	Host                 string           // verifyhost
	SNI                  *rules.Expr      // sni; nil: none is sent
	Strict               bool             // strict-sni
	NoTickets            bool
	NoCANames            bool     // no-ca-names: clients are not told which authorities count
	NoReuse              bool     // no-ssl-reuse
	IgnoreCA, IgnoreCert ErrorSet // ca-ignore-err, crt-ignore-err

	Conf  *tls.Config // made of the above once all files are read; nil: no TLS
	asked bool        // by a rule of the server's checks
	ready bool        // default-server has it on: where the server has it off, an operator may turn it on
	off   versionSet  // by no-sslv3 and its like
	ecdhe string      // the older word for one curve

	trusted  *x509.CertPool // CAs and verifyCAs
	certFile string         // of a server: what it shows, not read yet
	sni      string         // of a server: the expression, not read yet
}

// TLSVerify is `verify`.
type TLSVerify int

// The ways to verify the other end's certificate. The zero value is the place's own default.
const (
	VerifyDefault TLSVerify = iota
	VerifyNone
	VerifyOptional
	VerifyRequired
)

// ErrorSet are numbers of OpenSSL's verification errors.
type ErrorSet struct {
	all  bool
	some map[int]bool
}

// Has tells whether an error is to be ignored.
func (s ErrorSet) Has(code int) bool { return s.all || s.some[code] }

// clone makes a copy that other lines do not share; nil stays nil.
func (t *TLS) clone() *TLS {
	if t == nil {
		return nil
	}
	one := *t
	return &one
}

func (s *serverBase) tls() *TLS {
	if s.TLS == nil {
		s.TLS = &TLS{}
	}
	return s.TLS
}

func (b *Bind) tls() *TLS {
	if b.TLS == nil {
		b.TLS = &TLS{}
	}
	return b.TLS
}

// wants tells whether any TLS configuration has to be made.
func (t *TLS) wants() bool { return t != nil && (t.On || t.Checks || t.asked || t.ready) }
