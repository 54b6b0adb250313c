package engine

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestConnectionsOverTLSAreBounded(t *testing.T) {
	a := newAuthority(t)
	a.issue("a.test", false, time.Hour)
	s := serve(t, answering(func(*http.Request) string { return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" }))
	cfg := parsed(t, "bind 127.0.0.1:1 ssl crt "+a.file("a.test"), "server s "+s.addr)
	cfg.Global.MaxTLS = 2
	d := start(t, cfg)
	conf := &tls.Config{InsecureSkipVerify: true}
	first, second := d.tlsDial(conf), d.tlsDial(conf)
	first.get("/")
	second.get("/")
	info := d.Snapshot().Info
	require.Equal(t, []int{2, 2, 2}, []int{info.TLSConns, info.MaxTLS, int(info.CumTLS)})
	third := make(chan error, 1)
	go func() {
		c, err := tls.Dial("tcp", d.addr, conf)
		if err == nil {
			err = c.Close()
		}
		third <- err
	}()
	second.get("/") // meanwhile the others are served
	select {
	case err := <-third:
		t.Fatalf("a third connection was let in: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	require.NoError(t, first.Close())
	require.NoError(t, <-third, "it is let in when another has ended")
	second.get("/")
	require.NoError(t, second.Close())
	d.wait(func() bool { return d.Snapshot().Info.TLSConns == 0 })
}

func TestConnectionsToServersCountAsTLSToo(t *testing.T) {
	a := newAuthority(t)
	a.issue("a.test", false, time.Hour)
	addr := httpsServer(t, a, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") }))
	cfg := parsed(t, "bind 127.0.0.1:1 ssl crt "+a.file("a.test"), "retries 0; server s "+addr+" ssl verify none")
	cfg.Global.MaxTLS = 1
	d := start(t, cfg)
	b := d.tlsDial(&tls.Config{InsecureSkipVerify: true})
	r, _ := b.get("/")
	require.Equal(t, 503, r.StatusCode, "the client's is the only one")
}
