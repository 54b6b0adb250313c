package engine

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

	"simulacro/proxy/config"
)

// authority signs certificates for tests.
type authority struct {
	t    *testing.T
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	a := &authority{t: t, dir: t.TempDir()}
	a.cert, a.key = a.issue("ca", true, time.Hour)
	return a
}

// file gives the path of what issue has written.
func (a *authority) file(name string) string { return filepath.Join(a.dir, name+".pem") }

// issue writes a certificate and its key for a name.
func (a *authority) issue(name string, ca bool, life time.Duration) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	require.NoError(a.t, err)
	c := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name, Organization: []string{"Simulacro"}}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(life), IsCA: ca, BasicConstraintsValid: true}
	parent, signer := c, key
	if a.cert != nil {
		parent, signer = a.cert, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	require.NoError(a.t, err)
	pkcs, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(a.t, err)
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs})...)
	require.NoError(a.t, os.WriteFile(a.file(name), text, 0o600))
	leaf, err := x509.ParseCertificate(der)
	require.NoError(a.t, err)
	return leaf, key
}

func (a *authority) pair(name string) tls.Certificate {
	p, err := tls.LoadX509KeyPair(a.file(name), a.file(name))
	require.NoError(a.t, err)
	return p
}

// parsed reads a configuration of a frontend f and a backend b, which tests fill.
func parsed(t *testing.T, front, back string) *config.Config {
	t.Helper()
	text := "defaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 2s\nfrontend f\n " +
		strings.ReplaceAll(front, "; ", "\n ") + "\n default_backend b\nbackend b\n " + strings.ReplaceAll(back, "; ", "\n ") + "\n"
	cfg, report := config.ParseText("test.cfg", text, config.Options{})
	require.False(t, report.Fatal, "%s\n%s", report, text)
	for _, p := range cfg.Proxies {
		for i := range p.Binds {
			p.Binds[i].Addr.Port = 0
		}
	}
	return cfg
}

func (d *director) tlsDial(conf *tls.Config) *browser {
	d.t.Helper()
	c, err := tls.Dial("tcp", d.addr, conf)
	require.NoError(d.t, err)
	require.NoError(d.t, c.SetDeadline(time.Now().Add(15*time.Second)))
	d.t.Cleanup(func() { c.Close() })
	return &browser{Conn: c, t: d.t, r: bufio.NewReader(c)}
}

func TestTLSIsTerminated(t *testing.T) {
	a := newAuthority(t)
	a.issue("a.test", false, time.Hour)
	a.issue("*.b.test", false, time.Hour)
	s := serve(t, answering(func(r *http.Request) string {
		v := r.Header.Get("X-Tls")
		return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(v), v)
	}))
	d := start(t, parsed(t, "bind 127.0.0.1:1 ssl crt "+a.file("a.test")+" crt "+a.file("*.b.test")+
		" alpn http/1.1; http-request set-header X-Tls %[ssl_fc],%[ssl_fc_sni],%[ssl_fc_protocol],%[ssl_fc_cipher],%[ssl_fc_alpn],%[dst_port]", "server s "+s.addr))
	_, port, _ := net.SplitHostPort(d.addr)
	for name, cn := range map[string]string{"": "a.test", "a.test": "a.test", "x.b.test": "*.b.test", "x.y.b.test": "a.test", "X.B.test": "*.b.test"} {
		b := d.tlsDial(&tls.Config{ServerName: name, InsecureSkipVerify: true, NextProtos: []string{"h2", "http/1.1"}, MaxVersion: tls.VersionTLS13})
		require.Equal(t, cn, b.Conn.(*tls.Conn).ConnectionState().PeerCertificates[0].Subject.CommonName, "asked for %q", name)
		for range 3 { // on one connection
			_, body := b.get("/")
			require.Equal(t, "1,"+name+",TLSv1.3,TLS_AES_128_GCM_SHA256,http/1.1,"+port, body)
		}
	}
	b := d.tlsDial(&tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384}})
	_, body := b.get("/")
	require.Equal(t, "1,,TLSv1.2,ECDHE-ECDSA-AES256-GCM-SHA384,,"+port, body)
	require.Equal(t, "f~", d.request(0).Frontend)
}

func TestStrictSNIRefusesOtherNames(t *testing.T) {
	a := newAuthority(t)
	a.issue("a.test", false, time.Hour)
	d := start(t, parsed(t, "bind 127.0.0.1:1 ssl strict-sni crt "+a.file("a.test"), "server s "+dead(t)))
	_, err := tls.Dial("tcp", d.addr, &tls.Config{ServerName: "b.test", InsecureSkipVerify: true})
	require.ErrorContains(t, err, "unrecognized name")
	require.Regexp(t, `^127\.0\.0\.1:\d+ \[.*\] f/1: SSL handshake failure$`, d.event("SSL"))
	d.tlsDial(&tls.Config{ServerName: "a.test", InsecureSkipVerify: true})
}

