package engine

import (
	"bufio"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// revoke writes the authority's list of revoked certificates, and gives the file's name.
func (a *authority) revoke(name string, life time.Duration, revoked ...*x509.Certificate) string {
	a.t.Helper()
	list := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: time.Now().Add(-2 * time.Hour), NextUpdate: time.Now().Add(life)}
	for _, c := range revoked {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: c.SerialNumber, RevocationTime: time.Now()})
	}
	issuer := *a.cert
	issuer.KeyUsage = x509.KeyUsageCRLSign
	der, err := x509.CreateRevocationList(rand.Reader, list, &issuer, a.key)
	require.NoError(a.t, err)
	require.NoError(a.t, os.WriteFile(a.file(name), pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}), 0o600))
	return a.file(name)
}

func TestRevokedClientCertificates(t *testing.T) {
	a := newAuthority(t)
	a.issue("a.test", false, time.Hour)
	a.issue("good", false, time.Hour)
	gone, _ := a.issue("gone", false, time.Hour)
	list, old := a.revoke("list", time.Hour, gone), a.revoke("old", -time.Hour)
	bind := "bind 127.0.0.1:1 ssl verify required crt " + a.file("a.test") + " ca-file " + a.file("ca")
	for _, x := range []struct{ words, client, want string }{
		{"", "gone", "a.test,0"}, {" crl-file " + list, "good", "a.test,0"}, {" crl-file " + list, "gone", ""}, {" crl-file " + old, "good", ""},
		{" crl-file " + list + " crt-ignore-err 23", "gone", "a.test,23"}, {" crl-file " + old + " crt-ignore-err 12", "good", "a.test,12"},
		{" crl-file " + a.file("ca") + " crt-ignore-err 3", "good", "a.test,3"},
	} {
		d := start(t, parsed(t, bind+x.words+"; http-request return status 200 content-type text/plain lf-string %[ssl_c_verify]", "server s "+dead(t)))
		require.Equal(t, x.want, d.shown(&tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{a.pair(x.client)}}), "%+v", x)
	}
}

// shown asks over TLS and gives the name in the director's certificate and the answer's body; "": the handshake was refused.
func (d *director) shown(conf *tls.Config) string {
	c, err := tls.Dial("tcp", d.addr, conf)
	if err != nil {
		return ""
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(15 * time.Second))
	_, _ = io.WriteString(c, "GET / HTTP/1.0\r\n\r\n") // what became of it the answer tells
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return ""
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	require.NoError(d.t, err)
	return c.ConnectionState().PeerCertificates[0].Subject.CommonName + "," + string(body)
}

// TestAuthorities tries which certificates count: those of both files, and none that has an issuer of its own.
func TestAuthorities(t *testing.T) {
	a, other := newAuthority(t), newAuthority(t)
	a.issue("a.test", false, time.Hour)
	a.issue("me", false, time.Hour)
	me, ca, foreign := a.file("me"), a.file("ca"), other.file("ca")
	for words, want := range map[string]string{
		"ca-file " + ca: "a.test,0", "ca-file " + foreign: "", "ca-verify-file " + ca: "a.test,0", "ca-file " + ca + " ca-verify-file " + foreign: "a.test,0",
		"ca-file " + foreign + " ca-verify-file " + ca: "a.test,0", "ca-file " + me: "", "ca-file " + me + " crt-ignore-err 20": "a.test,20",
	} {
		d := start(t, parsed(t, "bind 127.0.0.1:1 ssl verify required crt "+a.file("a.test")+" "+words+
			"; http-request return status 200 content-type text/plain lf-string %[ssl_c_verify]", "server s "+dead(t)))
		require.Equal(t, want, d.shown(&tls.Config{InsecureSkipVerify: true, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return ptrTo(a.pair("me")), nil
		}}), words)
	}
}

// rsaCertificate writes a certificate with RSA's kind of key.
func (a *authority) rsaCertificate() string {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(a.t, err)
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "rsa"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	require.NoError(a.t, err)
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})...)
	require.NoError(a.t, os.WriteFile(a.file("rsa"), text, 0o600))
	return a.file("rsa")
}

// TestOldCiphers asks for one that OpenSSL has among its own and crypto/tls only where it is named.
func TestOldCiphers(t *testing.T) {
	d := start(t, parsed(t, "bind 127.0.0.1:1 ssl crt "+newAuthority(t).rsaCertificate()+
		"; http-request return status 200 content-type text/plain lf-string %[ssl_fc_cipher]", "server s "+dead(t)))
	conf := &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}}
	require.Equal(t, "rsa,AES128-SHA", d.shown(conf))
}

