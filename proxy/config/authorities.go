package config

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"slices"
)

// authorities are what a ca-file or crl-file holds.
type authorities struct {
	pool *x509.CertPool
	text []byte // what pool was made of; nil: it is the system's
	crls []*x509.RevocationList
}

// add takes what a file has, and tells whether there is anything in it.
func (a *authorities) add(text []byte) (found bool) {
	found = a.pool.AppendCertsFromPEM(text)
	for b := range pemBlocks(text) {
		if b.Type != "X509 CRL" {
			continue
		}
		if l, err := parseCRL(b.Bytes); err == nil {
			a.crls, found = append(a.crls, l), true
		}
	}
	a.text = append(append(a.text, text...), '\n')
	return found
}

// loadCAs reads a file or a folder of certificates that sign others and of lists of those that they have revoked; @system-ca is the
// system's set. What has been read serves all lines that name it.
func (p *parser) loadCAs(name string) (authorities, error) {
	if a, ok := p.cas[name]; ok {
		return a, nil
	}
	a, err := p.readCAs(name)
	if err == nil {
		p.cas[name] = a
	}
	return a, err
}

func (p *parser) readCAs(name string) (authorities, error) {
	a := authorities{pool: x509.NewCertPool()}
	if name == "@system-ca" {
		pool, err := x509.SystemCertPool()
		if err != nil {
			return a, sayf("Couldn't open the ca-file '%s' (%s).\n", name, err)
		}
		a.pool = pool
		return a, nil
	}
	info, err := os.Stat(p.path(name))
	if err == nil && info.IsDir() {
		err = p.addFolder(&a, name)
	} else if text, _ := p.readFile(name); err == nil && !a.add(text) {
		return a, sayf("Couldn't open the ca-file '%s' (no certificate or crl found).\n", name)
	}
	if err != nil {
		return a, sayf("Couldn't open the ca-file '%s' (%s).\n", name, errnoText(err))
	}
	return a, nil
}

// addFolder reads the files of a folder whose names tell of certificates or lists (section 5.1, "ca-file").
func (p *parser) addFolder(a *authorities, name string) error {
	entries, err := os.ReadDir(p.path(name))
	loaded := 0
	a.text = []byte{}
	for _, e := range entries {
		if e.Name()[0] == '.' || !slices.Contains([]string{".pem", ".crt", ".cer", ".crl"}, filepath.Ext(e.Name())) {
			continue
		}
		file := name + "/" + e.Name()
		if text, _ := p.readFile(file); !a.add(text) {
			p.warn("%sca-file: '%s' couldn't load '%s' (no start line)", p.takeContext(), name, file)
			continue
		}
		loaded++
	}
	if err == nil && loaded == 0 {
		p.warn("%sca-file: 0 CA were loaded from '%s'", p.takeContext(), name)
	}
	return err
}