func TestClientCertificates(t *testing.T) {
	a, other := newAuthority(t), newAuthority(t)
	a.issue("a.test", false, time.Hour)
	a.issue("late", false, -time.Hour)
	a.issue("me", false, time.Hour)
	other.issue("me", false, time.Hour)
	rules := "; http-request return status 200 content-type text/plain lf-string %[ssl_c_used],%[ssl_c_verify],%[ssl_c_s_dn(CN)],%[ssl_c_i_dn]"
	bind := "bind 127.0.0.1:1 ssl crt " + a.file("a.test") + " ca-file " + a.file("ca") + " verify "
	for _, x := range []struct {
		how  string
		cert *tls.Certificate
		want string // "": refused
	}{
		{"optional", nil, "0,0,,"}, {"required", nil, ""},
		{"required", ptrTo(a.pair("me")), "1,0,me,/O=Simulacro/CN=ca"},
		{"required", ptrTo(other.pair("me")), ""}, {"optional", ptrTo(other.pair("me")), ""},
		{"optional crt-ignore-err all", ptrTo(other.pair("me")), "1,20,me,/O=Simulacro/CN=ca"},
		{"optional", ptrTo(a.pair("late")), ""}, {"optional crt-ignore-err 10", ptrTo(a.pair("late")), "1,10,late,/O=Simulacro/CN=ca"},
	} {
		d := start(t, parsed(t, bind+x.how+rules, "server s "+dead(t)))
		conf := &tls.Config{InsecureSkipVerify: true, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			if x.cert == nil {
				return &tls.Certificate{}, nil
			}
			return x.cert, nil
		}}
		if x.want == "" {
			c, err := tls.Dial("tcp", d.addr, conf)
			if err == nil { // in TLS 1.3 the client only learns of it when it reads
				_, err = c.Read(make([]byte, 1))
				c.Close()
			}
			require.Error(t, err, x.how)
			if x.cert == nil {
				d.event("f/1: SSL handshake failure")
			} else {
				d.event("f/1: SSL client certificate not trusted")
			}
			continue
		}
		_, body := d.tlsDial(conf).get("/")
		require.Equal(t, x.want, body, x.how)
	}
}

func ptrTo[T any](v T) *T { return &v }

// Bodies larger than all buffers pass both ways, and an answer that ends with the connection is whole.
func TestLargeBodiesOverTLS(t *testing.T) {
	a := newAuthority(t)
	a.issue("a.test", false, time.Hour)
	const size = 8 << 20
	back := httpsServer(t, a, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		fmt.Fprintf(w, "%d ", n)
		_, _ = io.Copy(w, io.LimitReader(zeros{}, size))
	}))
	d := start(t, parsed(t, "bind 127.0.0.1:1 ssl crt "+a.file("a.test"), "server s "+back+" ssl verify required ca-file "+a.file("ca")+" verifyhost a.test"))
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
	r, err := client.Post("https://"+d.addr+"/", "text/plain", io.LimitReader(zeros{}, size))
	require.NoError(t, err)
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	require.Equal(t, size+len("8388608 "), len(body))
	require.Equal(t, "8388608 ", string(body[:8]))
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestHandshakesThatDoNotCome(t *testing.T) {
	a := newAuthority(t)
	a.issue("a.test", false, time.Hour)
	cfg := parsed(t, "bind 127.0.0.1:1 ssl crt "+a.file("a.test")+"; timeout client 200ms", "server s "+dead(t))
	d := start(t, cfg)
	c := d.dial()
	d.event("f/1: Timeout during SSL handshake")
	require.Empty(t, c.ended())
	require.NoError(t, d.dial().Close())
	d.event("f/1: Connection closed during SSL handshake")
	d.dial().say("GET / HTTP/1.0\r\n\r\n")
	d.event("f/1: SSL handshake failure")
	d.wait(func() bool { return d.Snapshot().Info.CurrConns == 0 })
}

func TestTLSInModeTCP(t *testing.T) {
	a := newAuthority(t)
	a.issue("a.test", false, time.Hour)
	echo := serve(t, func(c net.Conn) {
		_, _ = io.Copy(c, c) // the client's end is passed on
		_, _ = io.WriteString(c, "bye")
	})
	d := start(t, parsed(t, "mode tcp; bind 127.0.0.1:1 ssl crt "+a.file("a.test"), "mode tcp; server s "+echo.addr))
	c, err := tls.Dial("tcp", d.addr, &tls.Config{InsecureSkipVerify: true})
	require.NoError(t, err)
	defer c.Close()
	_, err = io.WriteString(c, "hello")
	require.NoError(t, err)
	require.NoError(t, c.CloseWrite())
	all, err := io.ReadAll(c)
	require.NoError(t, err)
	require.Equal(t, "hellobye", string(all))
}
