package rules

import (
	"crypto/sha1"
	"slices"
	"strings"
	"time"
)

// TLS is what is known of a client's connection over TLS.
type TLS struct {
	Version, Cipher string // OpenSSL's names
	SNI, ALPN       string
	Resumed         bool
	Unique          []byte // of TLS up to 1.2 (RFC 5929, section 3)
	Client          *Cert  // nil: the client has shown none
	VerifyCode      int    // OpenSSL's number of the first fault of the client's certificate; 0: none
	CertCode        int    // the fault of the certificate itself
	CACode, CADepth int    // the fault of one that has signed it
}

// Cert is a certificate as samples show it.
type Cert struct {
	DER, Serial         []byte
	NotBefore, NotAfter time.Time
	Version             int
	Subject, Issuer     []Attribute
	SigAlg, KeyAlg      string
}

// Attribute is a part of a distinguished name.
type Attribute struct{ Name, Value string }

// cipherBits are the key sizes of ciphers by a part of their name: those used, and those that the algorithm has.
var cipherBits = []struct {
	part string
	bits int64
}{{"AES256", 256}, {"AES_256", 256}, {"CHACHA20", 256}, {"AES128", 128}, {"AES_128", 128}}

// onTLS makes a fetch that needs a connection over TLS.
func onTLS(name string, kind Kind, get func(t *TLS) (Value, bool)) fetch {
	return fetch{name: name, kind: kind, from: srcSession, get: func(tx *Tx, _ []arg) (Value, bool) {
		if tx.Session == nil || tx.Session.TLS == nil {
			return Value{}, false
		}
		return get(tx.Session.TLS)
	}}
}

// onCert makes a fetch that needs a client's certificate.
func onCert(name, sig string, kind Kind, get func(c *Cert, a []arg) (Value, bool)) fetch {
	return fetch{name: name, sig: sig, kind: kind, from: srcSession, get: func(tx *Tx, a []arg) (Value, bool) {
		if tx.Session == nil || tx.Session.TLS == nil || tx.Session.TLS.Client == nil {
			return Value{}, false
		}
		return get(tx.Session.TLS.Client, a)
	}}
}

// flagTLS makes a fetch that is false without TLS.
func flagTLS(name string, get func(t *TLS) bool) fetch {
	return fetch{name: name, kind: Bool, from: srcSession, get: func(tx *Tx, _ []arg) (Value, bool) {
		return boolean(tx.Session != nil && tx.Session.TLS != nil && get(tx.Session.TLS)), true
	}}
}

func some(s string) (Value, bool) { return Text(s), s != "" }

func binary(b []byte) (Value, bool) { return Value{Kind: Bin, Str: string(b)}, len(b) > 0 }

// tlsFetches are those of section 7.3.4 about TLS.
func tlsFetches() []fetch {
	list := []fetch{
		flagTLS("ssl_fc", func(*TLS) bool { return true }),
		onTLS("ssl_fc_has_crt", Bool, func(t *TLS) (Value, bool) { return boolean(t.Client != nil), true }),
		flagTLS("ssl_fc_has_sni", func(t *TLS) bool { return t.SNI != "" }),
		flagTLS("ssl_fc_has_early", func(*TLS) bool { return false }),
		flagTLS("ssl_fc_is_resumed", func(t *TLS) bool { return t.Resumed }),
		onTLS("ssl_fc_err", Int, func(*TLS) (Value, bool) { return integer(0), true }), // who gets here has ended its handshake
		onTLS("ssl_c_used", Bool, func(t *TLS) (Value, bool) { return boolean(t.Client != nil), true }),
		onTLS("ssl_fc_sni", Str, func(t *TLS) (Value, bool) { return some(t.SNI) }),
		onTLS("ssl_fc_alpn", Str, func(t *TLS) (Value, bool) { return some(t.ALPN) }),
		onTLS("ssl_fc_protocol", Str, func(t *TLS) (Value, bool) { return some(t.Version) }),
		onTLS("ssl_fc_cipher", Str, func(t *TLS) (Value, bool) { return some(t.Cipher) }),
		onTLS("ssl_fc_use_keysize", Int, func(t *TLS) (Value, bool) { return t.bits() }),
		onTLS("ssl_fc_alg_keysize", Int, func(t *TLS) (Value, bool) { return t.bits() }),
		onTLS("ssl_fc_unique_id", Bin, func(t *TLS) (Value, bool) { return binary(t.Unique) }),
		onTLS("ssl_c_verify", Int, func(t *TLS) (Value, bool) { return integer(t.VerifyCode), true }),
		onTLS("ssl_c_err", Int, func(t *TLS) (Value, bool) { return integer(t.CertCode), true }),
		onTLS("ssl_c_ca_err", Int, func(t *TLS) (Value, bool) { return integer(t.CACode), true }),
		onTLS("ssl_c_ca_err_depth", Int, func(t *TLS) (Value, bool) { return integer(t.CADepth), true }),
	}
	return append(list, certFetches()...)
}

