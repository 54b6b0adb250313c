package engine

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// httpsServer is a real server over TLS; it gives its address.
func httpsServer(t *testing.T, a *authority, h http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &http.Server{Handler: h, TLSConfig: &tls.Config{Certificates: []tls.Certificate{a.pair("a.test")}, ClientAuth: tls.RequestClientCert}, ErrorLog: log.New(io.Discard, "", 0)}
	done := make(chan struct{})
	go func() { defer close(done); _ = s.ServeTLS(l, "", "") }()
	t.Cleanup(func() { _ = s.Close(); <-done })
	return l.Addr().String()
}

func TestServersOverTLS(t *testing.T) {
	a, other := newAuthority(t), newAuthority(t)
	a.issue("a.test", false, time.Hour)
	a.issue("me", false, time.Hour)
	addr := httpsServer(t, a, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := "-"
		if len(r.TLS.PeerCertificates) > 0 {
			who = r.TLS.PeerCertificates[0].Subject.CommonName
		}
		fmt.Fprintf(w, "%s %s %s", r.TLS.ServerName, who, r.RemoteAddr)
	}))
	ca, wrong := " ca-file "+a.file("ca"), " ca-file "+other.file("ca")
	for _, x := range []struct {
		server, want string
		status       int
	}{
		{"ssl verify none", " - ", 200},
		{"ssl verify none sni req.hdr(host)", "a - ", 200},
		{"ssl verify required" + ca, " - ", 200},
		{"ssl verify required verifyhost a.test" + ca, " - ", 200},
		{"ssl verify required verifyhost b.test" + ca, "", 503},
		{"ssl verify required sni str(a.test)" + ca, "a.test - ", 200},
		{"ssl verify required sni str(b.test)" + ca, "", 503},
		{"ssl verify required sni str(b.test) verifyhost a.test" + ca, "", 503},
		{"ssl verify required sni str(a.test) verifyhost b.test" + ca, "a.test - ", 200},
		{"ssl verify required" + wrong, "", 503},
		{"ssl verify none crt " + a.file("me"), " me ", 200},
	} {
		d := start(t, parsed(t, "bind 127.0.0.1:1; retries 0", "server s "+addr+" "+x.server))
		b := d.dial()
		r, body := b.get("/")
		require.Equal(t, x.status, r.StatusCode, x.server)
		if x.status != 200 {
			require.Equal(t, "SC--", flags(d.request(0)), x.server)
			continue
		}
		require.Contains(t, body, x.want, x.server)
		_, again := b.get("/")
		require.Equal(t, body, again, "the connection to the server is used again: %s", x.server)
	}
}

// A connection whose name was another's is not used for a request.
func TestConnectionsAreToldApartByName(t *testing.T) {
	a := newAuthority(t)
	a.issue("a.test", false, time.Hour)
	addr := httpsServer(t, a, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.TLS.ServerName) }))
	d := start(t, parsed(t, "bind 127.0.0.1:1", "http-reuse always; server s "+addr+" ssl verify none sni req.hdr(host)"))
	b := d.dial()
	for _, name := range []string{"one", "two", "one", "one", "two"} {
		b.say("GET / HTTP/1.1\r\nHost: " + name + "\r\n\r\n")
		_, body := b.answer("GET")
		require.Equal(t, name, body)
	}
	snap := d.Snapshot()
	require.EqualValues(t, 2, snap.Proxies[1].Servers[0].Connect)
	require.EqualValues(t, 3, snap.Proxies[1].Servers[0].Reuse)
}

func TestChecksOverTLS(t *testing.T) {
	a := newAuthority(t)
	a.issue("a.test", false, time.Hour)
	good := httpsServer(t, a, http.NotFoundHandler())
	plain := serve(t, named("plain"))
	d := start(t, parsed(t, "bind 127.0.0.1:1", "option log-health-checks; server s1 "+good+" check inter 50ms ssl verify none; server s2 "+plain.addr+
		" check inter 50ms fall 1 check-ssl verify none; server s3 "+dead(t)+" check inter 50ms fall 1 ssl verify none"))
	d.event("Server b/s2 is DOWN")
	d.event("Server b/s3 is DOWN")
	d.event("Health check for server b/s2 failed, reason: Layer6 invalid response, info: \"SSL handshake failure\"")
	d.event("Health check for server b/s3 failed, reason: Layer4 connection problem, info: \"Connection refused\"")
	d.wait(func() bool { return d.Snapshot().Proxies[1].Servers[0].Check.Status.String() == "L6OK" })
}

// TestLogsTellOfServersConnections: a line is written when the connection has gone back already, and tells of none where there was none.
func TestLogsTellOfServersConnections(t *testing.T) {
	a := newAuthority(t)
	a.issue("a.test", false, time.Hour)
	addr := httpsServer(t, a, http.NotFoundHandler())
	front := "bind 127.0.0.1:1; log global; log-format \"%[ssl_bc] %[ssl_bc_protocol] %[ssl_s_s_dn(CN)] %[bc_err] %[bc_dst]:%[bc_dst_port]\"; http-request deny if { path /no }"
	d := start(t, parsed(t, front, "server s "+addr+" ssl verify none"))
	b := d.dial()
	for i, want := range []string{"1 TLSv1.3 a.test 0 " + addr, "0 - - - -:-", "1 TLSv1.3 a.test 0 " + addr} {
		b.get([]string{"/", "/no", "/"}[i])
		require.Equal(t, want, string(d.request(i).Text))
	}
}
