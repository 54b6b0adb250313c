package config

import (
	"strconv"
	"strings"
)

// bindTLSKeywords are those of section 5.1 that are about TLS.
var bindTLSKeywords = map[string]bindKeyword{
	"ssl":            {0, func(_ *parser, b *Bind, _, _ string) error { b.tls().On = true; return nil }},
	"crt":            {1, bindCrt},
	"strict-sni":     {0, func(_ *parser, b *Bind, _, _ string) error { b.tls().Strict = true; return nil }},
	"alpn":           {1, func(_ *parser, b *Bind, n, v string) error { return tlsALPN(&b.tls().ALPN, n, v) }},
	"ciphers":        {1, func(_ *parser, b *Bind, n, v string) error { return tlsText(&b.tls().Ciphers, n, v, "cipher suite") }},
	"ciphersuites":   {1, func(_ *parser, b *Bind, n, v string) error { return tlsText(&b.tls().Suites, n, v, "cipher suite") }},
	"curves":         {1, func(_ *parser, b *Bind, n, v string) error { return tlsText(&b.tls().Curves, n, v, "curve suite") }},
	"ecdhe":          {1, func(_ *parser, b *Bind, n, v string) error { return tlsText(&b.tls().ecdhe, n, v, "named curve") }},
	"verify":         {1, bindVerify},
	"ca-file":        {1, bindCAFile},
	"ca-verify-file": {1, bindCAVerifyFile},
	"crl-file":       {1, bindCRLFile},
	"ca-ignore-err":  {1, func(_ *parser, b *Bind, n, v string) error { return tlsErrors(&b.tls().IgnoreCA, n, v) }},
	"crt-ignore-err": {1, func(_ *parser, b *Bind, n, v string) error { return tlsErrors(&b.tls().IgnoreCert, n, v) }},
	"ssl-min-ver":    {1, func(_ *parser, b *Bind, n, v string) error { return tlsVersion(&b.tls().MinVer, n, v) }},
	"ssl-max-ver":    {1, func(_ *parser, b *Bind, n, v string) error { return tlsVersion(&b.tls().MaxVer, n, v) }},
	"no-tls-tickets": {0, func(_ *parser, b *Bind, _, _ string) error { b.tls().NoTickets = true; return nil }},
	"no-ca-names":    {0, func(_ *parser, b *Bind, _, _ string) error { b.tls().NoCANames = true; return nil }},
	"force-sslv3":    {0, bindForce}, "force-tlsv10": {0, bindForce}, "force-tlsv11": {0, bindForce},
	"force-tlsv12": {0, bindForce}, "force-tlsv13": {0, bindForce},
	"no-sslv3": {0, bindNo}, "no-tlsv10": {0, bindNo}, "no-tlsv11": {0, bindNo}, "no-tlsv12": {0, bindNo}, "no-tlsv13": {0, bindNo},
	"prefer-client-ciphers": {0, nil}, // crypto/tls orders by what both have in hardware
}

func bindCrt(p *parser, b *Bind, name, value string) error {
	if value == "" {
		return sayf("'%s' : missing certificate location", name)
	}
	certs, err := p.loadCerts(value)
	if err != nil {
		return err
	}
	b.tls().Certs = append(b.tls().Certs, certs...)
	return nil
}

func bindVerify(_ *parser, b *Bind, name, value string) error {
	switch value {
	case "":
		return sayf("'%s' : missing verify method", name)
	case "none":
		b.tls().Verify = VerifyNone
	case "optional":
		b.tls().Verify = VerifyOptional
	case "required":
		b.tls().Verify = VerifyRequired
	default:
		return sayf("'%s' : unknown verify method '%s', only 'none', 'optional', and 'required' are supported\n", name, value)
	}
	return nil
}

func bindCAFile(p *parser, b *Bind, name, value string) error {
	a, err := p.tlsAuthorities(name, value, "CAfile")
	if err == nil {
		b.tls().CAs, b.tls().caText = a.pool, a.text
	}
	return err
}

