package config

import (
	"crypto/tls"
	"slices"
	"strings"
)

// opensslCipher is a cipher of TLS up to 1.2 by OpenSSL's name. Those without an ID are OpenSSL's alone: they may be named, and are
// then not offered.
type opensslCipher struct {
	name string
	id   uint16
	tags string // the words of OpenSSL's cipher lists (ciphers(1)) that mean it, among others
}

// opensslCiphers are what crypto/tls has, strongest first.
var opensslCiphers = []opensslCipher{
	{"ECDHE-ECDSA-AES256-GCM-SHA384", tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "HIGH ECDHE EECDH kECDHE kEECDH aECDSA ECDSA AES AES256 AESGCM SHA384 TLSv1.2"},
	{"ECDHE-RSA-AES256-GCM-SHA384", tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, "HIGH ECDHE EECDH kECDHE kEECDH aRSA RSA AES AES256 AESGCM SHA384 TLSv1.2"},
	{"ECDHE-ECDSA-CHACHA20-POLY1305", tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, "HIGH ECDHE EECDH kECDHE kEECDH aECDSA ECDSA CHACHA20 TLSv1.2"},
	{"ECDHE-RSA-CHACHA20-POLY1305", tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, "HIGH ECDHE EECDH kECDHE kEECDH aRSA RSA CHACHA20 TLSv1.2"},
	{"ECDHE-ECDSA-AES128-GCM-SHA256", tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "HIGH ECDHE EECDH kECDHE kEECDH aECDSA ECDSA AES AES128 AESGCM SHA256 TLSv1.2"},
	{"ECDHE-RSA-AES128-GCM-SHA256", tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "HIGH ECDHE EECDH kECDHE kEECDH aRSA RSA AES AES128 AESGCM SHA256 TLSv1.2"},
	{"ECDHE-ECDSA-AES128-SHA256", tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, "HIGH ECDHE EECDH kECDHE kEECDH aECDSA ECDSA AES AES128 SHA256 TLSv1.2"},
	{"ECDHE-RSA-AES128-SHA256", tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, "HIGH ECDHE EECDH kECDHE kEECDH aRSA RSA AES AES128 SHA256 TLSv1.2"},
	{"ECDHE-ECDSA-AES256-SHA", tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, "HIGH ECDHE EECDH kECDHE kEECDH aECDSA ECDSA AES AES256 SHA SHA1 TLSv1"},
	{"ECDHE-RSA-AES256-SHA", tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, "HIGH ECDHE EECDH kECDHE kEECDH aRSA RSA AES AES256 SHA SHA1 TLSv1"},
	{"ECDHE-ECDSA-AES128-SHA", tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, "HIGH ECDHE EECDH kECDHE kEECDH aECDSA ECDSA AES AES128 SHA SHA1 TLSv1"},
	{"ECDHE-RSA-AES128-SHA", tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, "HIGH ECDHE EECDH kECDHE kEECDH aRSA RSA AES AES128 SHA SHA1 TLSv1"},
	{"AES256-GCM-SHA384", tls.TLS_RSA_WITH_AES_256_GCM_SHA384, "HIGH kRSA aRSA RSA AES AES256 AESGCM SHA384 TLSv1.2"},
	{"AES128-GCM-SHA256", tls.TLS_RSA_WITH_AES_128_GCM_SHA256, "HIGH kRSA aRSA RSA AES AES128 AESGCM SHA256 TLSv1.2"},
	{"AES128-SHA256", tls.TLS_RSA_WITH_AES_128_CBC_SHA256, "HIGH kRSA aRSA RSA AES AES128 SHA256 TLSv1.2"},
	{"AES256-SHA", tls.TLS_RSA_WITH_AES_256_CBC_SHA, "HIGH kRSA aRSA RSA AES AES256 SHA SHA1 SSLv3"},
	{"AES128-SHA", tls.TLS_RSA_WITH_AES_128_CBC_SHA, "HIGH kRSA aRSA RSA AES AES128 SHA SHA1 SSLv3"},
}

// opensslOnly are names and words that OpenSSL knows and that mean nothing that crypto/tls has.
var opensslOnly = []string{
	"DHE-RSA-AES128-GCM-SHA256", "DHE-RSA-AES256-GCM-SHA384", "DHE-RSA-CHACHA20-POLY1305", "DHE-RSA-AES128-SHA256",
	"DHE-RSA-AES256-SHA256", "DHE-RSA-AES128-SHA", "DHE-RSA-AES256-SHA", "ECDHE-ECDSA-AES256-SHA384",
	"ECDHE-RSA-AES256-SHA384", "AES256-SHA256", "DES-CBC3-SHA", "ECDHE-RSA-DES-CBC3-SHA", "EDH-RSA-DES-CBC3-SHA",
	"DHE", "EDH", "kDHE", "kEDH", "DH", "aDSS", "DSS", "PSK", "kPSK", "aPSK", "SRP", "CAMELLIA", "SEED", "ARIA", "3DES",
	"ECDH", "AESCCM", "AESCCM8",
}

