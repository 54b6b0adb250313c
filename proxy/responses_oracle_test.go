package proxy

import (
	"fmt"
	"strings"
	"testing"
)

// TestResponsesAsHAProxy lets both programs say in fields of their own what they see of a server's cookies and status.
func TestResponsesAsHAProxy(t *testing.T) {
	var b strings.Builder
	b.WriteString("  default_backend b\nbackend b\n")
	for _, e := range []string{"res.cook", "res.cook(a)", "res.cook(b)", "res.cook_cnt", "res.cook_cnt(a)", "res.cook_val(a)", "scook(a)", "cookie(a)", "cookie"} {
		fmt.Fprintf(&b, "  http-response add-header x-n \"%s <%%[%s]>\"\n", e, e)
		for _, v := range "123" {
			fmt.Fprintf(&b, "  http-response add-header x-n \"%s matches\" if { %s %c }\n", e, e, v)
		}
	}
	b.WriteString("  http-response add-header x-n \"%ST %[status]\"\n  http-response set-status 404\n  http-response add-header x-n \"%ST %[status] %{+Q}[status]\"\n")
	b.WriteString("  server s " + rawServer(t, func(head []byte) string {
		line, _, _ := strings.Cut(string(head), "\r\n")
		_, cookies, _ := strings.Cut(strings.TrimSuffix(line, " HTTP/1.1"), "?")
		return "HTTP/1.1 200 OK\r\nSet-Cookie: " + strings.NewReplacer("+", " ", "|", "\r\nSet-Cookie: ").Replace(cookies) + "\r\nContent-Length: 0\r\n\r\n"
	}) + "\n")
	theirs, ours := sideBySide(t, b.String())
	for _, cookies := range []string{
		"a=1;+Path=/|b=2", "a=1,+b=2", "a", "a;+b=3", "a=1;b=2;+a=3", "=x", "$a=1|a=2", "a=\"x;y\";+c=4", "a=1;+Path=/;+a=9", "+a+=+1+;+b", "a=1,a=2|a=3;+b=4", "a=1;+$x=2;+a=3", "b=1;+a=3", "a=1;x;a=2",
	} {
		request := "GET /?" + cookies + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
		if want, got := exchange(t, theirs, request), exchange(t, ours, request); want != got {
			t.Errorf("%s\n  haproxy %q\n  ours    %q", cookies, want, got)
		}
	}
}
