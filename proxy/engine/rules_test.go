package engine

import (
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simulacro/proxy/config"
	"simulacro/proxy/rules"
)

// ruledConfig gives the practical's configuration with rules in its frontend.
func ruledConfig(t *testing.T, to string, list rules.List, lines ...string) *config.Config {
	cfg := practical(to)
	r := &cfg.Proxies[0].Rules
	env := &rules.Env{ACLs: map[string]*rules.ACL{}, Captures: &r.Slots, Pos: rules.Pos{File: "f", Line: 1}}
	into := map[rules.List]*[]*rules.Rule{
		rules.Connection: &r.Connection, rules.TCPRequest: &r.TCPRequest, rules.Request: &r.Request, rules.Response: &r.Response, rules.After: &r.After,
	}[list]
	for _, line := range lines {
		rule, err := rules.ParseRule(env, list, strings.Fields(line))
		require.NoError(t, err, line)
		*into = append(*into, rule)
	}
	return cfg
}

// echo answers with the request line and the given header.
func echo(header string) func(net.Conn) {
	return answering(func(r *http.Request) string {
		body := r.Method + " " + r.RequestURI + " " + r.Header.Get(header)
		return "HTTP/1.1 200 OK\r\nX-Server: yes\r\nContent-Length: " + integer(len(body)) + "\r\n\r\n" + body
	})
}

func integer(n int) string { return rules.Value{Kind: rules.Int, Int: int64(n)}.String() }

func TestRulesRewriteWhatTheServerGets(t *testing.T) {
	cfg := ruledConfig(t, serve(t, echo("X-A")).addr, rules.Request, "set-path /new%[path]", "set-header X-A %[src]")
	b := start(t, cfg).dial()
	for range 2 { // the connection goes on
		res, body := ask(t, b, "GET /p?q HTTP/1.1\r\nHost: a\r\n\r\n")
		require.Equal(t, 200, res.StatusCode)
		require.Equal(t, "GET /new/p?q 127.0.0.1", body)
	}
}

func TestRulesAnswerInPlaceOfTheServer(t *testing.T) {
	cfg := ruledConfig(t, serve(t, named("x")).addr, rules.Request,
		"deny if { path /deny }", "redirect location /there if { path /red }", "return status 204 hdr x y if { path /ret }",
		"reject if { path /gone }")
	d := start(t, cfg)
	b := d.dial()
	res, _ := ask(t, b, "GET /deny HTTP/1.1\r\nHost: a\r\n\r\n")
	require.Equal(t, 403, res.StatusCode)
	require.Equal(t, "PR--", flags(d.request(0)))
	res, _ = ask(t, b, "GET /red HTTP/1.1\r\nHost: a\r\n\r\n")
	require.Equal(t, []string{"/there"}, res.Header["Location"])
	require.Equal(t, "LR--", flags(d.request(1)))
	res, _ = ask(t, b, "GET /ret HTTP/1.1\r\nHost: a\r\n\r\n")
	require.Equal(t, "y", res.Header.Get("X"))
	require.Empty(t, b.say("GET /gone HTTP/1.1\r\nHost: a\r\n\r\n").ended())
}

func TestRulesChangeAndRefuseResponses(t *testing.T) {
	cfg := ruledConfig(t, serve(t, echo("Host")).addr, rules.Response, "del-header x-server", "set-header y %[status]", "deny if { capture.req.uri /no }")
	b := start(t, cfg).dial()
	res, _ := ask(t, b, "GET /yes HTTP/1.1\r\nHost: a\r\n\r\n")
	require.Empty(t, res.Header.Get("X-Server"))
	require.Equal(t, "200", res.Header.Get("Y"))
	res, _ = ask(t, b, "GET /no HTTP/1.1\r\nHost: a\r\n\r\n")
	require.Equal(t, 502, res.StatusCode)
}

