package config

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Cert is a certificate with its key and the names that it is for.
type Cert struct {
	Pair  tls.Certificate
	Names []string // lower case: common names and DNS names, or a crt-list's, wildcards as they are
	Not   []string // names that a wildcard among Names does not mean
	Own   *TLS     // a crt-list's settings for this one; nil: those of the bind line
}

// bundled are the suffixes of a certificate's versions by kind of key (section 3.1, "ssl-load-extra-files").
var bundled = []string{".rsa", ".dsa", ".ecdsa"}

// bundled gives those that are looked for.
func (p *parser) bundled() []string {
	if p.extra.noBundle {
		return nil
	}
	return bundled
}

// certFiles gives the files that a `crt` names: one, a directory's in the order of their names, or a bundle's.
func (p *parser) certFiles(name string) ([]string, error) {
	info, err := os.Stat(p.path(name))
	if err != nil {
		var files []string
		for _, suffix := range p.bundled() {
			if _, e := os.Stat(p.path(name + suffix)); e == nil {
				files = append(files, name+suffix)
			}
		}
		if files == nil {
			return nil, sayf("unable to stat SSL certificate from file '%s' : %s.\n", name, errnoText(err))
		}
		return files, nil
	}
	if !info.IsDir() {
		return []string{name}, nil
	}
	entries, err := os.ReadDir(p.path(name))
	if err != nil {
		return nil, sayf("unable to scan directory '%s' : %s.\n", name, errnoText(err))
	}
	var files []string
	for _, e := range entries {
		path := name + "/" + e.Name()
		if i, err := os.Stat(p.path(path)); err == nil && i.Mode().IsRegular() && !besideCert(e.Name()) {
			files = append(files, path)
		}
	}
	return files, nil
}

// besideCert tells whether a directory's file only accompanies a certificate.
func besideCert(name string) bool {
	switch filepath.Ext(name) {
	case ".issuer", ".ocsp", ".sctl", ".key":
		return true
	}
	return strings.HasPrefix(name, ".")
}

// loadCerts reads what a `crt` names.
func (p *parser) loadCerts(name string) ([]*Cert, error) {
	files, err := p.certFiles(below(p.cfg.Global.CrtBase, name))
	if err != nil {
		return nil, err
	}
	var certs []*Cert
	for _, f := range files {
		c, err := p.loadCert(f)
		if err != nil {
			return nil, err
		}
		certs = append(certs, c)
	}
	return certs, nil
}

// loadCert reads a certificate, its chain and its key from one file, or the key from the file beside it.
func (p *parser) loadCert(name string) (*Cert, error) {
	text, err := p.readFile(name)
	switch {
	case errors.Is(err, syscall.EISDIR): // HAProxy has stat's own verdict
		return nil, sayf("unable to stat SSL certificate from file '%s' : Success.\n", name)
	case err != nil:
		return nil, sayf("unable to stat SSL certificate from file '%s' : %s.\n", name, errnoText(err))
	}
	chain, key := pemParts(text)
	beside, looked := p.extra.keyFile(name)
	if key == nil && len(chain) > 0 && looked {
		extra, err := p.readFile(beside)
		if err == nil {
			_, key = pemParts(extra)
		}
	}
	switch {
	case len(chain) == 0:
		return nil, sayf("unable to load certificate from file '%s'.\n", name)
	case key == nil:
		return nil, sayf("No Private Key found in '%s'.\n", beside)
	}
	leaf, err := x509.ParseCertificate(chain[0].Bytes)
	if err != nil {
		return nil, sayf("unable to load certificate from file '%s'.\n", name)
	}
	var all []byte
	for _, b := range chain {
		all = append(all, pem.EncodeToMemory(b)...)
	}
	pair, err := tls.X509KeyPair(all, pem.EncodeToMemory(key))
	if err != nil {
		return nil, sayf("inconsistencies between private key and certificate loaded '%s'.\n", name)
	}
	pair.Leaf = leaf
	return &Cert{Pair: pair, Names: certNames(leaf)}, nil
}

// pemBlocks gives the blocks of a file, whatever stands between them.
func pemBlocks(text []byte) iter.Seq[*pem.Block] {
	return func(yield func(*pem.Block) bool) {
		for b, rest := pem.Decode(text); b != nil && yield(b); b, rest = pem.Decode(rest) {
		}
	}
}

// pemParts finds the certificates and the first private key; what else there is (DH parameters) is passed over.
func pemParts(text []byte) (chain []*pem.Block, key *pem.Block) {
	for b := range pemBlocks(text) {
		switch {
		case b.Type == "CERTIFICATE" || b.Type == "X509 CERTIFICATE" || b.Type == "TRUSTED CERTIFICATE":
			chain = append(chain, b)
		case strings.HasSuffix(b.Type, "PRIVATE KEY") && key == nil && b.Headers["DEK-Info"] == "" && b.Type != "ENCRYPTED PRIVATE KEY":
			key = b
		}
	}
	return chain, key
}

func certNames(leaf *x509.Certificate) []string {
	var names []string
	for _, n := range leaf.DNSNames {
		names = append(names, strings.ToLower(n))
	}
	for _, n := range leaf.Subject.Names {
		if s, ok := n.Value.(string); ok && n.Type.String() == "2.5.4.3" {
			names = append(names, strings.ToLower(s))
		}
	}
	return names
}

// below puts a base directory before a relative path (crt-base, ca-base).
func below(base, name string) string {
	if base == "" || strings.HasPrefix(name, "/") || strings.HasPrefix(name, "@") {
		return name
	}
	return base + "/" + name
}