func certFetches() []fetch {
	return []fetch{
		onCert("ssl_c_s_dn", "|sis", Str, func(c *Cert, a []arg) (Value, bool) { return distinguished(c.Subject, a) }).checked(checkDNFormat),
		onCert("ssl_c_i_dn", "|sis", Str, func(c *Cert, a []arg) (Value, bool) { return distinguished(c.Issuer, a) }).checked(checkDNFormat),
		onCert("ssl_c_serial", "", Bin, func(c *Cert, _ []arg) (Value, bool) { return binary(c.Serial) }),
		onCert("ssl_c_der", "", Bin, func(c *Cert, _ []arg) (Value, bool) { return binary(c.DER) }),
		onCert("ssl_c_sha1", "", Bin, func(c *Cert, _ []arg) (Value, bool) { sum := sha1.Sum(c.DER); return binary(sum[:]) }),
		onCert("ssl_c_version", "", Int, func(c *Cert, _ []arg) (Value, bool) { return integer(c.Version), true }),
		onCert("ssl_c_notbefore", "", Str, func(c *Cert, _ []arg) (Value, bool) { return certTime(c.NotBefore), true }),
		onCert("ssl_c_notafter", "", Str, func(c *Cert, _ []arg) (Value, bool) { return certTime(c.NotAfter), true }),
		onCert("ssl_c_sig_alg", "", Str, func(c *Cert, _ []arg) (Value, bool) { return some(c.SigAlg) }),
		onCert("ssl_c_key_alg", "", Str, func(c *Cert, _ []arg) (Value, bool) { return some(c.KeyAlg) }),
	}
}

func certTime(t time.Time) Value { return Text(t.UTC().Format("060102150405Z")) }

func (t *TLS) bits() (Value, bool) {
	for _, x := range cipherBits {
		if strings.Contains(t.Cipher, x.part) {
			return integer(x.bits), true
		}
	}
	return Value{}, false
}

// checked gives the fetch a check of its arguments.
func (f fetch) checked(check func(a []arg) error) fetch {
	f.check = check
	return f
}

func checkDNFormat(a []arg) error {
	if format := argText(a, 2, ""); format != "" && format != "rfc2253" {
		return sayf("only rfc2253 or a blank value are currently supported as the format argument.")
	}
	return nil
}

// dnText writes a name as text, its last part first (RFC 2253, section 2).
func dnText(name []Attribute) string {
	var parts []string
	for _, x := range slices.Backward(name) {
		var b strings.Builder
		for i := range len(x.Value) {
			switch c := x.Value[i]; {
			case c < 0x20 || c >= 0x7f:
				b.WriteString("\\" + hexText(x.Value[i:i+1]))
				continue
			case strings.IndexByte(",+\"\\<>;", c) >= 0, c == '#' && i == 0, c == ' ' && (i == 0 || i == len(x.Value)-1):
				b.WriteByte('\\')
			}
			b.WriteByte(x.Value[i])
		}
		parts = append(parts, x.Name+"="+b.String())
	}
	return strings.Join(parts, ",")
}

// distinguished shows a name whole, /C=…/CN=…, or one part of it: the n-th of its kind, from the end where n is negative.
func distinguished(name []Attribute, a []arg) (Value, bool) {
	if argText(a, 2, "") != "" && argText(a, 0, "") == "" {
		return some(dnText(name))
	}
	if len(a) == 0 || a[0].s == "" {
		var b strings.Builder
		for _, x := range name {
			b.WriteString("/" + x.Name + "=" + x.Value)
		}
		return some(b.String())
	}
	var found []string
	for _, x := range name {
		if x.Name == a[0].s {
			found = append(found, x.Value)
		}
	}
	n := int64(1)
	if len(a) > 1 && a[1].n != 0 {
		n = a[1].n
	}
	if n < 0 {
		n += int64(len(found)) + 1
	}
	if n < 1 || n > int64(len(found)) {
		return Value{}, false
	}
	return some(found[n-1])
}