func TestABodyThatDoesNotComeIsGivenUp(t *testing.T) {
	cfg := ruledConfig(t, serve(t, named("x")).addr, rules.Request, "wait-for-body time 50ms")
	d := start(t, cfg)
	b := d.dial()
	res, _ := ask(t, b, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab")
	require.Equal(t, 408, res.StatusCode)
	res, _ = ask(t, d.dial(), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
	require.Equal(t, 200, res.StatusCode)
}

// RFC 9110, section 10.1.1.
func TestABodyThatIsWaitedForIsAskedFor(t *testing.T) {
	cfg := ruledConfig(t, serve(t, echo("Expect")).addr, rules.Request, "wait-for-body time 5s")
	b := start(t, cfg).dial().say("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n")
	l, err := b.r.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 100 Continue\r\n", l)
	_, err = b.r.Discard(2)
	require.NoError(t, err)
	res, expects := ask(t, b, "abc") // the server's body: method, target, field
	require.Equal(t, 200, res.StatusCode)
	require.Equal(t, "POST / ", expects, "the server need not answer it again")
}

func TestARuleSetsTheServersTimeout(t *testing.T) {
	mute := serve(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	cfg := ruledConfig(t, mute.addr, rules.Request, "set-timeout server 50ms if { path /soon }")
	res, _ := ask(t, start(t, cfg).dial(), "GET /soon HTTP/1.1\r\nHost: a\r\n\r\n")
	require.Equal(t, 504, res.StatusCode) // the configured 5 s are the harness's patience too
}

func TestAConnectionIsRejectedBeforeItSaysAnything(t *testing.T) {
	cfg := ruledConfig(t, serve(t, named("x")).addr, rules.Connection, "reject if { src 127.0.0.0/8 }")
	d := start(t, cfg)
	c, err := net.Dial("tcp", d.addr)
	if err == nil {
		defer c.Close()
		require.NoError(t, c.SetDeadline(time.Now().Add(15*time.Second)))
		_, err = c.Read(make([]byte, 1))
	}
	require.ErrorIs(t, err, syscall.ECONNRESET)
	f := d.Snapshot().Proxies[0].Front
	require.Equal(t, []uint64{1, 1, 0}, []uint64{f.ConnTot, f.Dcon, f.Stot}, "it was a connection, but no session")
}

// Captures of a section in mode tcp, which may come from its defaults, have no place there.
func TestARejectionInModeTCPHasNothingCaptured(t *testing.T) {
	cfg := ruledConfig(t, serve(t, named("x")).addr, rules.TCPRequest, "reject")
	cfg.Proxies[0].Mode, cfg.Proxies[0].Rules.Captures[0] = config.ModeTCP, []string{"host"}
	d := start(t, cfg)
	for range 2 { // it goes on
		_, _ = io.Copy(io.Discard, d.dial().Conn) // until its end, which a reset is, too
	}
	require.Equal(t, uint64(2), d.Snapshot().Proxies[0].Front.Dreq)
}

func ask(t *testing.T, b *browser, text string) (*http.Response, string) {
	t.Helper()
	return b.say(text).answer(http.MethodGet)
}

func TestProxyProtocolHeaders(t *testing.T) {
	v2 := func(command, family byte, rest string) string {
		return proxySignature + string([]byte{0x20 | command, family, byte(len(rest) >> 8), byte(len(rest))}) + rest
	}
	v4 := "\xc0\x00\x02\x01\xc0\x00\x02\x02\x04\xd2\x00\x50"
	cases := []struct {
		text, src, authority string
		n                    int // -1: refused
	}{
		{"PROXY TCP4 192.0.2.1 192.0.2.2 1234 80\r\nGET", "192.0.2.1:1234", "", 40},
		{"PROXY TCP6 2001:db8::1 ::1 1 2\r\n", "[2001:db8::1]:1", "", 32},
		{"PROXY UNKNOWN what ever\r\n", "", "", 25},
		{"PROXY TCP4 192.0.2.1", "", "", 0}, {"PRO", "", "", 0}, {"GET / HTTP/1.1\r\n", "", "", -1},
		{"PROXY TCP4 ::1 ::1 1 2\r\n", "", "", -1}, {"PROXY TCP4 1.2.3.4 1.2.3.4 1 99999\r\n", "", "", -1},
		{"PROXY " + strings.Repeat("x", 200), "", "", -1},
		{v2(1, 0x11, v4), "192.0.2.1:1234", "", 28},
		{v2(1, 0x11, v4+"\x02\x00\x03abc"), "192.0.2.1:1234", "abc", 34},
		{v2(1, 0x11, v4+"\x02\x00\x09abc"), "", "", -1}, {v2(1, 0x11, v4+"\x02"), "", "", -1},
		{v2(1, 0x11, "short"), "", "", -1}, {v2(0, 0, ""), "", "", 16}, {v2(2, 0, ""), "", "", -1},
		{v2(1, 0x11, v4)[:20], "", "", 0}, {proxySignature[:5], "", "", 0},
	}
	for _, c := range cases {
		h, n, err := parseProxyHeader([]byte(c.text))
		if c.n < 0 {
			require.Error(t, err, "%q", c.text)
			continue
		}
		require.NoError(t, err, "%q", c.text)
		require.Equal(t, c.n, n, "%q", c.text)
		if c.src != "" {
			require.Equal(t, netip.MustParseAddrPort(c.src), h.src)
		}
		require.Equal(t, c.authority, h.authority)
	}
}

// A `redirect` line is looked at even where http-request has allowed the request, and behind those http-request lines that follow it.
func TestRedirectLinesComeLast(t *testing.T) {
	s := serve(t, named("x"))
	d := start(t, parsed(t, "bind 127.0.0.1:1; http-request allow if { path /a }; redirect location /there if { path_beg /a }; "+
		"http-request deny if { path /ab }", "redirect location /%[path] if { path /b }; server s "+s.addr))
	b := d.dial()
	for path, want := range map[string]int{"/a": 302, "/ab": 403, "/ac": 302, "/b": 302, "/c": 200} {
		res, _ := ask(t, b, "GET "+path+" HTTP/1.1\r\nHost: a\r\n\r\n")
		require.Equal(t, want, res.StatusCode, path)
		if path == "/b" {
			require.Equal(t, []string{"/%[path]"}, res.Header["Location"], "its target is no format")
		}
	}
}