// ciphersOf reads a list in OpenSSL's language: names and words joined by colons, + between words that must all apply, ! and -
// to take out, @ for what changes the order. crypto/tls orders by itself. known: OpenSSL finds a cipher in the list.
func ciphersOf(list string) (ids []uint16, known bool) {
	chosen, banned := map[uint16]bool{}, map[uint16]bool{}
	for _, word := range strings.FieldsFunc(list, func(r rune) bool { return r == ':' || r == ',' || r == ' ' || r == ';' }) {
		if word[0] == '@' {
			continue
		}
		op := word[0]
		if op == '!' || op == '-' || op == '+' {
			word = word[1:]
		}
		match, real := ciphersLike(word)
		for _, id := range match {
			switch {
			case op == '!':
				banned[id] = true
			case op == '-':
				delete(chosen, id)
			case op != '+':
				chosen[id] = true
			}
		}
		known = known || real && op != '!' && op != '-' && op != '+'
	}
	for _, c := range opensslCiphers {
		if chosen[c.id] && !banned[c.id] {
			ids = append(ids, c.id)
		}
	}
	return ids, known
}

// ciphersLike gives the ciphers that a name or words joined by + mean; real: OpenSSL has some, too.
func ciphersLike(word string) (ids []uint16, real bool) {
	if slices.Contains(opensslOnly, word) {
		return nil, true
	}
	for _, c := range opensslCiphers {
		if c.name == word || c.hasAll(strings.Split(word, "+")) {
			ids = append(ids, c.id)
		}
	}
	return ids, len(ids) > 0
}

func (c *opensslCipher) hasAll(words []string) bool {
	for _, w := range words {
		if w != "ALL" && w != "DEFAULT" && w != "COMPLEMENTOFDEFAULT" && !slices.Contains(strings.Fields(c.tags), w) {
			return false
		}
	}
	return true
}

// CipherName gives OpenSSL's name for a cipher suite, which logs and samples show.
func CipherName(id uint16) string {
	for _, c := range opensslCiphers {
		if c.id == id {
			return c.name
		}
	}
	return tls.CipherSuiteName(id) // those of TLS 1.3 have the same name in both
}

// suites13 are the ciphersuites of TLS 1.3 that OpenSSL knows. crypto/tls always offers its own, which are the first three.
var suites13 = []string{
	"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256",
}

// suitesOf tells whether a list has only suites that there are, and whether it has all that crypto/tls offers: no other can be
// honoured.
func suitesOf(list string) (known, all bool) {
	names := strings.Split(list, ":")
	for _, name := range names {
		if !slices.Contains(suites13, name) {
			return false, false
		}
	}
	for _, name := range suites13[:3] {
		if !slices.Contains(names, name) {
			return true, false
		}
	}
	return true, true
}

// curveIDs are the groups by the names that OpenSSL has for them.
var curveIDs = map[string]tls.CurveID{
	"X25519": tls.X25519, "x25519": tls.X25519, "P-256": tls.CurveP256, "prime256v1": tls.CurveP256, "secp256r1": tls.CurveP256,
	"P-384": tls.CurveP384, "secp384r1": tls.CurveP384, "P-521": tls.CurveP521, "secp521r1": tls.CurveP521,
}

// opensslGroups are those that OpenSSL has and crypto/tls has not: they may be named, and are then not offered.
var opensslGroups = []string{"X448", "secp256k1", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1"}

// curvesOf reads a list of groups; known: OpenSSL has all of them.
func curvesOf(list string) (ids []tls.CurveID, known bool) {
	for _, name := range strings.Split(list, ":") {
		id, ok := curveIDs[name]
		switch {
		case ok:
			ids = append(ids, id)
		case !slices.Contains(opensslGroups, name):
			return nil, false
		}
	}
	return ids, true
}

// tlsVersions are the names of ssl-min-ver; crypto/tls begins at 1.0.
var tlsVersions = map[string]uint16{
	"SSLv3": tls.VersionTLS10 - 1, "TLSv1.0": tls.VersionTLS10, "TLSv1.1": tls.VersionTLS11, "TLSv1.2": tls.VersionTLS12, "TLSv1.3": tls.VersionTLS13,
}

// versionName is a version as the configuration names it.
func versionName(v uint16) string {
	for name, n := range tlsVersions {
		if n == v {
			return name
		}
	}
	return ""
}
