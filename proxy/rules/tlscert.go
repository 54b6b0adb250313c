package rules

import (
	"crypto/sha1"
	"slices"
	"strings"
	"time"
)

// peer is what the other end has shown; nil: nothing.
func (t *TLS) peer() *Cert {
	if t == nil {
		return nil
	}
	return t.Peer
}

// own is what the client was shown; nil: it is not known.
func (t *TLS) own() *Cert {
	if t == nil || t.Own == nil {
		return nil
	}
	return t.Own()
}

// certFetches are those of one certificate: a client's (ssl_c), what it was shown (ssl_f) or a server's (ssl_s).
func certFetches(side string, of func(tx *Tx) *Cert) []fetch {
	on := func(name, sig string, kind Kind, get func(c *Cert, a []arg) (Value, bool)) fetch {
		return fetch{name: side + name, sig: sig, kind: kind, from: srcSession, get: func(tx *Tx, a []arg) (Value, bool) {
			if c := of(tx); c != nil {
				return get(c, a)
			}
			return Value{}, false
		}}
	}
	return []fetch{
		on("_s_dn", "|sis", Str, func(c *Cert, a []arg) (Value, bool) { return distinguished(c.Subject, a) }).checked(checkDNFormat),
		on("_i_dn", "|sis", Str, func(c *Cert, a []arg) (Value, bool) { return distinguished(c.Issuer, a) }).checked(checkDNFormat),
		on("_serial", "", Bin, func(c *Cert, _ []arg) (Value, bool) { return binary(c.Serial) }),
		on("_der", "", Bin, func(c *Cert, _ []arg) (Value, bool) { return binary(c.DER) }),
		on("_sha1", "", Bin, func(c *Cert, _ []arg) (Value, bool) { sum := sha1.Sum(c.DER); return binary(sum[:]) }),
		on("_version", "", Int, func(c *Cert, _ []arg) (Value, bool) { return integer(c.Version), true }),
		on("_notbefore", "", Str, func(c *Cert, _ []arg) (Value, bool) { return certTime(c.NotBefore), true }),
		on("_notafter", "", Str, func(c *Cert, _ []arg) (Value, bool) { return certTime(c.NotAfter), true }),
		on("_sig_alg", "", Str, func(c *Cert, _ []arg) (Value, bool) { return some(c.SigAlg) }),
		on("_key_alg", "", Str, func(c *Cert, _ []arg) (Value, bool) { return some(c.KeyAlg) }),
	}
}

func certTime(t time.Time) Value { return Text(t.UTC().Format("060102150405Z")) }

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
	var b strings.Builder
	for n, x := range slices.Backward(name) {
		b.WriteString(x.Name + "=")
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
		switch {
		case x.Joined:
			b.WriteByte('+')
		case n > 0:
			b.WriteByte(',')
		}
	}
	return b.String()
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
