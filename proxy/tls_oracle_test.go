package proxy

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// shownPair makes a certificate of that name with its key, in a file and for use.
func shownPair(t *testing.T, dir, name string) (string, tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(4711), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{name},
		Subject: pkix.Name{CommonName: name, Organization: []string{"One", "Two"}, Country: []string{"ES"}},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})...)
	file := filepath.Join(dir, name+".pem")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	pair, err := tls.X509KeyPair(text, text)
	require.NoError(t, err)
	return file, pair
}

// certSamples are those of a certificate, and of no other side.
func certSamples(side string) (list []string) {
	for _, name := range []string{
		"der,hex", "sha1,hex", "notbefore", "notafter", "sig_alg", "key_alg", "version", "serial,hex", "s_dn", "s_dn(CN)", "s_dn(O,2)", "s_dn(O,-1)", "s_dn(O,3)", "s_dn(,0,rfc2253)",
		"i_dn", "i_dn(O)",
	} {
		list = append(list, side+"_"+name)
	}
	return list
}

// TestTLSSamplesAsHAProxy asks both programs what they know of a client that has shown a certificate, and of a server.
func TestTLSSamplesAsHAProxy(t *testing.T) {
	dir := t.TempDir()
	file, pair := shownPair(t, dir, "shop.test")
	_, client := shownPair(t, dir, "client.test")
	server := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })}
	conf := &tls.Config{Certificates: []tls.Certificate{pair}, MaxVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
		CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}}
	far, err := tls.Listen("tcp", "127.0.0.1:0", conf)
	require.NoError(t, err)
	go func() { _ = server.Serve(far) }()
	t.Cleanup(func() { _ = server.Close() })

	front := append(append(certSamples("ssl_f"), certSamples("ssl_c")...), "ssl_fc", "ssl_fc_protocol", "ssl_fc_cipher", "ssl_fc_alpn", "ssl_fc_npn", "ssl_fc_sni", "ssl_fc_use_keysize",
		"ssl_fc_alg_keysize", "ssl_fc_err", "ssl_fc_err_str", "ssl_c_chain_der,hex", "ssl_fc_has_crt", "ssl_fc_protocol_hello_id", "ssl_fc_cipherlist_bin,hex",
		"ssl_fc_cipherlist_bin(1),hex", "ssl_fc_cipherlist_hex", "ssl_fc_cipherlist_hex(1)", "ssl_fc_cipherlist_str", "ssl_fc_cipherlist_str(1)", "ssl_fc_cipherlist_xxh",
		"ssl_fc_extlist_bin,hex", "ssl_fc_eclist_bin,hex", "ssl_fc_eclist_bin(1),hex", "ssl_fc_ecformats_bin,hex", "ssl_bc", "ssl_bc_cipher", "ssl_s_der,hex")
	back := append(certSamples("ssl_s"), "ssl_bc", "ssl_bc_is_resumed", "ssl_bc_alpn", "ssl_bc_npn", "ssl_bc_protocol", "ssl_bc_cipher", "ssl_bc_use_keysize", "ssl_bc_alg_keysize", "ssl_bc_err",
		"ssl_bc_err_str", "ssl_s_chain_der,hex", "ssl_f_der,hex", "ssl_c_used", "ssl_fc_cipherlist_xxh")
	for _, limit := range []int{0, 12, 40, 200} {
		text := fmt.Sprintf("global\n  tune.ssl.capture-buffer-size %d\ndefaults\n  mode http\n  timeout connect 5s\n  timeout client 10s\n  timeout server 10s\n", limit) +
			"frontend f\n  bind %[1]s\n  default_backend b\nfrontend s\n  bind %[2]s ssl crt " + file + " alpn http/1.1 verify optional ca-file " + file + " crt-ignore-err all ca-ignore-err all\n" +
			strings.ReplaceAll(named(front, "http-response"), "%", "%%") + "  default_backend b\nbackend b\n" +
			strings.ReplaceAll(named(back, "http-response"), "%", "%%") + "  server s " + far.Addr().String() + " ssl verify none no-ssl-reuse alpn http/1.1\n"
		answers := map[string]http.Header{}
		for _, program := range []string{"haproxy", "ours"} {
			plain, secure := freeAddr(t), freeAddr(t)
			if whole := fmt.Sprintf(text, plain, secure); program == "haproxy" {
				startHAProxy(t, whole, plain)
			} else {
				start(t, whole)
			}
			answers[program+" plain"] = heard(t, dialTCP(t, plain))
			c, err := tls.Dial("tcp", secure, &tls.Config{InsecureSkipVerify: true, ServerName: "shop.test", MaxVersion: tls.VersionTLS12, Certificates: []tls.Certificate{client},
				CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_RSA_WITH_AES_128_CBC_SHA}, CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256}})
			require.NoError(t, err)
			answers[program+" secure"] = heard(t, c)
		}
		require.Equal(t, answers["haproxy plain"], answers["ours plain"], "limit %d", limit)
		require.Equal(t, answers["haproxy secure"], answers["ours secure"], "limit %d", limit)
	}
}

// named gives a rule for each sample: a field that has it, and is missing where the sample is.
func named(exprs []string, list string) string {
	var b strings.Builder
	for i, e := range exprs {
		fmt.Fprintf(&b, "  %s set-header x-%d-%s %s if { %s -m found }\n", list, i, strings.Map(fieldChar, e), quoted("[%["+e+"]]"), quoted(e))
	}
	return b.String()
}

func fieldChar(r rune) rune {
	if r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
		return r
	}
	return '-'
}

func dialTCP(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	return c
}

// heard asks once, and gives the fields that rules have made.
func heard(t *testing.T, c net.Conn) http.Header {
	t.Helper()
	defer c.Close()
	require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)))
	_, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
	require.NoError(t, err)
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	require.NoError(t, err)
	require.Equal(t, 204, res.StatusCode)
	for name := range res.Header {
		if !strings.HasPrefix(name, "X-") {
			delete(res.Header, name)
		}
	}
	return res.Header
}