// TestKindsOfKeys has certificates of both kinds for one name, which none of them bears.
func TestKindsOfKeys(t *testing.T) {
	a := newAuthority(t)
	a.issue("curve", false, time.Hour)
	list := filepath.Join(t.TempDir(), "list")
	require.NoError(t, os.WriteFile(list, []byte(a.rsaCertificate()+" both.test\n"+a.file("curve")+" both.test\n"), 0o600))
	d := start(t, parsed(t, "bind 127.0.0.1:1 ssl crt-list "+list+"; http-request return status 200 content-type text/plain string ok", "server s "+dead(t)))
	conf := &tls.Config{ServerName: "both.test", InsecureSkipVerify: true}
	require.Equal(t, "curve,ok", d.shown(conf))
	conf.MaxVersion, conf.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}
	require.Equal(t, "curve,ok", d.shown(conf))
	conf.CipherSuites = []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}
	require.Equal(t, "rsa,ok", d.shown(conf))
}

func TestRevokedServerCertificate(t *testing.T) {
	a := newAuthority(t)
	gone, _ := a.issue("a.test", false, time.Hour)
	for words, status := range map[string]int{"": 200, " crl-file " + a.revoke("none", time.Hour): 200, " crl-file " + a.revoke("list", time.Hour, gone): 503} {
		back := httpsServer(t, a, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		d := start(t, parsed(t, "bind 127.0.0.1:1", "retries 0; server s "+back+" ssl verify required ca-file "+a.file("ca")+words))
		r, _ := d.dial().get("/")
		require.Equal(t, status, r.StatusCode, words)
	}
}

// TestCrtList plays a list whose lines have settings and names of their own.
func TestCrtList(t *testing.T) {
	a := newAuthority(t)
	for _, name := range []string{"first", "names", "*.wild", "mutual", "me"} {
		a.issue(name, false, time.Hour)
	}
	list := filepath.Join(t.TempDir(), "list")
	text := a.file("first") + "\n" + a.file("names") + " [ssl-max-ver TLSv1.2 alpn http/1.1] one.test two.test\n" +
		a.file("*.wild") + " *.wild.test !not.wild.test\n" + a.file("mutual") + " [verify required ca-file " + a.file("ca") + "] mutual.test\n"
	require.NoError(t, os.WriteFile(list, []byte(text), 0o600))
	d := start(t, parsed(t, "bind 127.0.0.1:1 ssl crt-list "+list+"; http-request return status 200 content-type text/plain lf-string %[ssl_fc_protocol],%[ssl_fc_alpn],%[ssl_c_used]", "server s "+dead(t)))
	for name, want := range map[string]string{
		"": "first,TLSv1.3,,0", "other.test": "first,TLSv1.3,,0", "one.test": "names,TLSv1.2,http/1.1,0", "TWO.test": "names,TLSv1.2,http/1.1,0",
		"names": "first,TLSv1.3,,0", "x.wild.test": "*.wild,TLSv1.3,,0", "not.wild.test": "first,TLSv1.3,,0",
	} {
		require.Equal(t, want, d.shown(&tls.Config{ServerName: name, InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}}), "asked for %q", name)
	}
	conf := &tls.Config{ServerName: "mutual.test", InsecureSkipVerify: true}
	require.Empty(t, d.shown(conf))
	conf.Certificates = []tls.Certificate{a.pair("me")}
	require.Equal(t, "mutual,TLSv1.3,,1", d.shown(conf))
}

// TestTransparentListener has an address that is none of the machine's.
func TestTransparentListener(t *testing.T) {
	cfg := parsed(t, "bind 192.0.2.77:1 transparent", "server s "+dead(t))
	require.True(t, cfg.Proxies[0].Binds[0].Transparent)
	d := start(t, cfg)
	require.Regexp(t, `^192\.0\.2\.77:`, d.addr)
	require.Empty(t, d.BindWarnings())
}

// TestChainsOfTrust: what a client's certificate comes from may be known only here, and has to end at who has issued itself.
func TestChainsOfTrust(t *testing.T) {
	a := newAuthority(t)
	a.issue("a.test", false, time.Hour)
	middle := &authority{t: t, dir: a.dir}
	middle.cert, middle.key = a.issue("middle", true, time.Hour)
	middle.issue("me", false, time.Hour)
	client := &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{a.pair("me")}}
	bind := "bind 127.0.0.1:1 ssl verify required crt " + a.file("a.test") + " ca-file " + a.file("middle")
	answer := "; http-request return status 200 content-type text/plain lf-string %[ssl_c_verify]"
	d := start(t, parsed(t, bind+" ca-verify-file "+a.file("ca")+answer, "server s "+dead(t)))
	require.Equal(t, "a.test,0", d.shown(client))
	d = start(t, parsed(t, bind+answer, "server s "+dead(t)))
	require.Empty(t, d.shown(client))
	d.event("f/1: SSL client CA chain cannot be verified")
}
