package config

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"slices"
)

// serve makes Conf one for a listener: the certificate is the one whose names fit what the client asks for, else the first, or none
// with strict-sni.
func (t *TLS) serve() {
	c := t.Conf
	switch t.Verify {
	case VerifyOptional:
		c.ClientAuth = tls.RequestClientCert
	case VerifyRequired:
		c.ClientAuth = tls.RequireAnyClientCert
	}
	if t.Verify > VerifyNone && !t.NoCANames {
		c.ClientCAs = t.CAs
	}
	c.GetConfigForClient = t.forClient
}

// forClient gives the configuration for one client: that of the certificate which fits what it asks for.
func (t *TLS) forClient(h *tls.ClientHelloInfo) (*tls.Config, error) {
	cert := t.choose(h)
	if cert != nil && cert.Own != nil {
		t = cert.Own
	}
	one := t.Conf.Clone()
	one.GetConfigForClient = nil
	one.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		if cert == nil {
			return nil, nil // crypto/tls answers "unrecognized name", as HAProxy does
		}
		return &cert.Pair, nil
	}
	// A client without a protocol in common goes on without one, where crypto/tls would end the handshake.
	for _, name := range t.ALPN {
		if slices.Contains(h.SupportedProtos, name) {
			one.NextProtos = []string{name}
			break
		}
	}
	if o, ok := h.Conn.(Observer); ok {
		if cert != nil {
			o.Chosen(cert.Pair.Leaf, t)
		}
		if t.Verify > VerifyNone {
			one.VerifyPeerCertificate = o.Verify
		}
	}
	return one, nil
}

// Observer is a connection that is told of its handshake.
type Observer interface {
	// Chosen is told which certificate the client gets, and the settings that come with it.
	Chosen(leaf *x509.Certificate, t *TLS)
	// Verify judges the client's certificate, as tls.Config.VerifyPeerCertificate does.
	Verify(raw [][]byte, chains [][]*x509.Certificate) error
}

// choose gives the certificate for a client; nil: none.
func (t *TLS) choose(h *tls.ClientHelloInfo) *Cert {
	if name := plainName(h.ServerName); name != "" {
		if c := t.named(name, h); c != nil {
			return c
		}
	}
	if t.Strict || len(t.Certs) == 0 {
		return nil
	}
	return t.Certs[0]
}

// named gives a certificate for a name. Of those that have it itself, and behind them those that have its wildcard, it is one that the
// client can use, of these one with a key on a curve.
func (t *TLS) named(name string, h *tls.ClientHelloInfo) *Cert {
	var first, usable *Cert
	hello := *h
	hello.ServerName = "" // a crt-list may give a certificate to names that it does not have
	for _, wanted := range []string{name, wildcard(name)} {
		for _, c := range t.Certs {
			if !slices.Contains(c.Names, wanted) || wanted != name && slices.Contains(c.Not, name) {
				continue
			}
			first = cmp.Or(first, c)
			if hello.SupportsCertificate(&c.Pair) != nil {
				continue
			}
			if c.Pair.Leaf.PublicKeyAlgorithm == x509.ECDSA {
				return c
			}
			usable = cmp.Or(usable, c)
		}
	}
	return cmp.Or(usable, first)
}
