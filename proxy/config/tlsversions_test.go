package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestVersionsSwitchedOff asks what remains of TLS when versions are switched off one by one. The bounds are what HAProxy 2.6.12 was
// seen to accept with its library's own limits lifted: TLS 1.2 stays the least where only older ones are switched off, and bounds
// that stand beside make it ignore the switches.
func TestVersionsSwitchedOff(t *testing.T) {
	crt := certificate(t)
	for _, c := range []struct {
		global, bind string
		least, most  uint16 // 0: as the library has it
	}{
		{"", "no-sslv3", tls.VersionTLS12, tls.VersionTLS13},
		{"no-sslv3", "", tls.VersionTLS12, tls.VersionTLS13},
		{"", "no-sslv3 no-tlsv10 no-tlsv11", tls.VersionTLS12, tls.VersionTLS13},
		{"", "no-tlsv12", tls.VersionTLS13, tls.VersionTLS13},
		{"no-tlsv13", "no-sslv3", tls.VersionTLS12, tls.VersionTLS12},
		{"ssl-min-ver TLSv1.2", "no-tlsv13", tls.VersionTLS12, 0},
		{"", "force-tlsv12 no-tlsv12", tls.VersionTLS12, tls.VersionTLS12},
		{"ssl-min-ver TLSv1.0", "no-tlsv10", tls.VersionTLS10, 0},
	} {
		global := "global\n"
		if c.global != "" {
			global += " ssl-default-bind-options " + c.global + "\n"
		}
		cfg, rep := ParseText("c", global+head+"listen f\n bind :443 ssl crt "+crt+" "+c.bind+"\n server s 127.0.0.1:1\n", testOptions())
		require.False(t, rep.Fatal, rep)
		got := cfg.Proxies[0].Binds[0].TLS.Conf
		require.Equal(t, [2]uint16{c.least, c.most}, [2]uint16{got.MinVersion, got.MaxVersion}, "%+v", c)
	}
}

// TestServersForceVersions asks for the bounds that force-tlsv12 and its like give a server.
func TestServersForceVersions(t *testing.T) {
	for word, v := range map[string]uint16{"force-tlsv12": tls.VersionTLS12, "force-tlsv13": tls.VersionTLS13} {
		cfg, rep := ParseText("c", head+"backend b\n server s 127.0.0.1:1 ssl verify none "+word+"\n", testOptions())
		require.False(t, rep.Fatal, rep)
		got := cfg.Proxies[0].Servers[0].TLS.Conf
		require.Equal(t, [2]uint16{v, v}, [2]uint16{got.MinVersion, got.MaxVersion}, word)
	}
}

// TestTLSLinesAgainstHAProxy compares what is said of bind and server lines whose settings of TLS do not fit together.
func TestTLSLinesAgainstHAProxy(t *testing.T) {
	ask := oracle(t)
	crt := "crt " + certificate(t)
	server := " server s 127.0.0.1:1 ssl verify none"
	for _, text := range []string{
		"listen f\n bind :443 ssl " + crt + " no-sslv3 no-tlsv10 no-tlsv11\n" + server + " no-sslv3\n",
		"listen f\n bind :443 ssl " + crt + " no-tlsv12 no-tlsv13\n" + server + "\n",
		"listen f\n bind :443 ssl " + crt + " no-sslv3 ssl-min-ver TLSv1.2\n" + server + " no-sslv3 ssl-max-ver TLSv1.3\n",
		"listen f\n bind *:443,:444 ssl verify required " + crt + "\n server s 127.0.0.1:1 ssl\n",
		"listen f\n bind *:443,:444 ssl\n" + server + " ciphers FOO\nlisten g\n bind [::]:447 ssl ciphers FOO " + crt + "\n server t 127.0.0.1:1 ssl\n",
		"listen f\n bind :443-445 ssl " + crt + " force-tlsv12 no-sslv3\n bind *:80 process 1\n" + server + " force-tlsv12 no-sslv3\n",
	} {
		if got, want := verdict(head+text), ask(head+text); got != want {
			t.Errorf("%s:\n got %s\nwant %s", text, got, want)
		}
	}
}

// certificate writes a self-signed certificate with its key and gives the file's name.
func certificate(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	c := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"www.example.test"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	require.NoError(t, err)
	secret, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret})...)
	name := filepath.Join(t.TempDir(), "site.pem")
	require.NoError(t, os.WriteFile(name, text, 0o600))
	return name
}
