package config

import "simulacro/proxy/rules"

// serverTLSKeywords are those of section 5.2 that are about TLS.
var serverTLSKeywords = map[string]serverKeyword{
	"ssl":            toggles(func(s *serverBase) { s.tls().On = true }),
	"no-ssl":         toggles(func(s *serverBase) { s.tls().On = false }),
	"check-ssl":      toggles(func(s *serverBase) { s.tls().Checks = true }),
	"no-check-ssl":   toggles(func(s *serverBase) { s.tls().Checks = false }),
	"ssl-reuse":      toggles(func(s *serverBase) { s.tls().NoReuse = false }),
	"no-ssl-reuse":   toggles(func(s *serverBase) { s.tls().NoReuse = true }),
	"tls-tickets":    toggles(func(s *serverBase) { s.tls().NoTickets = false }),
	"no-tls-tickets": toggles(func(s *serverBase) { s.tls().NoTickets = true }),
	"verify":         {1, serverVerify},
	"verifyhost": {1, func(_ *parser, s *serverBase, n, v string) error {
		return tlsText(&s.tls().Host, n, v, "hostname to verify against")
	}},
	"ca-file":    {1, serverCAFile},
	"crl-file":   {1, serverCRLFile},
	"crt":        {1, serverCrt},
	"sni":        {1, serverSNI},
	"check-sni":  {1, func(_ *parser, s *serverBase, n, v string) error { return tlsText(&s.tls().CheckSNI, n, v, "SNI") }},
	"alpn":       {1, func(_ *parser, s *serverBase, n, v string) error { return tlsALPN(&s.tls().ALPN, n, v) }},
	"check-alpn": {1, func(_ *parser, s *serverBase, n, v string) error { return tlsALPN(&s.tls().CheckALPN, n, v) }},
	"ciphers": {1, func(_ *parser, s *serverBase, n, v string) error {
		return tlsText(&s.tls().Ciphers, n, v, "cipher suite")
	}},
	"ciphersuites": {1, func(_ *parser, s *serverBase, n, v string) error {
		return tlsText(&s.tls().Suites, n, v, "cipher suite")
	}},
	"ssl-min-ver": {1, func(_ *parser, s *serverBase, n, v string) error { return tlsVersion(&s.tls().MinVer, n, v) }},
	"ssl-max-ver": {1, func(_ *parser, s *serverBase, n, v string) error { return tlsVersion(&s.tls().MaxVer, n, v) }},
	"force-sslv3": {0, serverForce}, "force-tlsv10": {0, serverForce}, "force-tlsv11": {0, serverForce},
	"force-tlsv12": {0, serverForce}, "force-tlsv13": {0, serverForce},
	"no-sslv3": {0, serverNo}, "no-tlsv10": {0, serverNo}, "no-tlsv11": {0, serverNo}, "no-tlsv12": {0, serverNo}, "no-tlsv13": {0, serverNo},
}

func serverVerify(_ *parser, s *serverBase, name, value string) error {
	switch value {
	case "":
		return sayf("'%s' : missing verify method", name)
	case "none":
		s.tls().Verify = VerifyNone
	case "required":
		s.tls().Verify = VerifyRequired
	default:
		return sayf("'%s' : unknown verify method '%s', only 'none' and 'required' are supported", name, value)
	}
	return nil
}

func serverCAFile(p *parser, s *serverBase, name, value string) error {
	a, err := p.tlsAuthorities(name, value, "CAfile")
	if err == nil {
		s.tls().CAs, s.tls().caText = a.pool, a.text
	}
	return err
}

func serverCRLFile(p *parser, s *serverBase, name, value string) error {
	a, err := p.tlsAuthorities(name, value, "CRLfile")
	if err == nil {
		s.tls().CRLs = &RevocationLists{a.crls}
	}
	return err
}

// serverCrt notes a file that is read once it is known that the server speaks TLS.
func serverCrt(p *parser, s *serverBase, name, value string) error {
	if value == "" {
		return sayf("'%s' : missing certificate file path", name)
	}
	s.tls().certFile = below(p.cfg.Global.CrtBase, value)
	return nil
}

// serverSNI notes an expression that is read for each server: it may stand in a default-server line.
func serverSNI(_ *parser, s *serverBase, name, value string) error {
	if value == "" {
		return sayf("'%s' : missing sni expression", name)
	}
	s.tls().sni = value
	return nil
}

// readSNI reads the expression of `sni`.
func (s *serverBase) readSNI() error {
	if s.TLS == nil || s.TLS.sni == "" {
		return nil
	}
	e, err := rules.ParseExpr(nil, s.TLS.sni)
	if err != nil {
		return &plainError{"error detected while parsing sni expression : " + err.Error()}
	}
	if e.NeedsResponse() {
		return &plainError{"error detected while parsing sni expression :  fetch method '" + s.TLS.sni +
			"' extracts information from 'HTTP response headers', none of which is available here."}
	}
	s.tls().SNI = e
	return nil
}

func serverForce(_ *parser, s *serverBase, name, _ string) error {
	s.tls().MinVer, s.tls().MaxVer = versionIn(name), versionIn(name)
	return nil
}

func serverNo(_ *parser, s *serverBase, name, _ string) error { s.tls().without(name); return nil }