// bindCAVerifyFile reads authorities that clients are not told of.
func bindCAVerifyFile(p *parser, b *Bind, name, value string) error {
	a, err := p.tlsAuthorities(name, value, "CAfile")
	if err == nil {
		b.tls().verifyCAs = &a
	}
	return err
}

func bindCRLFile(p *parser, b *Bind, name, value string) error {
	a, err := p.tlsAuthorities(name, value, "CRLfile")
	if err == nil {
		b.tls().CRLs = &RevocationLists{a.crls}
	}
	return err
}

// tlsAuthorities reads what ca-file and its like name, of a bind or a server.
func (p *parser) tlsAuthorities(name, value, what string) (authorities, error) {
	if value == "" {
		return authorities{}, sayf("'%s' : missing %s path", name, what)
	}
	file := below(p.cfg.Global.CABase, value)
	a, err := p.loadCAs(file)
	if err != nil {
		p.remark("%s%s", p.takeContext(), strings.TrimSuffix(err.Error(), "\n"))
		return a, sayf("'%s' : unable to load %s", name, file)
	}
	return a, nil
}

// bindForce allows one version only.
func bindForce(_ *parser, b *Bind, name, _ string) error {
	b.tls().MinVer, b.tls().MaxVer = versionIn(name), versionIn(name)
	return nil
}

// bindNo is one of those that ssl-min-ver has replaced.
func bindNo(_ *parser, b *Bind, name, _ string) error { b.tls().without(name); return nil }

// versionIn reads the version in a keyword: force-tlsv12, no-sslv3; 0: there is none.
func versionIn(name string) uint16 {
	_, v, _ := strings.Cut(name, "-")
	if digit, ok := strings.CutPrefix(v, "tlsv1"); ok {
		return tlsVersions["TLSv1."+digit]
	}
	if v == "sslv3" {
		return tlsVersions["SSLv3"]
	}
	return 0
}

// versionSet are versions of TLS, one bit each.
type versionSet uint8

func (s versionSet) has(v uint16) bool { return s>>(v-tlsVersions["SSLv3"])&1 != 0 }

// without takes one version out: no-tlsv10 and its like.
func (t *TLS) without(name string) { t.off |= 1 << (versionIn(name) - tlsVersions["SSLv3"]) }

func tlsText(to *string, name, value, what string) error {
	if value == "" {
		return sayf("'%s' : missing %s", name, what)
	}
	*to = value
	return nil
}

func tlsALPN(to *[]string, name, value string) error {
	if value == "" {
		return sayf("'%s' : missing the comma-delimited ALPN protocol suite", name)
	}
	*to = nil
	for _, protocol := range strings.Split(value, ",") {
		switch {
		case len(protocol) > 255:
			return sayf("'%s' : ALPN protocol name too long : '%s'", name, protocol)
		case protocol != "":
			*to = append(*to, protocol)
		}
	}
	return nil
}

func tlsVersion(to *uint16, name, value string) error {
	if value == "" {
		return sayf("'%s' : missing the ssl/tls version", name)
	}
	v, ok := tlsVersions[value]
	if !ok {
		return sayf("'%s' : unknown ssl/tls version", value)
	}
	*to = v
	return nil
}

// maxVerifyError is the last of OpenSSL's numbers for what is wrong with a certificate.
const maxVerifyError = 94

func tlsErrors(set *ErrorSet, name, value string) error {
	if value == "" {
		return sayf("'%s' : missing error IDs list", name)
	}
	if value == "all" {
		set.all = true
		return nil
	}
	set.some = map[int]bool{}
	for _, word := range strings.Split(value, ",") {
		n, err := strconv.Atoi(word)
		if err != nil {
			n = 0
		}
		if n < 1 || n > maxVerifyError {
			return sayf("'%s' : ID '%d' out of range (1..%d) in error IDs list '%s'", name, n, maxVerifyError, value)
		}
		set.some[n] = true
	}
	return nil
}
