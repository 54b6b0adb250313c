package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestExtraFiles has certificates whose keys lie beside them, and a bundle, under each way to look for such files.
func TestExtraFiles(t *testing.T) {
	ask := oracle(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	made := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"a"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, made, made, key.Public(), key)
	require.NoError(t, err)
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	crt, pkey := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})
	dir := t.TempDir()
	for name, text := range map[string][]byte{
		"long.crt": crt, "long.crt.key": pkey, "short.crt": crt, "short.key": pkey, "other.pem": crt, "other.pem.key": pkey,
		"lone.crt": crt, "bundle.ecdsa": append(crt[:len(crt):len(crt)], pkey...),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), text, 0o600))
	}
	for _, lines := range []string{
		"", "ssl-load-extra-files none", "ssl-load-extra-files key", "ssl-load-extra-files bundle", "ssl-load-extra-files none; ssl-load-extra-files all",
		"ssl-load-extra-del-ext", "ssl-load-extra-del-ext; ssl-load-extra-files none",
	} {
		for _, name := range []string{"long.crt", "short.crt", "other.pem", "lone.crt", "bundle", "bundle.ecdsa"} {
			text := inSection("global", lines) + "frontend f\n bind :8443 ssl crt " + filepath.Join(dir, name) + "\n"
			require.Equal(t, ask(text), verdict(text), "%s: %s", lines, name)
		}
	}
}
