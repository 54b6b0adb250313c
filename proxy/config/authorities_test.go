package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// certFolder makes a folder with files of these names: "pair" has a certificate with its key, "cert" a certificate, others no block.
func certFolder(t *testing.T, files map[string]string) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "x"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	cert := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	pair := cert + string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
	dir := t.TempDir()
	for name, kind := range files {
		text, ok := map[string]string{"cert": cert, "pair": pair}[kind]
		if !ok {
			text = kind
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

// TestFoldersOfAuthoritiesAgainstHAProxy has folders with files of all sorts, and one whose name looks like a pattern.
func TestFoldersOfAuthoritiesAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	dir := certFolder(t, map[string]string{"x.pem": "pair", "good/a.crt": "cert", "good/b.pem": "junk", "other/ca.txt": "cert",
		"hidden/.ca.pem": "cert", "[1]/ca.cer": "cert", "junk/a.pem": "junk", "none.pem": ""})
	line := "bind :8001 ssl crt " + dir + "/x.pem verify required ca-file "
	for _, name := range []string{"good", "other", "hidden", "[1]", "junk", "none.pem", "nosuch", "x.pem"} {
		for _, lines := range []string{
			line + dir + "/" + name, line + dir + "/x.pem crl-file " + dir + "/" + name, line + dir + "/" + name + "; " + line + dir + "/" + name,
			"server t 127.0.0.1:1 ssl ca-file " + dir + "/" + name + "; server u 127.0.0.1:1 ssl ca-file " + dir + "/" + name,
		} {
			text := inSection("listen", lines)
			if got, want := verdict(text), ask(text); got != want {
				t.Errorf("%s:\n got %s\nwant %s", lines, got, want)
			}
		}
	}
}

// TestDefaultPathOfCertificatesAgainstHAProxy: what is read with the line counts from there, what is read at the end does not.
func TestDefaultPathOfCertificatesAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	dir := certFolder(t, map[string]string{"x.pem": "pair", "more/a.crt": "cert", "list": "x.pem x\n", "names": "x-a X-A\n"})
	for _, c := range [][2]string{
		{"listen", "bind :8001 ssl crt x.pem ca-file more"}, {"listen", "bind :8001 ssl crt-list list"}, {"listen", "bind :8001 ssl crt ."},
		{"listen", "server t 127.0.0.1:1 ssl ca-file x.pem"}, {"listen", "server t 127.0.0.1:1 ssl verify none crt x.pem"},
		{"global", "h1-case-adjust-file names"}, {"global", "httpclient.ssl.ca-file x.pem"},
	} {
		text := "global\n default-path origin " + dir + "\n" + inSection(c[0], c[1])
		if got, want := verdict(text), ask(text); got != want {
			t.Errorf("%s:\n got %s\nwant %s", c[1], got, want)
		}
	}
}
