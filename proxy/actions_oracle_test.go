package proxy

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// actionLines are rules, each of which a request for /N of its own meets.
var actionLines = []string{
	"deny", "deny deny_status 429", "deny status 401", "deny status 503 content-type text/x string hello", "deny hdr x-a %[src]", "deny deny_status 404 content-type text/plain lf-string \"at %[path]\" hdr x-b c hdr x-b d",
	"return", "return status 204", "return status 200 content-type text/plain string abc", "return status 418 hdr a b", "return status 404 default-errorfiles", "return status 200 content-type a/b lf-string %[method]",
	"redirect location /x", "redirect location /x code 301", "redirect location /x code 303", "redirect location /x code 307", "redirect location /x code 308", "redirect prefix /p", "redirect prefix / drop-query",
	"redirect prefix https://h drop-query append-slash", "redirect prefix /q append-slash", "redirect scheme https", "redirect scheme https code 301 drop-query", "redirect location /x set-cookie A=1", "redirect location / clear-cookie A=",
	"redirect location %[req.hdr(none)] ignore-empty", "redirect location /%[method] set-cookie %[method]", "redirect scheme https append-slash",
	"auth", "auth realm here", "auth realm 'a b'", "reject", "tarpit", "tarpit deny_status 429 hdr x y", "set-header a b", "set-header a '  a , b '", "set-header a <%{+Q}[path]>", "set-header a '%{+Q}o <%[path]> %ci'", "set-header a %{+Q}[hdr(none)]", "set-method PUT", "set-path /new", "set-path new", "set-pathq /new?q", "set-query z=1", "set-query ?z=1", "set-query %[req.hdr(none)]", "set-path %[path]?%[query]", "set-pathq ?x", "set-uri /u?v",
	"set-uri http://other/u", "replace-path (.*) /pre\\\\1", "replace-pathq ^/(.*) /x/\\\\1", "replace-uri ^/(.*) /y/\\\\1", "replace-header x-list , ;", "replace-value x-list (.)(.) \\\\2\\\\1", "del-header x-list", "del-header x- -m beg", "del-header list -m sub",
	"del-header ^X-L.*$ -m reg", "del-header ^x-\\\\D+$ -m reg", "del-header X-L -m beg",
	"replace-header x-list b X", "replace-header x-list ^(ab) [\\\\1]", "replace-value x-quoted (.*) <\\\\1>", "replace-value x-quoted b <b>", "replace-value x-quoted ^$ -", "replace-value x-quoted none -", "replace-path a Z", "replace-pathq a Z", "replace-uri a Z",
	"add-header x-list more", "set-header X-List \"%[req.hdr(x-list,1)]\"", "normalize-uri path-merge-slashes", "normalize-uri path-strip-dot", "normalize-uri path-strip-dotdot", "normalize-uri path-strip-dotdot full",
	"normalize-uri percent-to-uppercase", "normalize-uri percent-to-uppercase strict", "normalize-uri percent-decode-unreserved", "normalize-uri percent-decode-unreserved strict", "normalize-uri query-sort-by-name", "normalize-uri fragment-strip", "normalize-uri fragment-encode",
	"set-var(txn.a) path,length", "set-var-fmt(txn.a) %[method]", "set-log-level silent", "set-nice 5", "set-tos 8", "disable-l7-retry", "capture path len 10", "strict-mode on", "wait-for-body time 1s", "set-src hdr(x-ip)", "set-src-port int(9)",
	"set-dst ipv4(10.0.0.9)", "early-hint Link </a>", "allow", "wait-for-handshake",
}

// TestActionsAsHAProxy lets both programs apply each action to a request, and compares the answers and what reaches the server.
func TestActionsAsHAProxy(t *testing.T) {
	var b strings.Builder
	for i, line := range actionLines {
		fmt.Fprintf(&b, "  http-request %s if { capture.req.uri -m beg /%d/ }\n", line, i)
	}
	b.WriteString("  http-request set-header x-seen \"%[var(txn.a)] %[src] %[src_port,mod(10)] %[dst]\" if { req.hdr(x-ip) -m found }\n  timeout tarpit 50ms\n  default_backend b\n")
	b.WriteString("backend b\n  server s " + mirror(t) + "\n")
	theirs, ours := sideBySide(t, b.String())
	for i, line := range actionLines {
		request := fmt.Sprintf("GET /%d/a//b/./c/../%%7e%%3f%%zz/d?b=2&a=1&b=1 HTTP/1.1\r\nHost: www.example.org\r\nX-List: ab, cd,ef\r\nX-Quoted: x , \"a,b\" ,\tb,,c\r\nX-1: d\r\nConnection: close\r\n\r\n", i)
		want, got := sorted(exchange(t, theirs, request)), sorted(exchange(t, ours, request))
		if want != got {
			t.Errorf("%s\n  haproxy %q\n  ours    %q", line, want, got)
		}
	}
}

// TestNormalizersAsHAProxy lets both programs normalize odd targets, in frontends without conditions: with one HAProxy 2.6 forgets some
// of them.
func TestNormalizersAsHAProxy(t *testing.T) {
	targets := []string{
		"/a//b/./c/../%7e%3f%7E/d?b=2&a=1&b=1", "/../a", "/..", "/a/..", "/a/../..", "/../../..?x", "/a/./", "/.", "//", "/a/b/../../../c/", "/a?x=/../%2e&&a", "/%zz", "/%4", "/?b&a&", "/?&", "/?a&&", "/??b=1&a=2",
		"http://h/a/../b//c", "http://h", "/a/.../.b/..c/d../e", "/a/b/..//c", "/a/b//..", "*",
	}
	for _, n := range []string{
		"path-merge-slashes", "path-strip-dot", "path-strip-dotdot", "path-strip-dotdot full", "query-sort-by-name", "percent-to-uppercase", "percent-to-uppercase strict", "percent-decode-unreserved", "percent-decode-unreserved strict",
	} {
		theirs, ours := sideBySide(t, "  http-request normalize-uri "+n+"\n  default_backend b\nbackend b\n  server s "+mirror(t)+"\n")
		for _, target := range targets {
			request := "GET " + target + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
			if want, got := sorted(exchange(t, theirs, request)), sorted(exchange(t, ours, request)); want != got {
				t.Errorf("%s of %s\n  haproxy %q\n  ours    %q", n, target, want, got)
			}
		}
	}
}

// mirror is a server that answers with the request's head as it came, however broken.
func mirror(t *testing.T) string {
	t.Helper()
	return rawServer(t, func(head []byte) string {
		return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(head), head)
	})
}

// rawServer answers each connection's request with what answer makes of its head.
func rawServer(t *testing.T, answer func(head []byte) string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go reflect(c, answer)
		}
	}()
	return l.Addr().String()
}

// reflect answers one request; each connection ends with its answer.
func reflect(c net.Conn, answer func(head []byte) string) {
	defer c.Close()
	var head []byte
	for r := bufio.NewReader(c); !bytes.HasSuffix(head, []byte("\r\n\r\n")); {
		line, err := r.ReadBytes('\n')
		if err != nil {
			return
		}
		head = append(head, line...)
	}
	_, _ = io.WriteString(c, answer(head))
}
