package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// maxCrtLine is how long a line of a crt-list may be.
const maxCrtLine = 65535

// crtListWords are the settings of a bind line that a certificate may have for itself.
var crtListWords = []string{
	"allow-0rtt", "alpn", "ca-file", "ca-verify-file", "ciphers", "ciphersuites", "crl-file", "curves", "ecdhe", "no-ca-names", "npn",
	"ssl-max-ver", "ssl-min-ver", "verify",
}

// crtLine is a line of a crt-list (section 5.1, "crt-list"): a certificate, its settings between brackets, and the names that it is for.
type crtLine struct {
	file     string
	settings []string
	names    []string
	odd      bool // there are words before the settings
}

func bindCrtList(p *parser, b *Bind, name, value string) error {
	if value == "" {
		return sayf("'%s' : missing certificate location", name)
	}
	text, err := p.readFile(value)
	if err != nil {
		return sayf("'%s' : cannot open file '%s' : %s", name, value, errnoText(err))
	}
	for n, rest := 1, string(text); rest != ""; n++ {
		line, after, ended := strings.Cut(rest, "\n")
		at := fmt.Sprintf("parsing [%s:%d]: ", value, n)
		switch {
		case len(line) >= maxCrtLine:
			return sayf("'%s' : %sline too long, limit is %d characters", name, at, maxCrtLine)
		case !ended:
			return sayf("'%s' : %sMissing LF on last line, file might have been truncated at position %d.", name, at, len(line)+1)
		}
		rest = after
		if line == "" || line[0] == '#' || line[0] == '\r' {
			continue
		}
		if err := p.crtListLine(b, line, at); err != nil {
			return sayf("'%s' : %s", name, err)
		}
	}
	return nil
}

// crtListLine adds what one line says; at begins its messages.
func (p *parser) crtListLine(b *Bind, line, at string) error {
	l, fault := splitCrtLine(line)
	switch {
	case fault != "":
		return said(at + fault)
	case l.file == "":
		return nil
	case l.odd:
		p.warnBind(b, "'crt-list' : %smalformated line, filters can't be between filename and options!", at)
	}
	own, err := p.crtSettings(l.settings, at)
	if err != nil {
		return err
	}
	certs, err := p.loadCerts(l.file)
	if err != nil {
		return err
	}
	for _, c := range certs {
		c.Own = own
		c.only(l.names)
		b.tls().Certs = append(b.tls().Certs, c)
	}
	return nil
}

// splitCrtLine takes a line apart.
func splitCrtLine(line string) (l crtLine, fault string) {
	spaced := strings.NewReplacer("[", " [ ", "]", " ] ").Replace(line)
	var before, inside, after []string
	to := &before
	for _, word := range strings.Fields(spaced) {
		switch word {
		case "[":
			switch {
			case to != &before:
				return l, "too many '['"
			case len(before) == 0:
				return l, "file must start with a cert"
			}
			to = &inside
		case "]":
			switch to {
			case &after:
				return l, "too many ']'"
			case &before:
				return l, "missing '['"
			}
			to = &after
		default:
			*to = append(*to, word)
		}
	}
	if len(before) == 0 {
		return l, ""
	}
	l.file, l.settings, l.names = before[0], inside, after
	switch {
	case to == &inside: // never closed: all of it is names
		l.settings, l.names = nil, append(before[1:], inside...)
	case to == &before:
		l.names = before[1:]
	default:
		l.odd = len(before) > 1
	}
	return l, ""
}

// crtSettings reads the settings of a certificate; nil: it has none.
func (p *parser) crtSettings(w words, at string) (*TLS, error) {
	if len(w) == 0 {
		return nil, nil
	}
	one := Bind{TLS: &TLS{}}
	for i := 0; i < len(w); {
		k, ok := bindTLSKeywords[w[i]]
		switch {
		case !slices.Contains(crtListWords, w[i]):
			return nil, said(at + "unknown ssl keyword " + w[i])
		case !ok:
			return nil, sayf("'%s' is not supported by this director", w[i])
		case i+k.args >= len(w):
			return nil, said(at + "ssl args out of '[]' for " + w[i])
		}
		if err := k.set(p, &one, w[i], w.at(i+1)); err != nil {
			return nil, said(strings.TrimRight(err.Error(), "\n"))
		}
		i += 1 + k.args
	}
	return one.TLS, nil
}

// only replaces a certificate's own names by those of a list: *.name for a name's hosts, !name for one of these that it is not for.
// A star alone is no name: the certificate answers where no other does, if it is the first.
func (c *Cert) only(names []string) {
	if len(names) == 0 {
		return
	}
	c.Names = nil
	for _, n := range names {
		n = strings.ToLower(n)
		not, excluded := strings.CutPrefix(n, "!")
		switch {
		case n == "*" || strings.HasPrefix(n, "!*"):
		case excluded:
			c.Not = append(c.Not, not)
		default:
			c.Names = append(c.Names, n)
		}
	}
}

// complete fills what a certificate's own settings do not say from its bind line's.
func (t *TLS) complete(line *TLS) {
	t.inherit(line)
	t.NoCANames = t.NoCANames || line.NoCANames
	t.IgnoreCA, t.IgnoreCert = line.IgnoreCA, line.IgnoreCert
	t.Verify, t.ecdhe = cmp.Or(t.Verify, line.Verify), cmp.Or(t.ecdhe, line.ecdhe)
	t.verifyCAs, t.CRLs = cmp.Or(t.verifyCAs, line.verifyCAs), cmp.Or(t.CRLs, line.CRLs)
	if t.CAs == nil {
		t.CAs, t.caText = line.CAs, line.caText
	}
	if t.ALPN == nil {
		t.ALPN = line.ALPN
	}
}
